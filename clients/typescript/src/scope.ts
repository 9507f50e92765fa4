/** What a history belongs to: a project, or one scene, character, location or mood of it. */

import { segment } from "./call.js";
import type { ScopeMembers } from "./schema.js";

type Parts =
    | { scene_id: string }
    | { scene_number: number }
    | { character_id: string }
    | { location_id: string }
    | { mood_id: string };

type NameOf<T> = T extends T ? keyof T : never;

/** Exactly one of some alternatives. */
type OneOf<T, All = T> = T extends T
    ? T & { [K in Exclude<NameOf<All>, keyof T>]?: never }
    : never;

/** A part of a project; nothing named is the project itself. */
export type Part = OneOf<Parts> | { [K in NameOf<Parts>]?: never };

/** A part of a project, or the project itself. A scene's id is enough. */
export type Scope =
    | ({ project_id: string } & Part)
    | ({ project_id?: never } & OneOf<{ scene_id: string }, Parts>);

/** A scope as records hold it: a scene may be named both by its id and by its number. */
export type AnyScope = Scope | ScopeMembers;

/** Where the histories of a scope are. */
export function historiesOf(scope: AnyScope): string {
    const { project_id: project, ...part } = membersOf(scope);
    const [[name, value] = [], ...others] = Object.entries(part);
    if (others.length > 0) {
        throw new TypeError(`a scope names one part, not ${Object.keys(part).join(" and ")}`);
    }
    if (name === "scene_id" && project === undefined) {
        return `/api/scenes/${segment(value, name)}/assets`;
    }
    const below = `/api/projects/${segment(project, "project_id")}`;
    if (name === undefined) {
        return `${below}/assets`;
    }
    const kind = name.replace(/_(id|number)$/, "");
    return `${below}/${kind}s/${segment(value, name)}/assets`;
}

/** What names a scope in a request: what is not there is left out, and a scene has its id alone. */
export function membersOf(scope: AnyScope | Part): Record<string, string | number> {
    const { character_ids, location_ids, ...named }: ScopeMembers = scope;
    const members = {
        ...named,
        character_id: named.character_id ?? only(character_ids),
        location_id: named.location_id ?? only(location_ids),
        scene_number: named.scene_id == null ? named.scene_number : undefined,
    };
    const said = Object.entries(members).filter(([, value]) => value != null);
    return Object.fromEntries(said as [string, string | number][]);
}

/** Requests may name one character or location in a list. */
function only(ids: readonly string[] = []): string | undefined {
    if (ids.length > 1) {
        throw new TypeError(`a scope names one part, not ${ids.length}`);
    }
    return ids[0];
}
