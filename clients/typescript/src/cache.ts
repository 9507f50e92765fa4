/**
 * What was read, for as long as there is room. Knows no request.
 *
 * Invariant: what was read before an invalidation is never taken for fresh after it, also when its
 * answer comes later; there are never more entries than was allowed.
 */

/** What came of asking: a value with its tag, or that the known one still holds. */
export type Answer = { value: unknown; tag: string | undefined } | "unchanged";

interface Entry {
    value: unknown;
    tag: string;
    /** Until when it is answered unasked, by the clock of `performance.now`. */
    freshUntil: number;
}

/** A bounded cache of answers by path; the one whose last use is longest ago goes first. */
export class Cache {
    readonly #entries = new Map<string, Entry>();
    readonly #running = new Map<string, Promise<unknown>>();
    readonly #entriesMax: number;
    readonly #ageMsMax: number;

    constructor(entriesMax: number, ageMsMax: number) {
        this.#entriesMax = entriesMax;
        this.#ageMsMax = ageMsMax;
    }

    /** How many entries there are. */
    get size(): number {
        return this.#entries.size;
    }

    /**
     * The value of a path. `ask` is given the tag of what is known; while it runs, others who want
     * the same wait for its answer too.
     */
    read(path: string, ask: (tag: string | undefined) => Promise<Answer>): Promise<unknown> {
        const known = this.#entries.get(path);
        if (known !== undefined && performance.now() < known.freshUntil) {
            this.#keep(path, known);
            return Promise.resolve(known.value);
        }
        const running = this.#running.get(path);
        if (running !== undefined) {
            return running;
        }
        const asked = this.#ask(path, known, ask, () => this.#running.get(path) === asked);
        this.#running.set(path, asked);
        return asked;
    }

    /** Marks what matches as perhaps changed: it is asked for again before it is answered. */
    invalidate(matches: (path: string) => boolean): void {
        for (const [path, entry] of this.#entries) {
            if (matches(path)) {
                entry.freshUntil = 0;
            }
        }
        for (const path of this.#running.keys()) {
            if (matches(path)) {
                this.#running.delete(path);
            }
        }
    }

    async #ask(
        path: string,
        known: Entry | undefined,
        ask: (tag: string | undefined) => Promise<Answer>,
        isLatest: () => boolean,
    ): Promise<unknown> {
        try {
            const answer = await ask(known?.tag);
            const { value, tag } = answer === "unchanged" ? known! : answer;
            if (isLatest() && tag !== undefined) {
                const freshUntil = performance.now() + this.#ageMsMax;
                this.#keep(path, { value, tag, freshUntil });
            }
            return value;
        } finally {
            if (isLatest()) {
                this.#running.delete(path);
            }
        }
    }

    #keep(path: string, entry: Entry): void {
        this.#entries.delete(path);
        this.#entries.set(path, entry);
        if (this.#entries.size > this.#entriesMax) {
            const [oldest] = this.#entries.keys();
            this.#entries.delete(oldest!);
        }
    }
}
