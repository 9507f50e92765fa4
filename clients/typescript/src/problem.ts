/** What goes wrong, as errors that programs can tell apart. Knows no request. */

import type { Problem } from "./schema.js";

/** The codes that this version knows; a newer daemon may send others. */
export type Code = Problem["code"] | (string & {});

/** Whatever this client throws, but for what a caller did wrong (`TypeError`) or aborted. */
export class RushesError extends Error {
    override name = "RushesError";
}

/** There was no complete answer, also after the last attempt; `cause` is why. */
export class ConnectionError extends RushesError {
    override name = "ConnectionError";
    /** How often the request was sent. */
    readonly attempts: number;

    constructor(message: string, attempts: number, cause: unknown) {
        super(message, { cause });
        this.attempts = attempts;
    }
}

/** What the headers of a refusal tell. */
interface Told {
    requestId?: string | undefined;
    retryAfterMs?: number | undefined;
}

/** The daemon refused, and said why in a problem document (RFC 9457). */
export class ProblemError extends RushesError {
    override name = "ProblemError";
    /** The HTTP status. */
    readonly status: number;
    /** What went wrong, for programs; `unknown` where there was no problem document. */
    readonly code: Code;
    /** What happened, then the remedy where there is one. */
    readonly detail: string;
    /** Which field of the request is at fault. */
    readonly field: string | undefined;
    /** The request's name in the daemon's log. */
    readonly requestId: string | undefined;
    /** After how many milliseconds the daemon wants to be asked again. */
    readonly retryAfterMs: number | undefined;
    /** The whole document. */
    readonly problem: Problem | undefined;

    constructor(status: number, problem: Problem | undefined, told: Told) {
        const detail = problem?.detail ?? `answered ${status} without a problem document`;
        super(problem === undefined ? detail : `${problem.code}: ${detail}`);
        this.status = status;
        this.code = problem?.code ?? "unknown";
        this.detail = detail;
        this.field = problem?.field ?? undefined;
        this.requestId = told.requestId;
        this.retryAfterMs = told.retryAfterMs;
        this.problem = problem;
    }
}

/** A change that was guarded by `ifMatch` met a record that somebody else had changed. */
export class ConflictError<T = unknown> extends ProblemError {
    override name = "ConflictError";
    /** The record as it is now. */
    readonly current: T;

    constructor(status: number, problem: Problem, told: Told) {
        super(status, problem, told);
        this.current = problem.current as T;
    }
}

/** The error that a refusal is. */
export async function refusal(response: Response): Promise<ProblemError> {
    const text = await response.text();
    const told = {
        requestId: response.headers.get("x-request-id") ?? undefined,
        retryAfterMs: retryAfter(response.headers.get("retry-after")),
    };
    const problem = problemOf(response, text);
    if (response.status === 412 && problem?.current !== undefined) {
        return new ConflictError(response.status, problem, told);
    }
    return new ProblemError(response.status, problem, told);
}

function problemOf(response: Response, text: string): Problem | undefined {
    if (!response.headers.get("content-type")?.startsWith("application/problem+json")) {
        return undefined;
    }
    try {
        return JSON.parse(text) as Problem;
    } catch {
        return undefined;
    }
}

/** `Retry-After` (RFC 9110, section 10.2.3) in milliseconds from now. */
function retryAfter(value: string | null): number | undefined {
    if (value === null) {
        return undefined;
    }
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
    return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
