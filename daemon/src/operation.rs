//! What the daemon can be asked: each operation once, as a route and as a part of the document.
//!
//! Knows no operation. Invariant: router and document are made from the same values, so there is no
//! route that the document does not tell of; what a caller needs is read from the handler's type.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};
use rushes_api::problem::MEDIA_TYPE;
use rushes_api::{Access, Code};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation as Described, OperationBuilder, Parameter};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    Content, ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, Schema,
};

use crate::call::Caller;
use crate::parameters::{self, PAGE_MAX, Shapes, header};
use crate::state::App;

/// The name of the security scheme of tokens.
pub const TOKEN: &str = "token";
/// The name of the security scheme of signed URLs.
pub const SIGNATURE: &str = "signature";
/// How a record says that it is sent as a patch, until the document settles its shapes.
pub const PATCHED: &str = "#/patched/";

/// The media type of JSON.
const JSON: &str = "application/json";
/// The media type of a merge patch (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// What a handler takes, by the types of its arguments.
pub trait Takes {
    /// Whether it reads a body.
    const HAS_BODY: bool;
    /// Whether a signed URL opens it as well.
    const IS_SIGNED: bool;
    /// What the caller must be allowed; `None` for everybody.
    fn access(method: &Method) -> Option<Access>;
}

impl<M, C: Caller> Takes for (M, C) {
    const HAS_BODY: bool = false;
    const IS_SIGNED: bool = C::IS_SIGNED;

    fn access(method: &Method) -> Option<Access> {
        C::access(method)
    }
}

impl<M, C: Caller> Takes for (M, C, Body) {
    const HAS_BODY: bool = true;
    const IS_SIGNED: bool = C::IS_SIGNED;

    fn access(method: &Method) -> Option<Access> {
        C::access(method)
    }
}

/// A route with its description.
#[derive(Debug, Clone)]
pub struct Operation {
    /// How it is asked.
    pub method: Method,
    /// Where, with its parameters in braces.
    pub path: String,
    /// Its name in the document, unique.
    pub name: String,
    /// What answers it.
    pub route: MethodRouter<Arc<App>>,
    /// The shapes that its description names.
    pub shapes: Shapes,
    /// Whether `If-Match` guards it.
    pub is_guarded: bool,
    access: Option<Access>,
    is_signed: bool,
    #[cfg(test)]
    has_body: bool,
    tag: &'static str,
    summary: String,
    description: Option<String>,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: Vec<(StatusCode, Response)>,
    failures: BTreeSet<u16>,
}

/// What is asked with GET.
pub fn get<H: Handler<T, Arc<App>>, T: Takes + 'static>(
    path: impl Into<String>,
    handler: H,
) -> Operation {
    Operation::new((Method::GET, MethodFilter::GET), path.into(), handler)
}

/// What is asked with POST.
pub fn post<H: Handler<T, Arc<App>>, T: Takes + 'static>(
    path: impl Into<String>,
    handler: H,
) -> Operation {
    Operation::new((Method::POST, MethodFilter::POST), path.into(), handler)
}

/// What is asked with PUT.
pub fn put<H: Handler<T, Arc<App>>, T: Takes + 'static>(
    path: impl Into<String>,
    handler: H,
) -> Operation {
    Operation::new((Method::PUT, MethodFilter::PUT), path.into(), handler)
}

/// What is asked with PATCH.
pub fn patch<H: Handler<T, Arc<App>>, T: Takes + 'static>(
    path: impl Into<String>,
    handler: H,
) -> Operation {
    Operation::new((Method::PATCH, MethodFilter::PATCH), path.into(), handler)
}

/// What is asked with DELETE.
pub fn delete<H: Handler<T, Arc<App>>, T: Takes + 'static>(
    path: impl Into<String>,
    handler: H,
) -> Operation {
    Operation::new((Method::DELETE, MethodFilter::DELETE), path.into(), handler)
}

/// Puts operations below a path.
pub fn below(prefix: &str, operations: Vec<Operation>) -> Vec<Operation> {
    let below = |operation: Operation| {
        let path = format!("{prefix}{}", operation.path);
        Operation { path, ..operation }
    };
    operations.into_iter().map(below).collect()
}

/// Puts operations under a tag.
pub fn tagged(tag: &'static str, operations: Vec<Operation>) -> Vec<Operation> {
    operations.into_iter().map(|operation| Operation { tag, ..operation }).collect()
}

impl Operation {
    fn new<H: Handler<T, Arc<App>>, T: Takes + 'static>(
        (method, filter): (Method, MethodFilter),
        path: String,
        handler: H,
    ) -> Self {
        let (named, shapes) = parameters::of_path(&path);
        let access = T::access(&method);
        let mut failures = BTreeSet::from([400, 421, 500, 503]);
        if access.is_some() {
            failures.extend([401, 403]);
        }
        if !named.is_empty() {
            failures.insert(404);
        }
        if T::HAS_BODY {
            failures.extend([408, 413, 415, 422]);
        }
        if !crate::edge::is_safe(&method) {
            failures.insert(403);
            if access >= Some(Access::Write) {
                failures.insert(507);
            }
        }
        Self {
            method,
            path,
            name: String::new(),
            route: on(filter, handler),
            shapes,
            is_guarded: false,
            access,
            is_signed: T::IS_SIGNED,
            #[cfg(test)]
            has_body: T::HAS_BODY,
            tag: "",
            summary: String::new(),
            description: None,
            parameters: named,
            body: None,
            answers: Vec::new(),
            failures,
        }
    }

    /// Names it, and says in a sentence what it does.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>, summary: impl Into<String>) -> Self {
        (self.name, self.summary) = (name.into(), summary.into());
        self
    }

    /// Says more of it.
    #[must_use]
    pub fn says(mut self, description: &str) -> Self {
        self.description = Some(description.to_owned());
        self
    }

    /// Takes a member of the query, or a header.
    #[must_use]
    pub fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Comes in pages, whose cursors have a shape.
    #[must_use]
    pub fn paged<C: ToSchema>(mut self) -> Self {
        let cursor = self.shape::<C>();
        self.with(parameters::limit(PAGE_MAX)).with(parameters::cursor(cursor))
    }

    /// May be refused with these codes, too.
    #[must_use]
    pub fn fails(mut self, codes: &[Code]) -> Self {
        self.failures.extend(codes.iter().map(|code| code.status()));
        self
    }

    /// May be repeated safely with an `Idempotency-Key`.
    #[must_use]
    pub fn keyed(self) -> Self {
        self.with(parameters::idempotency_key()).fails(&[Code::KeyReused])
    }

    /// Is guarded by `If-Match`, where it is sent.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.is_guarded = true;
        self.with(parameters::if_match()).fails(&[Code::Changed])
    }

    /// Takes a JSON body, such as the example.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self, example: Value) -> Self {
        let shape = self.shape::<T>();
        self.sent(&[JSON], shape, example)
    }

    /// Takes a JSON array of a shape.
    #[must_use]
    pub fn takes_list<T: ToSchema>(mut self, items_max: usize, example: Value) -> Self {
        let shape = self.shape::<T>();
        let list = utoipa::openapi::ArrayBuilder::new().items(shape).max_items(Some(items_max));
        self.sent(&[JSON], RefOr::T(Schema::Array(list.build())), example)
    }

    /// Takes a patch of a record: every member may be left out, and null takes one away.
    #[must_use]
    pub fn patches<T: ToSchema>(mut self, example: Value) -> Self {
        self.shape::<T>();
        let patch = Ref::new(format!("{PATCHED}{}", T::name()));
        self.sent(&[JSON, MERGE_PATCH], patch.into(), example)
    }

    /// Takes a body of another kind.
    #[must_use]
    pub fn takes_content(mut self, media_type: &str, content: Content) -> Self {
        let body = RequestBodyBuilder::from(self.body.unwrap_or_default());
        let body = body.required(Some(Required::True)).content(media_type, content);
        self.body = Some(body.build());
        self
    }

    /// Answers a record or list that was read, with its tag.
    #[must_use]
    pub fn reads<T: ToSchema>(mut self) -> Self {
        let shape = self.shape::<T>();
        self.reading("What is asked for.", ContentBuilder::new().schema(Some(shape)).build())
    }

    /// The same with an array as its answer.
    #[must_use]
    pub fn answers_list<T: ToSchema>(mut self) -> Self {
        let shape = self.shape::<T>();
        let list = utoipa::openapi::ArrayBuilder::new().items(shape).build();
        let content = ContentBuilder::new().schema(Some(Schema::Array(list))).build();
        let response = ResponseBuilder::new().description("What is asked for.");
        self.answering(StatusCode::OK, response.content(JSON, content))
    }

    /// Answers something that was read, with its tag.
    #[must_use]
    pub fn reading(self, description: &str, content: Content) -> Self {
        let found = ResponseBuilder::new().description(description).header("ETag", header::etag());
        let same = ResponseBuilder::new().description("The client has it already.");
        self.with(parameters::if_none_match())
            .answering(StatusCode::OK, found.content(JSON, content))
            .answering(StatusCode::NOT_MODIFIED, same.header("ETag", header::etag()))
    }

    /// Answers a record after a change of it, with its tag.
    #[must_use]
    pub fn changes<T: ToSchema>(mut self) -> Self {
        let shape = self.shape::<T>();
        let response = json_of("The record as it is now.", shape).header("ETag", header::etag());
        self.answering(StatusCode::OK, response)
    }

    /// Answers something that is not kept.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self) -> Self {
        let shape = self.shape::<T>();
        self.answering(StatusCode::OK, json_of("What came of it.", shape))
    }

    /// Answers what was made, and where it is.
    #[must_use]
    pub fn makes<T: ToSchema>(mut self) -> Self {
        let shape = self.shape::<T>();
        let response = json_of("What was made.", shape).header("Location", header::location());
        self.answering(StatusCode::CREATED, response)
    }

    /// Answers that a job has started, and where it can be watched.
    #[must_use]
    pub fn starts<T: ToSchema>(mut self) -> Self {
        let shape = self.shape::<T>();
        let response = json_of("It has started.", shape).header("Location", header::location());
        self.answering(StatusCode::ACCEPTED, response)
    }

    /// Answers that something is gone.
    #[must_use]
    pub fn deletes(self) -> Self {
        self.answering(StatusCode::NO_CONTENT, ResponseBuilder::new().description("It is gone."))
    }

    /// Answers with a status.
    #[must_use]
    pub fn answering(mut self, status: StatusCode, response: ResponseBuilder) -> Self {
        self.answers.push((status, response.build()));
        self
    }

    /// Answers with a status and a shape.
    #[must_use]
    pub fn answering_json<T: ToSchema>(mut self, status: StatusCode, about: &str) -> Self {
        let shape = self.shape::<T>();
        self.answering(status, json_of(about, shape))
    }

    /// A shape by its name, which the document then knows.
    pub fn shape<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.shapes.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.shapes);
        Ref::from_schema_name(T::name()).into()
    }

    fn sent(mut self, media_types: &[&str], shape: RefOr<Schema>, example: Value) -> Self {
        let content = ContentBuilder::new().schema(Some(shape)).example(Some(example)).build();
        for media_type in media_types {
            self = self.takes_content(media_type, content.clone());
        }
        self
    }

    /// Its part of the document.
    pub fn described(&self) -> Described {
        let mut described = OperationBuilder::new()
            .operation_id(Some(self.name.as_str()))
            .summary(Some(self.summary.as_str()))
            .description(self.description.as_deref())
            .tag(self.tag)
            .request_body(self.body.clone());
        for parameter in &self.parameters {
            described = described.parameter(parameter.clone());
        }
        for security in self.securities() {
            described = described.security(security);
        }
        for (status, response) in &self.answers {
            described = described.response(status.as_u16().to_string(), response.clone());
        }
        // A status that says two things: as a refusal, and as an answer of its own.
        let both = |status: &u16| self.answers.iter().any(|(own, _)| own.as_u16() == *status);
        for status in self.failures.iter().filter(|status| !both(status)) {
            let refusal = Ref::from_response_name(refusal(*status));
            described = described.response(status.to_string(), refusal);
        }
        described.build()
    }

    /// With which statuses it may be refused.
    pub fn failures(&self) -> &BTreeSet<u16> {
        &self.failures
    }

    /// Whether it says of a body exactly what its handler does.
    #[cfg(test)]
    pub fn is_true_of_body(&self) -> bool {
        self.has_body == self.body.is_some()
    }

    fn securities(&self) -> Vec<SecurityRequirement> {
        let Some(access) = self.access else { return Vec::new() };
        let token = SecurityRequirement::new(TOKEN, [access.as_str()]);
        let signature =
            self.is_signed.then(|| SecurityRequirement::new::<_, _, &str>(SIGNATURE, []));
        [token].into_iter().chain(signature).collect()
    }
}

/// The name of the response that is sent for all problems of a status.
pub fn refusal(status: u16) -> String {
    format!("Problem{status}")
}

/// The response that is sent for all problems of a status.
pub fn refusals(status: u16) -> Response {
    let codes = Code::ALL.iter().filter(|code| code.status() == status);
    let codes: Vec<_> =
        codes.map(|code| format!("`{}` ({})", code.as_str(), code.title())).collect();
    let description = format!("Refused: {}.", codes.join(", "));
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, content);
    let response = match status {
        401 => response.header("WWW-Authenticate", header::text("`Bearer`.")),
        503 | 507 => response.header("Retry-After", header::seconds()),
        _ => response,
    };
    response.build()
}

fn json_of(description: &str, shape: RefOr<Schema>) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(shape)).build();
    ResponseBuilder::new().description(description).content(JSON, content)
}
