//! The `OpenAPI` document, made from the operations that the router is made from.
//!
//! Invariant: it is complete and settled when the daemon starts, and never changes while it serves.

pub mod shapes;

use std::collections::{BTreeMap, BTreeSet};

use rushes_api::{Problem, paths};
use serde_json::Value;
use utoipa::openapi::path::{HttpMethod, PathItem, Paths};
use utoipa::openapi::schema::Components;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApiBuilder, RefOr, Schema, ServerBuilder};

use crate::operation::{Operation, SIGNATURE, TOKEN, refusal, refusals};

/// What the document says before all else.
const ABOUT: &str = "\
Rushes keeps generated media: every image, clip and sound that a generator makes, with how it was \
made, for ever, once.

Every path below `/api` is served below `/api/v2` as well. `HEAD` is answered wherever `GET` is, \
and any other method with 405 and `Allow`. Every `GET` under `/api` answers an `ETag`. Members are \
named in snake_case; requests may name them in camelCase. Refusals are problem documents (RFC \
9457) whose `code` never changes its meaning. What belongs to another user is answered as what is \
not there.";

/// The document.
#[derive(Debug, Clone)]
pub struct Document(pub Value);

/// Makes the document of operations.
pub fn of(operations: &[Operation], tags: &[(&str, &str)]) -> Document {
    let mut items = Paths::new();
    let mut shapes = BTreeMap::new();
    let mut statuses = BTreeSet::new();
    let mut problem = Vec::new();
    rushes_api::schema::collect::<Problem>(&mut problem);
    let used = operations.iter().flat_map(|operation| operation.shapes.iter().cloned());
    for (name, schema) in used.chain(problem) {
        shapes.insert(name, schema);
    }
    for operation in operations {
        statuses.extend(operation.failures());
        let method = method_of(operation);
        let item = PathItem::new(method, operation.described());
        match items.paths.get_mut(&operation.path) {
            Some(known) => known.merge_operations(item),
            None => drop(items.paths.insert(operation.path.clone(), item)),
        }
    }
    let tags = tags
        .iter()
        .map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build());
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0");
    let license = license.identifier(Some("MIT OR Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Rushes")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license));
    let document = OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(tags))
        .paths(items)
        .components(Some(components(shapes, &statuses)))
        .build();
    // Texts and numbers can always be written.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    shapes::settle(&mut document);
    Document(document)
}

fn method_of(operation: &Operation) -> HttpMethod {
    match operation.method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn components(shapes: BTreeMap<String, RefOr<Schema>>, statuses: &BTreeSet<u16>) -> Components {
    let mut token = Http::new(HttpAuthScheme::Bearer);
    token.description = Some(
        "A token of the daemon's own, or a JWT of the configured issuer. The role says which \
         access the token needs: read, write or admin."
            .to_owned(),
    );
    let signed = "The URL is signed: `POST /api/sign` makes such URLs, and replies hold them in \
                  `public_url`. It is complete as it is.";
    let signature = ApiKey::Query(ApiKeyValue::with_description("sig", signed));
    let mut components = Components::new();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(token));
    components.add_security_scheme(SIGNATURE, SecurityScheme::ApiKey(signature));
    components.schemas.extend(shapes);
    let refusals = statuses.iter().map(|status| (refusal(*status), refusals(*status).into()));
    components.responses.extend(refusals);
    components
}

/// The paths of an operation in the router: where the document says, and below version 2.
pub fn places(path: &str) -> impl Iterator<Item = String> {
    let again = path.strip_prefix(paths::PREFIX).map(|rest| format!("{}{rest}", paths::PREFIX_V2));
    [path.to_owned()].into_iter().chain(again)
}
