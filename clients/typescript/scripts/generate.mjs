/**
 * Makes src/schema.ts, the types of the API, from the OpenAPI document of a running daemon:
 * `node scripts/generate.mjs http://127.0.0.1:7878`. `scripts/clients.sh generate` starts one.
 */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

/** Where the types are. */
export const SCHEMA = fileURLToPath(new URL("../src/schema.ts", import.meta.url));

/** What stands before all types. */
const ABOUT =
    "/** The types of the API. Made by `scripts/clients.sh generate`: do not change them here. */" +
    "\n\n";

/** The types of a document. */
export async function typesOf(document) {
    const types = await openapiTS(document, {
        alphabetize: true,
        defaultNonNullable: false,
        emptyObjectsUnknown: true,
        immutable: true,
        rootTypes: true,
        rootTypesNoSchemaPrefix: true,
    });
    return ABOUT + astToString(types);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const [, , daemon] = process.argv;
    const response = await fetch(new URL("/openapi.json", daemon));
    if (!response.ok) {
        throw new Error(`${daemon} answered ${response.status}`);
    }
    await writeFile(SCHEMA, await typesOf(await response.json()));
    console.log(`wrote ${SCHEMA}`);
}
