/** Takes the example out of the README into test/readme.ts, so that it is compiled and run. */

import { readFile, writeFile } from "node:fs/promises";

const place = (path) => new URL(`../${path}`, import.meta.url);
const readme = await readFile(place("README.md"), "utf8");
const [[, example], ...others] = readme.matchAll(/^```ts\n([^]*?)^```/gm);
if (others.length > 0) {
    throw new Error("the README has more than one example");
}
await writeFile(place("test/readme.ts"), example);
