//! Where things live under the daemon's address. Each path is served under [`PREFIX`] and
//! [`PREFIX_V2`] alike; these builders give the first.

use std::fmt::{Display, Write};

/// Where the routes are.
pub const PREFIX: &str = "/api";
/// Where the same routes are once more, for clients that were written against version 2.
pub const PREFIX_V2: &str = "/api/v2";
/// How the daemon is; needs no token.
pub const HEALTH: &str = "/health";
/// What can be asked, as an `OpenAPI` document; needs no token.
pub const OPENAPI: &str = "/openapi.json";
/// Whether everything is served, and how far the start has come; needs no token.
pub const READY: &str = "/ready";
/// `GET` what the daemon counts, for Prometheus; for admins.
pub const METRICS: &str = "/metrics";
/// `POST` an upload form.
pub const UPLOAD: &str = "/api/upload-asset";
/// `GET` a page of projects, `POST` a new one.
pub const PROJECTS: &str = "/api/projects";
/// `GET` assets by words and properties.
pub const ASSETS: &str = "/api/assets";

/// `GET` the newest assets.
pub const RECENT: &str = "/api/recent";
/// `GET` a page of tags with their counts.
pub const TAGS: &str = "/api/tags";
/// `GET` how many assets there are.
pub const STATS: &str = "/api/stats";
/// `GET` what generations cost.
pub const COSTS: &str = "/api/costs";
/// `GET` the differences of two assets.
pub const COMPARE: &str = "/api/compare";

/// `POST` digests; the answer holds those of them that the sender's own assets have.
pub const KNOWN_CONTENTS: &str = "/api/contents/known";

/// `GET` what there is: the asker's own, and for admins the whole store.
pub const STORE_STATS: &str = "/api/store/stats";
/// `GET` what is wrong with the store, in words.
pub const STORE_CHECK: &str = "/api/store/check";
/// `POST` starts a scrub or goes on with one, `GET` says how it stands, `DELETE` stops it.
pub const STORE_SCRUB: &str = "/api/store/scrub";
/// `POST` reads one content again.
pub const STORE_VERIFY: &str = "/api/store/verify";
/// `POST` makes the index anew, `GET` says how that stands.
pub const STORE_REINDEX: &str = "/api/store/reindex";
/// `POST` frees released bytes or says which it would, `GET` says how that stands, `DELETE` stops.
pub const STORE_SWEEP: &str = "/api/store/sweep";
/// `GET` a page of bytes that no claim names.
pub const STORE_FOUND: &str = "/api/store/found";
/// `POST` digests of found bytes to free, or to say what that would do.
pub const STORE_FOUND_FREE: &str = "/api/store/found/free";
/// `GET` the damage that is not healed.
pub const STORE_DAMAGE: &str = "/api/store/damage";

/// `GET` a user's tokens, `POST` a new one.
pub const TOKENS: &str = "/api/tokens";
/// `GET` a page of users, `POST` a new one; for admins.
pub const USERS: &str = "/api/users";
/// `POST` an asset's id or path; the answer is a URL that works without a token, for a time.
pub const SIGN: &str = "/api/sign";
/// `POST` makes a new key, which signs from then on; for admins.
pub const SIGNING_KEYS: &str = "/api/signing-keys";

/// The header that names a request: a client may send its own, and every answer has one.
pub const REQUEST_ID: &str = "x-request-id";
/// The header that makes a `POST` safe to repeat.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// `DELETE` revokes a token.
pub fn token(id: impl Display) -> String {
    format!("{TOKENS}/{}", segment(&id))
}

/// `PATCH` a user.
pub fn user(id: impl Display) -> String {
    format!("{USERS}/{}", segment(&id))
}

/// How a long job stands, by its name.
pub fn store_job(name: &str) -> String {
    format!("{PREFIX}/store/{}", segment(&name))
}

/// `GET` an asset's record, `DELETE` the asset.
pub fn asset(id: impl Display) -> String {
    format!("{PREFIX}/assets/{}", segment(&id))
}

/// `GET` an asset's bytes.
pub fn asset_data(id: impl Display) -> String {
    format!("{}/data", asset(id))
}

/// `POST` that a deleted asset is wanted again.
pub fn asset_restore(id: impl Display) -> String {
    format!("{}/restore", asset(id))
}

/// `GET` what an asset was made from and what was made from it.
pub fn lineage(id: impl Display) -> String {
    format!("{}/lineage", asset(id))
}

/// `GET` a page of the assets that a workflow made.
pub fn workflow(id: impl Display) -> String {
    format!("{PREFIX}/workflows/{}", segment(&id))
}

/// `POST` new versions of several histories of a project.
pub fn versions(project_id: impl Display) -> String {
    format!("{}/versions", project(project_id))
}

/// `POST` which versions of several histories are wanted.
pub fn versions_query(project_id: impl Display) -> String {
    format!("{}/query", versions(project_id))
}

/// `POST` the best versions of several histories.
pub fn versions_best(project_id: impl Display) -> String {
    format!("{}/best", versions(project_id))
}

/// `GET` what stands for each history of a project.
pub fn project_best(project_id: impl Display) -> String {
    format!("{}/best", project(project_id))
}

/// `GET` a complete project.
pub fn project(id: impl Display) -> String {
    format!("{PROJECTS}/{}", segment(&id))
}

/// `GET` a project's scenes, `POST` a new one.
pub fn scenes(project_id: impl Display) -> String {
    format!("{}/scenes", project(project_id))
}

/// `GET` a scene; `scene` is its id or its number.
pub fn scene(project_id: impl Display, scene: impl Display) -> String {
    format!("{}/{}", scenes(project_id), segment(&scene))
}

/// `GET` an element of a project, by the word for its kind: character, location, mood, timeline or
/// prompt.
pub fn element(project_id: impl Display, word: &str, id: impl Display) -> String {
    format!("{}/{}", elements(project_id, word), segment(&id))
}

/// `GET` the elements of a project of a kind, `POST` a new one.
pub fn elements(project_id: impl Display, word: &str) -> String {
    format!("{}/{}", project(project_id), elements_of(word))
}

/// The word for all elements of a kind.
pub fn elements_of(word: &str) -> String {
    format!("{word}s")
}

/// `POST` all scenes of a project in another order.
pub fn reorder(project_id: impl Display) -> String {
    format!("{}/reorder", scenes(project_id))
}

/// `POST` that what has the path `of` (a project, scene or element) is wanted again.
pub fn restore(of: &str) -> String {
    format!("{of}/restore")
}

/// `GET` the histories of what has the path `of` (a project, scene, character, location or mood),
/// as a map by asset key.
pub fn histories(of: &str) -> String {
    format!("{of}/assets")
}

/// `GET` a history with all its versions.
pub fn history(of: &str, asset_key: impl Display) -> String {
    format!("{}/{}", histories(of), segment(&asset_key))
}

/// `PUT` the choice of a history's best version.
pub fn best(of: &str, asset_key: impl Display) -> String {
    format!("{}/best", history(of, asset_key))
}

/// `GET` or `PATCH` one version.
pub fn version(of: &str, asset_key: impl Display, number: u32) -> String {
    format!("{}/versions/{number}", history(of, asset_key))
}

/// One segment of a path, percent-encoded (RFC 3986): whatever the text holds, it stays one.
fn segment(text: &impl Display) -> String {
    let mut encoded = String::new();
    for byte in text.to_string().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}"); // writing into a String cannot fail
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_the_routes_expect() {
        assert_eq!(asset_data("a-1"), "/api/assets/a-1/data");
        assert_eq!(history(&scene("fox", 3), "scene_video"), {
            "/api/projects/fox/scenes/3/assets/scene_video"
        });
        assert_eq!(best(&project("fox"), "poster"), "/api/projects/fox/assets/poster/best");
    }

    #[test]
    fn a_text_stays_one_segment() {
        assert_eq!(asset("../x?y#z é"), "/api/assets/..%2Fx%3Fy%23z%20%C3%A9");
    }
}
