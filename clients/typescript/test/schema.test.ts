/** What is kept of the API here is what the daemon says of it, and the README's example works. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { bytes, daemon, PACKAGE } from "./daemon.js";

const rushesd = await daemon();

test("the types are those of the daemon's document", async () => {
    const { SCHEMA, typesOf } = await import(join(PACKAGE, "scripts/generate.mjs")) as Generator;
    const document = await (await fetch(`${rushesd.url}/openapi.json`)).json();
    const made = (await typesOf(document)).split("\n");
    const kept = (await readFile(SCHEMA, "utf8")).split("\n");
    const differs = made.findIndex((line, at) => line !== kept[at]);
    assert.ok(
        differs === -1 && made.length === kept.length,
        `src/schema.ts:${differs + 1} is ${kept[differs]}, the daemon says ${made[differs]}: `
            + "make it anew with `scripts/clients.sh generate`",
    );
});

test("the example of the README works as it is written", async () => {
    await writeFile(join(dirname(rushesd.data), "take1.mp4"), await bytes().text());
    const readme = fileURLToPath(new URL("readme.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [readme], {
        cwd: dirname(rushesd.data),
        env: { ...process.env, RUSHES_URL: rushesd.url, RUSHES_TOKEN: rushesd.token },
    });
    const [upload, best, project] = stdout.split("\n");
    assert.equal(upload, "take1.mp4 is version 1");
    assert.match(best!, /^fal http:\/\/\S+\/data\?\S+$/);
    assert.equal(project, "fox-story Fox Story");
});

interface Generator {
    SCHEMA: string;
    typesOf(document: unknown): Promise<string>;
}
