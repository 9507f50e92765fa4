/**
 * Sends requests, and sends them again where that is safe. Knows no operation.
 *
 * Invariant: a request that may have changed something is sent again only under the same
 * `Idempotency-Key`, or where the daemon says that nothing was changed; how often and how long is
 * bounded.
 */

import { ConnectionError, ProblemError, refusal } from "./problem.js";

/** How often a request is sent again when nothing is said. */
export const RETRIES_MAX = 3;
/** The longest wait between two attempts. A daemon that wants more of it is told about at once. */
export const WAIT_MS_MAX = 30_000;
/** How long the wait before the first repetition is; each further one doubles it. */
const WAIT_MS = 250;
/** How long an answer may take when nothing is said. */
export const TIMEOUT_MS = 60_000;

/** How the daemon is reached. */
export interface Connection {
    /** Where the daemon is: `http://127.0.0.1:7878`, say. */
    url: string;
    /** A token, or a function that gives one for each request, such as a session's JWT. */
    token?: string | (() => string | Promise<string>);
    /** Sends one request; the platform's own `fetch` when it is left out. */
    fetch?: typeof fetch;
    /** How often a request is sent again when no answer came or the daemon was busy. */
    retriesMax?: number;
    /** How long an answer may take, in milliseconds. An upload has its own limit. */
    timeoutMs?: number;
}

/** One request. */
export interface Message {
    method: string;
    /** Path and query. */
    path: string;
    headers?: Record<string, string>;
    /** What is sent; it must be readable more than once. */
    body?: BodyInit;
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
    /** Whether the daemon keeps the key of it, or it changes nothing. */
    isRepeatable: boolean;
}

type Authorized = Omit<Message, "headers"> & { headers: Headers };

/** Sends requests to one daemon. */
export class Transport {
    readonly #base: string;
    readonly #connection: Connection;

    constructor(connection: Connection) {
        this.#base = new URL(connection.url).href.replace(/\/$/, "");
        this.#connection = connection;
    }

    /** Sends a request until it is answered; `read` takes what is wanted from the answer. */
    async send<T>(message: Message, read: (response: Response) => Promise<T>): Promise<T> {
        const url = new URL(this.#base + message.path);
        const headers = new Headers(message.headers);
        if (message.method !== "GET" && !headers.has("idempotency-key")) {
            headers.set("idempotency-key", crypto.randomUUID());
        }
        const retriesMax = this.#connection.retriesMax ?? RETRIES_MAX;
        for (let attempt = 1; ; attempt++) {
            await this.#authorize(headers);
            try {
                return await this.#attempt(url, { ...message, headers }, read);
            } catch (error) {
                message.signal?.throwIfAborted();
                const wait = waitAfter(error, message, attempt);
                if (attempt > retriesMax || wait === undefined || wait > WAIT_MS_MAX) {
                    throw isNetwork(error) ? unanswered(url, attempt, error) : error;
                }
                await sleep(wait, message.signal);
            }
        }
    }

    async #authorize(headers: Headers): Promise<void> {
        const { token } = this.#connection;
        const now = typeof token === "function" ? await token() : token;
        if (now !== undefined) {
            headers.set("authorization", `Bearer ${now}`);
        }
    }

    async #attempt<T>(
        url: URL,
        { method, headers, body, signal, timeoutMs }: Authorized,
        read: (response: Response) => Promise<T>,
    ): Promise<T> {
        const limit = timeoutMs ?? this.#connection.timeoutMs ?? TIMEOUT_MS;
        const late = new AbortController();
        const timer = setTimeout(() => {
            late.abort(new DOMException(`no answer within ${limit} ms`, "TimeoutError"));
        }, limit);
        try {
            const send = this.#connection.fetch ?? fetch;
            const response = await send(url, {
                method,
                headers,
                body: body ?? null,
                signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
            });
            if (response.ok || response.status === 304) {
                return await read(response);
            }
            throw await refusal(response);
        } finally {
            clearTimeout(timer);
        }
    }
}

/** What `fetch` throws when there is no answer, or not all of it. */
function isNetwork(error: unknown): boolean {
    return error instanceof TypeError
        || (error instanceof DOMException && error.name === "TimeoutError");
}

function unanswered(url: URL, attempts: number, cause: unknown): ConnectionError {
    return new ConnectionError(`no answer from ${url.origin}`, attempts, cause);
}

/** How long to wait before the request is sent again; `undefined` where it must not be. */
function waitAfter(error: unknown, message: Message, attempt: number): number | undefined {
    const wait = WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    if (isNetwork(error)) {
        return message.isRepeatable ? wait : undefined;
    }
    if (!(error instanceof ProblemError) || error.status !== 503 || error.code === "read_only") {
        return undefined;
    }
    // Such a daemon has changed nothing; of a proxy's own 503 nobody knows.
    const isSafe = message.isRepeatable || error.code === "busy" || error.code === "starting";
    return isSafe ? Math.max(wait, error.retryAfterMs ?? 0) : undefined;
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
        const stop = (): void => {
            clearTimeout(timer);
            reject(signal?.reason);
        };
        const timer = setTimeout(() => {
            signal?.removeEventListener("abort", stop);
            resolve();
        }, ms);
        signal?.addEventListener("abort", stop, { once: true });
    });
}
