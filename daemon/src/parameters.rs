//! What stands in paths, queries and headers, for the document.
//!
//! Pure. Invariant: a name in a path means the same everywhere, and each example is one of the
//! things of [`example`].

use rushes_api::schema::{AssetKey, Id, ProjectId, WORD_CHARS_MAX};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Required, Schema};

/// Most entries of a page.
pub const PAGE_MAX: usize = 1000;

/// Shapes by their names.
pub type Shapes = Vec<(String, RefOr<Schema>)>;

/// What the examples of the document name. A test makes these things and runs every example.
pub mod example {
    /// A project.
    pub const PROJECT: &str = "fox-story";
    /// Its scene.
    pub const SCENE: &str = "0193a5b0-7c3e-7000-8000-000000000001";
    /// That scene's number.
    pub const SCENE_NUMBER: u32 = 1;
    /// Its character.
    pub const CHARACTER: &str = "0193a5b0-7c3e-7000-8000-000000000002";
    /// Its location.
    pub const LOCATION: &str = "0193a5b0-7c3e-7000-8000-000000000003";
    /// Its mood.
    pub const MOOD: &str = "0193a5b0-7c3e-7000-8000-000000000004";
    /// Its timeline.
    pub const TIMELINE: &str = "0193a5b0-7c3e-7000-8000-000000000005";
    /// Its prompt.
    pub const PROMPT: &str = "0193a5b0-7c3e-7000-8000-000000000006";
    /// An asset: the first version of each history below.
    pub const ASSET: &str = "0193a5b0-7c3e-7000-8000-000000000007";
    /// Another asset, in no history.
    pub const OTHER_ASSET: &str = "0193a5b0-7c3e-7000-8000-000000000008";
    /// A user.
    pub const USER: &str = "0193a5b0-7c3e-7000-8000-000000000009";
    /// A token.
    pub const TOKEN: &str = "0193a5b0-7c3e-7000-8000-00000000000a";
    /// A second scene.
    pub const OTHER_SCENE: &str = "0193a5b0-7c3e-7000-8000-00000000000b";
    /// The key of a history of the project and of each part of it.
    pub const ASSET_KEY: &str = "scene_video";
    /// The role of the asset.
    pub const ASSET_TYPE: &str = "keyframe";
    /// A storyboard of an older program's.
    pub const STORYBOARD: &str = "storyboard-1";
    /// A workflow.
    pub const WORKFLOW: &str = "comfy-7";
    /// The digest of the bytes of the asset.
    pub const DIGEST: &str = "8a1f62a0d3c18ee1e9e0e4b52d2fd0a28d2af6a1f1c4d6f0f8b3f8a94f4d6a77";
}

/// The parameters of a path, with the shapes that they name.
pub fn of_path(path: &str) -> (Vec<Parameter>, Shapes) {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut shapes = Shapes::new();
    let parameters = names.map(|name| in_path(name, path, &mut shapes)).collect();
    (parameters, shapes)
}

fn in_path(name: &str, path: &str, shapes: &mut Shapes) -> Parameter {
    let id = |about: &'static str, example: &str| (about, shape::<Id>(), json!(example));
    let (about, (shape, used), example) = match name {
        "project" => ("The project.", shape::<ProjectId>(), json!(example::PROJECT)),
        "scene" if path.starts_with("/scenes/") || path.ends_with("/{scene}/restore") => {
            id("The scene, by its id.", example::SCENE)
        }
        "scene" => ("The scene, by its number or id.", scene(), json!(example::SCENE_NUMBER)),
        "character" => id("The character.", example::CHARACTER),
        "location" => id("The location.", example::LOCATION),
        "mood" => id("The mood.", example::MOOD),
        "timeline" => id("The timeline.", example::TIMELINE),
        "prompt" => id("The prompt.", example::PROMPT),
        "asset" => id("The asset.", example::ASSET),
        "user" => id("The user.", example::USER),
        "token" => id("The token, by its id.", example::TOKEN),
        "asset_key" => ("The history's key.", shape::<AssetKey>(), json!(example::ASSET_KEY)),
        "version" => ("The version's number.", plain(number(1, u32::MAX as usize)), json!(1)),
        "asset_type" => ("The asset's role.", plain(text()), json!(example::ASSET_TYPE)),
        "storyboard" => ("The storyboard.", plain(text()), json!(example::STORYBOARD)),
        "workflow" => {
            ("The workflow, as its program calls it.", plain(text()), json!(example::WORKFLOW))
        }
        // The test of all operations knows these names alone.
        _ => ("", plain(text()), Value::Null),
    };
    shapes.extend(used);
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
    let parameter = parameter.required(Required::True).description(Some(about));
    parameter.schema(Some(shape)).example(Some(example)).build()
}

type Shape = (RefOr<Schema>, Option<(String, RefOr<Schema>)>);

fn shape<T: ToSchema>() -> Shape {
    let name = T::name().into_owned();
    (Ref::from_schema_name(&name).into(), Some((name, T::schema())))
}

fn plain(schema: ObjectBuilder) -> Shape {
    (schema.into(), None)
}

fn scene() -> Shape {
    let number_or_id = "^([1-9][0-9]{0,9}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$";
    plain(text().pattern(Some(number_or_id)))
}

/// A text.
pub fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// One of some words.
pub fn word(words: &[&str]) -> ObjectBuilder {
    text().enum_values(Some(words.iter().copied()))
}

/// A number, with its bounds.
pub fn number(least: usize, most: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most))
}

/// A project that what is asked for is in.
pub fn project_id() -> Parameter {
    let project =
        query("project_id", "Those of a project.", Ref::from_schema_name(ProjectId::name()));
    such_as(project, example::PROJECT)
}

/// A member of the query that may be left out.
pub fn query(name: &str, about: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
    let parameter = parameter.required(Required::False).description(Some(about));
    parameter.schema(Some(schema)).build()
}

/// A member of the query that is a list of texts, with commas between.
pub fn list(name: &str, about: &str) -> Parameter {
    list_of(name, about, text())
}

/// The same with some words alone.
pub fn words(name: &str, about: &str, words: &[&str]) -> Parameter {
    list_of(name, about, word(words))
}

fn list_of(name: &str, about: &str, item: ObjectBuilder) -> Parameter {
    let texts = ArrayBuilder::new().items(item).build();
    let parameter = ParameterBuilder::from(query(name, about, Schema::Array(texts)));
    parameter.style(Some(ParameterStyle::Form)).explode(Some(false)).build()
}

/// A member of the query that must be there, such as the example.
pub fn needed(name: &str, about: &str, schema: ObjectBuilder, example: Value) -> Parameter {
    let parameter = ParameterBuilder::from(such_as(query(name, about, schema), example));
    parameter.required(Required::True).build()
}

/// A parameter with an example, which the tests then send.
pub fn such_as(parameter: Parameter, example: impl Into<Value>) -> Parameter {
    ParameterBuilder::from(parameter).example(Some(example.into())).build()
}

/// The most entries of a page.
pub fn limit(most: usize) -> Parameter {
    query("limit", "At most how many entries.", number(1, most))
}

/// Which page.
pub fn cursor(shape: RefOr<Schema>) -> Parameter {
    query("cursor", "The `next_cursor` of the page before.", shape)
}

fn in_header(name: &str, about: &str, schema: ObjectBuilder) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    let parameter = parameter.required(Required::False).description(Some(about));
    parameter.schema(Some(schema)).build()
}

/// `Idempotency-Key`.
pub fn idempotency_key() -> Parameter {
    let about = "Makes it safe to send the request again: the same key has the same outcome.";
    let key = text().min_length(Some(1)).max_length(Some(WORD_CHARS_MAX));
    in_header("Idempotency-Key", about, key.pattern(Some("^[ -~]*[!-~][ -~]*$")))
}

/// `If-Match`.
pub fn if_match() -> Parameter {
    in_header("If-Match", "Changes only the record that has this `ETag`.", text())
}

/// `If-None-Match`.
pub fn if_none_match() -> Parameter {
    in_header("If-None-Match", "The `ETag` of what the client has.", text())
}

/// `Range`.
pub fn range() -> Parameter {
    in_header("Range", "Which bytes (RFC 9110, section 14): one range.", text())
}

/// Headers of answers.
pub mod header {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    use utoipa::openapi::{Header, HeaderBuilder};

    /// A header with a text.
    pub fn text(about: &str) -> Header {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
    }

    /// `ETag`.
    pub fn etag() -> Header {
        text("Names this very answer (RFC 9110, section 8.8.3).")
    }

    /// `Location`.
    pub fn location() -> Header {
        text("Where it is, absolute.")
    }

    /// `Retry-After`.
    pub fn seconds() -> Header {
        let schema = ObjectBuilder::new().schema_type(Type::Integer);
        HeaderBuilder::new().schema(Some(schema)).description(Some("In seconds.")).build()
    }
}
