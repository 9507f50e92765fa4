/** What is sent again, and what is not, against a real daemon. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";

import { ConnectionError, ProblemError, Rushes } from "@rushes/client";

import { bytes, counting, daemon, project, type Daemon } from "./daemon.js";
import { lossy } from "./lossy.js";

const rushesd = await daemon();

const keysOf = (requests: string[]): Set<string | undefined> =>
    new Set(requests.map((head) => /^idempotency-key: (.*)$/im.exec(head)?.[1]));

test("a change whose answer is lost is made once", async () => {
    const { id } = await project(rushesd.client(), "Lost");
    const way = await lossy(rushesd.url, 2);
    const rushes = new Rushes({ url: way.url, token: rushesd.token });
    const made = await rushes.upload(bytes(), { project_id: id, asset_key: "poster" });
    assert.equal(made.version, 1);
    assert.equal(way.requests.length, 3);
    assert.equal(keysOf(way.requests).size, 1);
    const { poster } = await rushesd.client().getAssets({ project_id: id });
    assert.deepEqual(poster?.versions.map((one) => one.id), [made.id]);
});

test("a guarded change whose answer is lost is no conflict with itself", async () => {
    const direct = rushesd.client();
    const { id } = await project(direct, "Guarded");
    const at = { project_id: id };
    await direct.upload(bytes(), { project_id: id, asset_key: "poster" });
    const seen = await direct.getVersion(at, "poster", 1);
    const way = await lossy(rushesd.url, 1);
    const rushes = new Rushes({ url: way.url, token: rushesd.token });
    const ifMatch = direct.etagOf(seen)!;
    const changed = await rushes.updateMetadata(at, "poster", 1, { notes: "once" }, { ifMatch });
    assert.equal(changed.notes, "once");
    assert.equal(way.requests.length, 2);
});

test("each call has a key of its own, and two calls with one key are one", async () => {
    const way = await lossy(rushesd.url, 0);
    const rushes = new Rushes({ url: way.url, token: rushesd.token });
    const body = { name: "Twice" };
    const make = () => rushes.call("post", "/api/projects", { body, idempotencyKey: "mine" });
    assert.equal((await make()).id, (await make()).id);
    await rushes.call("post", "/api/projects", { body });
    await rushes.call("post", "/api/projects", { body });
    assert.equal(keysOf(way.requests).size, 3);
});

test("a secret whose answer is lost is not made again", async () => {
    const way = await lossy(rushesd.url, 1);
    const rushes = new Rushes({ url: way.url, token: rushesd.token });
    const body = { name: "ci", access: "read" } as const;
    await assert.rejects(rushes.call("post", "/api/tokens", { body }), ConnectionError);
    assert.equal(way.requests.length, 1);
});

test("every operation that keeps no key is known, or harmless when it is made again", async () => {
    const document = await (await fetch(`${rushesd.url}/openapi.json`)).json() as Document;
    const isKept = ({ parameters = [] }: Operation): boolean =>
        parameters.some(({ name }) => name.toLowerCase() === "idempotency-key");
    // What only says that it is not there yet (501) is made at no time.
    const isThere = ({ responses }: Operation): boolean =>
        Object.keys(responses).some((status) => status.startsWith("2"));
    const unkept = Object.entries(document.paths)
        .filter(([, { post }]) => post !== undefined && isThere(post) && !isKept(post))
        .map(([path]) => path);
    const reads = [
        "/api/contents/known", "/api/projects/{project}/versions/query", "/api/sign",
        "/api/store/verify",
    ];
    // Two that run at once are refused; what was freed or begun is not there a second time.
    const jobs = [
        "/api/store/found/free", "/api/store/reindex", "/api/store/scrub", "/api/store/sweep",
    ];
    // No part of the package's interface, so it is read from the file.
    const client = new URL("../client.js", import.meta.url).href;
    const { UNREPEATABLE } = await import(client) as { UNREPEATABLE: string[] };
    assert.deepEqual(unkept.sort(), [...reads, ...jobs, ...UNREPEATABLE].sort());
});

test("who finds nobody waits for the daemon to come back", async () => {
    const { fetch, sent } = counting();
    const own = await daemon();
    const rushes = own.client({
        fetch: async (input, init) => {
            if (sent.length === 1) {
                await own.restart();
            }
            return fetch(input, init);
        },
    });
    const { id } = await project(own.client(), "Back");
    await own.kill();
    assert.deepEqual(await rushes.getAllBest(id), []);
    assert.equal(sent.length, 2);
});

test("the attempts have an end, and a call can be ended before it", async () => {
    const own = await daemon();
    await own.kill();
    const { fetch, sent } = counting();
    const once_ = own.client({ fetch, retriesMax: 1 });
    const failed = await once_.getAllBest("fox").catch((error: unknown) => error);
    assert.ok(failed instanceof ConnectionError);
    assert.equal(failed.attempts, 2);
    assert.ok(failed.cause instanceof TypeError);
    assert.equal(sent.length, 2);
    const stop = new AbortController();
    const enough = new TypeError("enough");
    const ended = own.client({
        fetch: (input, init) => {
            stop.abort(enough);
            return fetch(input, init);
        },
    });
    const { signal } = stop;
    await assert.rejects(ended.getAssets({ project_id: "fox" }, { signal }), enough);
    // Also while it waits for the next attempt.
    const pause = new AbortController();
    const waiting = own.client({
        retriesMax: 50,
        fetch: async (input, init) => {
            setTimeout(() => pause.abort(enough), 50);
            return fetch(input, init);
        },
    });
    const options = { signal: pause.signal };
    await assert.rejects(waiting.getAssets({ project_id: "fox" }, options), enough);
});

test("an answer that takes too long is no answer", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const rushes = new Rushes({ url, timeoutMs: 20, retriesMax: 0 });
    const failed = await rushes.call("get", "/api/stats").catch((error: unknown) => error);
    assert.ok(failed instanceof ConnectionError);
    assert.match(String((failed.cause as Error).message), /20 ms/);
});

test("a busy daemon is asked again after as long as it says", async () => {
    const own = await daemon();
    const { id } = await project(own.client(), "Busy");
    // It takes 64 uploads at once; these never end.
    const stalled = await Promise.all(Array.from({ length: 64 }, () => stalledUpload(own)));
    const { fetch, statuses } = counting();
    const times: number[] = [];
    const rushes = own.client({
        fetch: async (input, init) => {
            times.push(performance.now());
            const response = await fetch(input, init);
            times.push(performance.now());
            if (response.status === 503) {
                assert.equal(response.headers.get("retry-after"), "1");
                stalled.forEach((socket) => socket.destroy());
            }
            return response;
        },
    });
    // Until all of those have come in, there is room.
    let made = 0;
    while (!statuses.includes(503)) {
        made += 1;
        await rushes.upload(bytes(), { project_id: id, asset_key: "poster" });
    }
    assert.deepEqual(statuses.slice(-2), [503, 201]);
    const { poster } = await own.client().getAssets({ project_id: id });
    assert.equal(poster?.versions.length, made);
    const [, refused, again] = times.slice(-4) as [number, number, number];
    assert.ok(again - refused >= 999, `sent again after ${again - refused} ms`);
});

test("what the daemon refuses for good is not sent again", async () => {
    const { fetch, sent } = counting();
    const own = await daemon();
    const rushes = own.client({ fetch });
    const make = (name: string) => rushes.call("post", "/api/projects", { body: { name } });
    await assert.rejects(make(""), ProblemError);
    assert.equal(sent.length, 1);
    // A journal that is damaged in its midst takes no writes.
    await make("One");
    await make("Two");
    await own.kill();
    const [file] = await readdir(join(own.data, "journal"));
    const journal = join(own.data, "journal", file!);
    const written = await readFile(journal, "utf8");
    await writeFile(journal, written.replace("One", "Eno"));
    await rm(join(own.data, "index"), { recursive: true });
    await own.restart();
    sent.length = 0;
    await assert.rejects(make("Three"), { status: 503, code: "read_only" });
    assert.equal(sent.length, 1);
});

interface Document {
    paths: Record<string, { post?: Operation }>;
}

interface Operation {
    parameters?: { name: string }[];
    responses: Record<string, unknown>;
}

async function stalledUpload({ url, token }: Daemon): Promise<Socket> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    socket.on("error", () => {});
    socket.write([
        "POST /api/upload-asset HTTP/1.1", `Host: ${host}`, `Authorization: Bearer ${token}`,
        "Content-Type: multipart/form-data; boundary=b", "Content-Length: 1000", "",
        "--b", 'Content-Disposition: form-data; name="file"; filename="a"', "", "begun",
    ].join("\r\n"));
    return socket;
}
