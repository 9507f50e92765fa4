//! The routes: what lives where.
//!
//! Each file below says what can be asked of it as operations; router and document are made from
//! all of them. Invariant: every route below `/api` takes a `Call`, and so a token or a signature;
//! `/api` and `/api/v2` are one router; the edge lies around everything (see the gate), so what no
//! route takes is a problem document, too.

mod assets;
mod contents;
mod counts;
mod data;
mod disposition;
mod elements;
mod form;
mod histories;
mod lineage;
mod metrics;
mod multipart;
mod of;
mod old;
mod openapi;
mod pages;
mod parts;
mod projects;
mod range;
mod scenes;
mod search;
mod sign;
mod store;
mod sweep;
mod tokens;
mod upload;
mod users;
mod versions;

use std::sync::Arc;

use axum::middleware::from_fn;
use axum::{Extension, Router};
use rushes_api::paths;
use tower_http::catch_panic::CatchPanicLayer;

use crate::asked;
use crate::document;
use crate::operation::{Operation, below, tagged};
use crate::state::App;
use crate::{edge, guard, health};

/// What the operations are about, in the order of the document.
const TAGS: [(&str, &str); 13] = [
    ("daemon", "The daemon itself."),
    ("projects", "Projects, with all that is in them."),
    ("scenes", "The scenes of a project, by number."),
    ("elements", "Characters, locations, moods, timelines and prompts of a project."),
    ("histories", "The versions of one (scope, asset key)."),
    ("versions", "Versions of several histories at once."),
    ("assets", "Generated files and their records."),
    ("lineage", "What was made from what."),
    ("counts", "What there is, counted."),
    ("tokens", "Tokens and signed URLs."),
    ("users", "Who there is; for admins."),
    ("store", "The upkeep of the bytes; for admins."),
    ("old", "What older programs call."),
];

/// Everything that can be asked.
pub fn operations() -> Vec<Operation> {
    let of_api = [
        tagged("projects", projects::operations()),
        tagged("scenes", scenes::operations()),
        tagged("elements", elements::operations()),
        tagged("histories", histories::operations()),
        tagged("versions", versions::operations()),
        tagged("assets", [search::operations(), assets::operations()].concat()),
        tagged(
            "assets",
            [data::operations(), upload::operations(), contents::operations()].concat(),
        ),
        tagged("old", old::operations()),
        tagged("lineage", lineage::operations()),
        tagged("counts", counts::operations()),
        tagged("tokens", [tokens::operations(), sign::operations()].concat()),
        tagged("users", users::operations()),
        tagged("store", [store::operations(), sweep::operations()].concat()),
    ];
    let outside = tagged(
        "daemon",
        [health::operations(), metrics::operations(), openapi::operations()].concat(),
    );
    [outside, below(paths::PREFIX, of_api.concat())].concat()
}

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let operations = operations();
    let document = document::of(&operations, &TAGS);
    let mut routes = Router::new();
    for operation in operations {
        let route = if operation.is_guarded || edge::is_safe(&operation.method) {
            operation.route
        } else {
            operation.route.layer(from_fn(guard::refused))
        };
        for place in document::places(&operation.path) {
            routes = routes.route(&place, route.clone());
        }
    }
    routes
        .fallback(edge::no_route)
        .method_not_allowed_fallback(edge::no_method)
        .layer(Extension(Arc::new(document)))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(from_fn(asked::routed))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rushes_api::schema;
    use rushes_vault::command;
    use rushes_vault::ids::{AssetKey, ProjectId};
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_of_its_body_what_is_true() {
        let mut names = HashSet::new();
        for operation in operations() {
            let name = &operation.name;
            assert!(!name.is_empty(), "{} {}", operation.method, operation.path);
            assert!(names.insert(name.clone()), "{name} is there twice");
            assert!(
                operation.is_true_of_body(),
                "{name}: a body is taken and not told of, or told of and not taken"
            );
        }
    }

    #[test]
    fn every_parameter_of_a_path_has_an_example_and_every_reference_a_shape() {
        let Value::Object(paths) = document::of(&operations(), &TAGS).0["paths"].take() else {
            panic!("no paths")
        };
        for (path, item) in paths {
            for operation in item.as_object().unwrap().values() {
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let named = parameters.iter().filter(|one| one["in"] == "path");
                for parameter in named.clone() {
                    assert!(!parameter["example"].is_null(), "{path}: {parameter}");
                }
                assert_eq!(named.count(), path.matches('{').count(), "{path}");
            }
        }
        let document = document::of(&operations(), &TAGS).0;
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn the_limits_of_the_document_are_those_of_the_code() {
        assert_eq!(schema::WORD_CHARS_MAX, command::WORD_CHARS_MAX);
        assert_eq!(schema::NAME_CHARS_MAX, command::NAME_CHARS_MAX);
        assert_eq!(schema::TEXT_CHARS_MAX, command::TEXT_CHARS_MAX);
        assert_eq!(schema::TAGS_MAX, command::TAGS_MAX);
        assert_eq!(schema::FOLDER_BYTES_MAX, command::FOLDER_BYTES_MAX);
        assert_eq!(schema::PROJECT_ID_CHARS_MAX, ProjectId::BYTES_MAX);
        assert_eq!(schema::ASSET_KEY_CHARS_MAX, AssetKey::BYTES_MAX);
    }
}
