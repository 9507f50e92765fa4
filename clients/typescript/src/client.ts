/**
 * A client of one daemon in the name of one user.
 *
 * Invariant: what this client has changed is never answered from its cache as it was before.
 */

import * as histories from "./assets.js";
import type { AnswerOf, CallOptions, Method, OperationOf, OptionsOf, PathOf } from "./call.js";
import { pathWith, segment, type Place, type Rest } from "./call.js";
import { Cache, type Answer } from "./cache.js";
import { RushesError } from "./problem.js";
import type {
    AssetPatch, AssetReply, BestPage, Histories, HistoryReply, NewVersion, VersionsMade,
} from "./schema.js";
import { historiesOf, membersOf, type AnyScope, type Part } from "./scope.js";
import { Transport, type Connection, type Message } from "./transport.js";
import { formOf, type UploadFields } from "./upload.js";

/** Most answers that a cache keeps when nothing is said. */
export const CACHE_ENTRIES_MAX = 500;
/** How long an upload may take when nothing is said. The daemon ends one that stands still. */
export const UPLOAD_TIMEOUT_MS = 6 * 60 * 60 * 1000;
/** What the daemon makes again under the same key: its secrets are shown once and kept nowhere. */
export const UNREPEATABLE: readonly string[] = ["/api/tokens", "/api/signing-keys"];

/** How a client reaches the daemon, and what it keeps. */
export interface ClientOptions extends Connection {
    /** Most answers that are kept. 0 keeps none. */
    cacheEntriesMax?: number;
    /**
     * How long an answer is given again without asking, in milliseconds. Not at all when it is left
     * out: the daemon is asked whether it still holds. Other clients' changes are not seen before.
     */
    cacheAgeMsMax?: number;
}

/** A version that is wanted; its scope is a part of the project. */
export type Wanted = Omit<NewVersion, "scope"> & { scope?: Part };

/** The members of a page that are lists. */
export type ListIn<T> = {
    [K in keyof T]-?: NonNullable<T[K]> extends readonly unknown[] ? K : never;
}[keyof T];

/** One entry of a list. */
export type EntryOf<T> = NonNullable<T> extends readonly (infer E)[] ? E : never;

/** Talks to a daemon. */
export class Rushes {
    readonly #transport: Transport;
    readonly #cache: Cache;
    readonly #tags = new WeakMap<object, string>();

    constructor(options: ClientOptions) {
        this.#transport = new Transport(options);
        const entriesMax = options.cacheEntriesMax ?? CACHE_ENTRIES_MAX;
        this.#cache = new Cache(entriesMax, options.cacheAgeMsMax ?? 0);
    }

    /** Calls any operation of the API that takes and answers JSON. */
    async call<M extends Method, P extends PathOf<M>>(
        method: M,
        path: P,
        ...[options]: Rest<OptionsOf<OperationOf<M, P>>>
    ): Promise<AnswerOf<OperationOf<M, P>>> {
        const given: CallOptions & Place & { body?: unknown } = options ?? {};
        const where = pathWith(path, given);
        return method === "get" ? this.#read(where, given) : this.#change(method, where, given);
    }

    /** Every entry of a list, page by page; `list` is the member that holds it. */
    async *each<P extends PathOf<"get">, L extends ListIn<AnswerOf<OperationOf<"get", P>>>>(
        path: P,
        list: L,
        ...[options]: Rest<OptionsOf<OperationOf<"get", P>>>
    ): AsyncGenerator<EntryOf<AnswerOf<OperationOf<"get", P>>[L]>, void, undefined> {
        const given: CallOptions & Place = options ?? {};
        let query = given.query ?? {};
        for (;;) {
            const where = pathWith(path, { ...given, query });
            const page = await this.#read<Page>(where, { ...given, cache: false });
            yield* (page as Record<PropertyKey, unknown>)[list] as Iterable<never>;
            const cursor = page.next_cursor;
            if (cursor == null) {
                return;
            }
            if (cursor === query["cursor"]) {
                throw new RushesError(`the page after ${cursor} is the same one again`);
            }
            query = { ...query, cursor };
        }
    }

    /** The histories of a project or of a part of it, with all their versions, by asset key. */
    async getAssets(scope: AnyScope, options: CallOptions = {}): Promise<Histories> {
        return this.#read(historiesOf(scope), options);
    }

    /** The same of a scene, by its id alone or as a scope. */
    async getSceneAssets(scene: string | AnyScope, options: CallOptions = {}): Promise<Histories> {
        return this.getAssets(typeof scene === "string" ? { scene_id: scene } : scene, options);
    }

    /** What stands for a history: the chosen version, else the latest ready one. */
    async getBestAsset(scope: AnyScope, assetKey: string): Promise<AssetReply | undefined> {
        return histories.getBestAsset(await this.getAssets(scope), assetKey);
    }

    /** Where its bytes are, or those of one version. See the function of the same name. */
    async getAssetUrl(
        scope: AnyScope,
        assetKey: string,
        version?: number,
    ): Promise<string | undefined> {
        return histories.getAssetUrl(await this.getAssets(scope), assetKey, version);
    }

    /** Where the bytes are of what stands for several histories, in one request. */
    async getAssetUrls(
        scope: AnyScope,
        assetKeys: Iterable<string>,
    ): Promise<Record<string, string>> {
        return histories.getAssetUrls(await this.getAssets(scope), assetKeys);
    }

    /** What stands for each history of a project and its parts, or for those of some keys. */
    async getAllBest(projectId: string, assetKeys?: Iterable<string>): Promise<BestPage["best"]> {
        const query = assetKeys === undefined ? {} : { keys: [...assetKeys] };
        const where = pathWith("/api/projects/{project}/best", {
            path: { project: projectId },
            query,
        });
        return (await this.#read<BestPage>(where, {})).best;
    }

    /** One version's record. It can guard a change of the same one: see `updateMetadata`. */
    async getVersion(
        scope: AnyScope,
        assetKey: string,
        version: number,
        options: CallOptions = {},
    ): Promise<AssetReply> {
        return this.#read(versionOf(scope, assetKey, version), options);
    }

    /** Makes versions of several histories of a project at once. A bad entry spoils no other. */
    async createVersions(
        projectId: string,
        entries: readonly Wanted[],
        options: CallOptions = {},
    ): Promise<VersionsMade> {
        const where = `/api/projects/${segment(projectId, "projectId")}/versions`;
        const body = entries.map((one) => ({ ...one, scope: membersOf(one.scope ?? {}) }));
        return this.#change("post", where, { ...options, body });
    }

    /** Chooses the best version of a history and answers the history. */
    async setBest(
        scope: AnyScope,
        assetKey: string,
        version: number,
        options: CallOptions = {},
    ): Promise<HistoryReply> {
        const where = `${historyOf(scope, assetKey)}/best`;
        return this.#change("put", where, { ...options, body: { version } });
    }

    /**
     * Says something again of a version: a merge patch (RFC 7396). With `ifMatch` it is made only
     * to the record that was read; else a `ConflictError` holds the one that is there.
     */
    async updateMetadata(
        scope: AnyScope,
        assetKey: string,
        version: number,
        patch: AssetPatch,
        options: CallOptions = {},
    ): Promise<AssetReply> {
        const where = versionOf(scope, assetKey, version);
        return this.#change("patch", where, { ...options, body: patch });
    }

    /**
     * Uploads a file, or records a failed attempt where there is none. With `project_id` and
     * `asset_key` it becomes a version. In Node.js `fs.openAsBlob` gives a file that is not read
     * into memory.
     */
    async upload(
        file: Blob | undefined,
        fields: UploadFields = {},
        options: CallOptions = {},
    ): Promise<AssetReply> {
        const body = formOf(file, fields);
        const timeoutMs = options.timeoutMs ?? UPLOAD_TIMEOUT_MS;
        return this.#change("post", "/api/upload-asset", { ...options, timeoutMs, body });
    }

    /** The bytes of an asset, as they come. Whoever takes the answer reads or cancels its body. */
    async download(
        assetId: string,
        { range, signal, timeoutMs }: CallOptions & { range?: string } = {},
    ): Promise<Response> {
        const path = `/api/assets/${segment(assetId, "assetId")}/data`;
        const headers: Record<string, string> = range === undefined ? {} : { range };
        const message = { method: "GET", path, headers, signal, timeoutMs, isRepeatable: true };
        return this.#transport.send(message, (response) => Promise.resolve(response));
    }

    /** The `ETag` that a record came with; `undefined` for one that came inside of another. */
    etagOf(record: object): string | undefined {
        return this.#tags.get(record);
    }

    /** Asks again before it answers what was read from the paths that match, or from any. */
    invalidate(matches: (path: string) => boolean = () => true): void {
        this.#cache.invalidate(matches);
    }

    async #read<T>(path: string, options: CallOptions): Promise<T> {
        const ask = (tag: string | undefined): Promise<Answer> => this.#ask(path, tag, options);
        const { cache = true, signal } = options;
        if (cache && signal === undefined) {
            return await this.#cache.read(path, ask) as T;
        }
        const answer = await ask(undefined);
        return (answer as { value: T }).value;
    }

    #ask(path: string, tag: string | undefined, options: CallOptions): Promise<Answer> {
        const { signal, timeoutMs } = options;
        const headers = { accept: "application/json", ...(tag && { "if-none-match": tag }) };
        const message = { method: "GET", path, headers, signal, timeoutMs, isRepeatable: true };
        return this.#transport.send(message, async (response) => {
            if (response.status === 304) {
                return "unchanged";
            }
            const value = await this.#json(response);
            return { value, tag: response.headers.get("etag") ?? undefined };
        });
    }

    async #change<T>(
        method: string,
        path: string,
        options: CallOptions & { body?: unknown },
    ): Promise<T> {
        const { body, ifMatch, idempotencyKey, signal, timeoutMs } = options;
        const headers: Record<string, string> = { accept: "application/json" };
        if (idempotencyKey !== undefined) {
            headers["idempotency-key"] = idempotencyKey;
        }
        if (ifMatch !== undefined) {
            headers["if-match"] = this.#tagOf(ifMatch);
        }
        const message: Message = {
            method: method.toUpperCase(),
            path,
            headers,
            signal,
            timeoutMs,
            isRepeatable: !UNREPEATABLE.includes(path),
        };
        if (body instanceof FormData) {
            message.body = body;
        } else if (body !== undefined) {
            message.body = JSON.stringify(body);
            headers["content-type"] = "application/json";
        }
        try {
            return await this.#transport.send(message, (response) => this.#json(response)) as T;
        } finally {
            // Also after a failure: nobody knows what it has changed.
            this.invalidate();
        }
    }

    #tagOf(ifMatch: string | object): string {
        const tag = typeof ifMatch === "string" ? ifMatch : this.#tags.get(ifMatch);
        if (tag === undefined) {
            throw new TypeError("ifMatch: this client has not read that record by itself");
        }
        return tag;
    }

    async #json(response: Response): Promise<unknown> {
        const text = await response.text();
        if (text === "") {
            return undefined;
        }
        const value = parsed(text, response);
        const tag = response.headers.get("etag");
        if (tag !== null && typeof value === "object" && value !== null) {
            this.#tags.set(value, tag);
        }
        return value;
    }
}

interface Page {
    next_cursor?: string | null;
}

function parsed(text: string, response: Response): unknown {
    try {
        return JSON.parse(text);
    } catch (cause) {
        const message = `${response.url} answered ${response.status} without JSON`;
        throw new RushesError(message, { cause });
    }
}

function historyOf(scope: AnyScope, assetKey: string): string {
    return `${historiesOf(scope)}/${segment(assetKey, "assetKey")}`;
}

function versionOf(scope: AnyScope, assetKey: string, version: number): string {
    return `${historyOf(scope, assetKey)}/versions/${segment(version, "version")}`;
}
