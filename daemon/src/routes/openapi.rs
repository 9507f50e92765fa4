//! `GET /openapi.json`: what can be asked, for programs that make clients.
//!
//! Needs no token: it says the same to everybody, and nothing about anybody.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use rushes_api::{Access, paths};
use utoipa::openapi::ContentBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::call::Caller;
use crate::document::Document;
use crate::error::Refusal;
use crate::operation::{Operation, get};
use crate::reply;

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let object = ObjectBuilder::new().schema_type(Type::Object);
    let content = ContentBuilder::new().schema(Some(object.build())).build();
    vec![
        get(paths::OPENAPI, show)
            .named("get_openapi", "Answers this document.")
            .reading("An OpenAPI 3.1 document.", content),
    ]
}

/// The document, and what was asked for.
#[derive(Debug)]
pub struct Published {
    document: Arc<Document>,
    headers: HeaderMap,
}

impl Caller for Published {
    fn access(_: &Method) -> Option<Access> {
        None
    }
}

impl<S: Sync> FromRequestParts<S> for Published {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let document = parts.extensions.get::<Arc<Document>>().cloned();
        let document = document.ok_or_else(|| Refusal::failed("there is no document"))?;
        Ok(Self { document, headers: parts.headers.clone() })
    }
}

/// Answers the document.
pub async fn show(Published { document, headers }: Published) -> Result<Response, Refusal> {
    reply::read(&headers, &document.0)
}
