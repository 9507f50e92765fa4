/**
 * The types of a call, derived from those of the OpenAPI document, and how its path is written.
 *
 * Invariant: whatever a parameter holds, it stays one segment of the path.
 */

import type { paths } from "./schema.js";

/** A method that the API has. */
export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that take a method, as they stand in the document. */
export type PathOf<M extends Method> = {
    [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

/** An operation of the document. */
export type OperationOf<M extends Method, P extends PathOf<M>> = paths[P][M];

type Parameters<O, K extends "path" | "query"> = O extends { parameters: Record<K, infer T> }
    ? { [k in K]: T }
    : O extends { parameters: { [k in K]?: infer T } }
        ? [T] extends [undefined] ? unknown : { [k in K]?: T }
        : unknown;

type Json<T> = T extends { content: { "application/json": infer B } } ? B : never;

type Body<O> = O extends { requestBody: infer B }
    ? [Json<B>] extends [never] ? unknown : { body: Json<B> }
    : O extends { requestBody?: infer B }
        ? [Json<NonNullable<B>>] extends [never] ? unknown : { body?: Json<NonNullable<B>> }
        : unknown;

/** What any call may say beside what its operation takes. */
export interface CallOptions {
    /** Ends the call when it is aborted. Such a call does not share an answer with others. */
    signal?: AbortSignal;
    /** How long an answer may take, in milliseconds. */
    timeoutMs?: number;
    /** Changes only the record with this `ETag`, or the one that this client has read. */
    ifMatch?: string | object;
    /** Makes several calls one: all of them get the first one's answer. Made when left out. */
    idempotencyKey?: string;
    /** `false` neither looks into the cache nor keeps the answer there. */
    cache?: boolean;
}

/** What an operation takes. */
export type OptionsOf<O> = Parameters<O, "path"> & Parameters<O, "query"> & Body<O> & CallOptions;

/** The last argument of a call; it may be left out where nothing in it is needed. */
export type Rest<T> = object extends T ? [options?: T] : [options: T];

/** What an operation answers; `undefined` where that is no JSON. */
export type AnswerOf<O> = O extends { responses: infer R }
    ? [Json<R[keyof R & (200 | 201 | 202)]>] extends [never]
        ? undefined
        : Json<R[keyof R & (200 | 201 | 202)]>
    : never;

/** What a request says of where it goes, whatever its operation. */
export interface Place {
    path?: Record<string, string | number>;
    query?: Record<string, unknown>;
}

/** Writes a path of the document with its parameters and query. */
export function pathWith(template: string, { path = {}, query = {} }: Place): string {
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => segment(path[name], name));
    const asked = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value !== undefined && value !== null) {
            asked.append(name, Array.isArray(value) ? value.join(",") : String(value));
        }
    }
    return asked.size === 0 ? filled : `${filled}?${asked}`;
}

/** One segment of a path (RFC 3986). Dots alone would name another place, nothing a list. */
export function segment(value: string | number | undefined, name: string): string {
    const text = value === undefined ? "" : String(value);
    if (text === "" || text === "." || text === "..") {
        throw new TypeError(`${name}: ${JSON.stringify(text)} is not a name`);
    }
    return encodeURIComponent(text);
}
