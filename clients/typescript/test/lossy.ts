/** A way to the daemon that loses answers: what it was asked is done, and nobody hears of it. */

import { connect, createServer, type AddressInfo } from "node:net";
import { after } from "node:test";

/** Loses the answers to the first so many connections; `requests` are the heads that went by. */
export async function lossy(target: string, losses: number): Promise<Lossy> {
    const { hostname, port, host } = new URL(target);
    const requests: string[] = [];
    const server = createServer((client) => {
        const loses = losses-- > 0;
        const daemon = connect({ host: hostname, port: Number(port) });
        client.on("data", (sent) => {
            // The daemon answers for its own address only.
            const text = sent.toString("latin1").replace(/^host: .*$/im, `host: ${host}`);
            if (/^[A-Z]+ \//.test(text)) {
                requests.push(text.slice(0, text.indexOf("\r\n\r\n")));
            }
            daemon.write(text, "latin1");
        });
        daemon.on("data", (answer) => {
            if (loses) {
                client.resetAndDestroy();
                daemon.destroy();
            } else {
                client.write(answer);
            }
        });
        client.on("close", () => daemon.destroy());
        daemon.on("close", () => client.destroy());
        client.on("error", () => daemon.destroy());
        daemon.on("error", () => client.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    after(() => server.close());
    const { port: own } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${own}`, requests };
}

export interface Lossy {
    url: string;
    requests: string[];
}
