/**
 * A real `rushesd` in a directory of its own, and what the tests need around it. `RUSHESD` names
 * the program.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { Rushes, type ClientOptions } from "@rushes/client";

/** The root of the package. */
export const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env["RUSHESD"] ?? join(PACKAGE, "../../target/debug/rushesd");

/** A running daemon. */
export interface Daemon {
    url: string;
    token: string;
    /** Its data directory. */
    data: string;
    /** A client of the first user. */
    client(options?: Partial<ClientOptions>): Rushes;
    /** Ends it as a kill does. */
    kill(): Promise<void>;
    /** Starts it again on the same data and port. */
    restart(): Promise<void>;
}

/** Starts a daemon that ends with the tests of the file. */
export async function daemon(): Promise<Daemon> {
    const dir = await mkdtemp(join(tmpdir(), "rushes-client-"));
    const data = join(dir, "data");
    let started = await start(data, "127.0.0.1:0");
    const token = (await readFile(join(data, "admin.token"), "utf8")).trim();
    const { url } = started;
    const kill = async (): Promise<void> => {
        if (started.child.exitCode === null && started.child.signalCode === null) {
            started.child.kill("SIGKILL");
            await once(started.child, "exit");
        }
    };
    after(async () => {
        await kill();
        await rm(dir, { recursive: true });
    });
    return {
        url,
        token,
        data,
        client: (options = {}) => new Rushes({ url, token, ...options }),
        kill,
        restart: async () => {
            started = await start(data, new URL(url).host);
        },
    };
}

async function start(data: string, listen: string): Promise<{ child: ChildProcess; url: string }> {
    const words = ["--data", data, "--listen", listen, "--log", "error"];
    const env = { PATH: process.env["PATH"] };
    const child = spawn(PROGRAM, words, { env, stdio: ["ignore", "pipe", "inherit"] });
    process.once("exit", () => child.kill("SIGKILL"));
    let said = "";
    child.stdout.setEncoding("utf8");
    for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
        said += text;
        const url = /^ {2}HTTP {3}(\S+)$/m.exec(said)?.[1];
        if (url !== undefined && said.includes("try it:")) {
            child.stdout.resume();
            return { child, url };
        }
    }
    throw new Error(`the daemon ended:\n${said}`);
}

/** Sends requests as they are, and counts them by method and path. */
export function counting(): { fetch: typeof fetch; sent: string[]; statuses: number[] } {
    const sent: string[] = [];
    const statuses: number[] = [];
    return {
        sent,
        statuses,
        fetch: async (input, init) => {
            const { pathname, search } = new URL(String(input));
            sent.push(`${init?.method} ${pathname}${search}`);
            const response = await fetch(input, init);
            statuses.push(response.status);
            return response;
        },
    };
}

/** A project with one scene. */
export async function project(
    client: Rushes,
    name: string,
): Promise<{ id: string; scene: string }> {
    const made = await client.call("post", "/api/projects", {
        body: { name, scenes: [{ title: "Dusk" }] },
    });
    return { id: made.id, scene: made.scenes[0]!.id };
}

/** A file that no other call gives, and that begins as a film does. */
export function bytes(): Blob {
    return new Blob(["\0\0\0\x18ftypmp42\0\0\0\0mp42isom", crypto.randomUUID()]);
}
