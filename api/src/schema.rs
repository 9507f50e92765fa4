//! What the texts and free objects on the wire may be, for the schemas of the API's document.
//!
//! None of these is ever a value: fields that travel as text name one of them as their shape.
//! Invariant: the limits are those of the code that checks them; the daemon's tests compare them.

use std::borrow::Cow;

use rushes_digest::Digest;
use utoipa::openapi::schema::{
    AdditionalProperties, AllOfBuilder, ObjectBuilder, OneOfBuilder, RefBuilder, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Longest tag, model, type and the like, in characters.
pub const WORD_CHARS_MAX: usize = 200;
/// Longest name or title, in characters.
pub const NAME_CHARS_MAX: usize = 500;
/// Longest name of a folder, in bytes.
pub const FOLDER_BYTES_MAX: usize = 255;
/// Longest description, prompt or note, in characters.
pub const TEXT_CHARS_MAX: usize = 64 * 1024;
/// Most tags of anything, and names in other systems.
pub const TAGS_MAX: usize = 64;
/// Longest id of a project, in characters.
pub const PROJECT_ID_CHARS_MAX: usize = 64;
/// Longest asset key, in characters.
pub const ASSET_KEY_CHARS_MAX: usize = 128;

/// One line, perhaps empty.
const LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
/// One line with something in it.
const FULL_LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$";
/// Something beside white space.
const FULL: &str = r"\S";
/// What a file may be called everywhere, without the names that Windows reserves.
const PORTABLE: &str = concat!(
    r#"^[^\x00-\x20\x7f-\xa0."*/:<>?\\|]"#,
    r#"([^\x00-\x1f\x7f-\x9f"*/:<>?\\|]*[^\x00-\x20\x7f-\xa0."*/:<>?\\|])?$"#
);

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn format(format: &str) -> ObjectBuilder {
    text().format(Some(SchemaFormat::Custom(format.to_owned())))
}

fn bounded(chars_max: usize, pattern: &str) -> ObjectBuilder {
    text().max_length(Some(chars_max)).pattern(Some(pattern))
}

/// A member whose shape has a name.
pub(crate) fn member<T: ToSchema>(description: &str) -> Ref {
    let named = RefBuilder::new().ref_location_from_schema_name(T::name());
    named.description(Some(description)).build()
}

/// The same where null means that it was left out.
pub(crate) fn maybe<T: ToSchema>(description: &str) -> OneOfBuilder {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    let named = Ref::from_schema_name(T::name());
    OneOfBuilder::new().item(named).item(null).description(Some(description))
}

/// A shape that has all members of two: what serde flattens.
pub(crate) fn both(one: RefOr<Schema>, other: ObjectBuilder) -> RefOr<Schema> {
    RefOr::T(AllOfBuilder::new().item(one).item(other).into())
}

/// A closed shape with exactly one of two members, and others that both need.
pub(crate) fn one_of(
    two: [(&str, RefOr<Schema>); 2],
    always: &[(&str, &dyn Fn() -> ObjectBuilder)],
) -> RefOr<Schema> {
    let closed = AdditionalProperties::FreeForm(false);
    let shapes = two.into_iter().map(|(name, schema)| {
        let shape = ObjectBuilder::new().additional_properties(Some(closed.clone()));
        let shape = shape.property(name, schema).required(name);
        always
            .iter()
            .fold(shape, |shape, (name, schema)| shape.property(*name, schema()).required(*name))
    });
    RefOr::T(shapes.fold(OneOfBuilder::new(), OneOfBuilder::item).into())
}

/// A shape with the shapes that it names, as a document collects them.
pub fn collect<T: ToSchema>(into: &mut Vec<(String, RefOr<Schema>)>) {
    into.push((T::name().into_owned(), T::schema()));
    T::schemas(into);
}

fn full_line(chars_max: usize) -> Schema {
    bounded(chars_max, FULL_LINE).into()
}

fn number_or_null() -> ObjectBuilder {
    let types = SchemaType::from_iter([Type::Number, Type::Null]);
    ObjectBuilder::new().schema_type(types)
}

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident, $on_the_wire:literal, $description:literal = $schema:expr;)*)
    => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($description)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($on_the_wire)
            }
        }
    )*};
}

shapes! {
    /// The id of anything but a project.
    Id, "Id", "a UUID (RFC 9562)" = format("uuid");
    /// A time.
    Time, "Time", "a time (RFC 3339)" = format("date-time");
    /// A digest.
    DigestText, "Digest", "BLAKE3-256 of the bytes, as `b3sum` prints it" =
        text().pattern(Some(format!("^[0-9a-f]{{{}}}$", Digest::HEX_DIGITS)));
    /// The id of a project.
    ProjectId, "ProjectId", "a project's id, none that Windows reserves" =
        bounded(PROJECT_ID_CHARS_MAX, "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$");
    /// What a project's folder is called.
    FolderName, "FolderName", "a folder's name; unique, and none that Windows reserves" =
        bounded(FOLDER_BYTES_MAX, PORTABLE);
    /// The number of a scene.
    SceneNumber, "SceneNumber", "a scene's number" = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(u32::MAX as usize));
    /// The key of a history.
    AssetKey, "AssetKey", "a history's key: a file's name without its extension" =
        bounded(ASSET_KEY_CHARS_MAX, PORTABLE);
    /// A tag, kind and the like.
    Word, "Word", "one line, not empty" = bounded(WORD_CHARS_MAX, FULL_LINE);
    /// A model, provider and the like.
    Line, "Line", "one line, perhaps empty" = bounded(WORD_CHARS_MAX, LINE);
    /// What something is called.
    Name, "Name", "one line, not empty" = bounded(NAME_CHARS_MAX, FULL_LINE);
    /// The same, where it may be empty.
    Title, "Title", "one line, perhaps empty" = bounded(NAME_CHARS_MAX, LINE);
    /// What a user is called.
    UserName, "UserName", "a short name that may be a file's" = bounded(WORD_CHARS_MAX, PORTABLE);
    /// A description, note and the like.
    Text, "Text", "a text, perhaps empty" = text().max_length(Some(TEXT_CHARS_MAX));
    /// The same, where it may not be empty.
    FullText, "FullText", "a text, not empty" = bounded(TEXT_CHARS_MAX, FULL);
    /// Where something is.
    Url, "Url", "an absolute URL (RFC 3986)" = format("uri");
    /// What other systems call a project.
    ExternalCodes, "ExternalCodes", "what other systems call it, by the system's name" =
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .property_names(Some(full_line(WORD_CHARS_MAX)))
            .max_properties(Some(TAGS_MAX))
            .additional_properties(Some(full_line(WORD_CHARS_MAX)));
    /// Whatever else there is to keep.
    Metadata, "Metadata", "whatever else there is, kept and given back as it was sent" =
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::FreeForm(true)));
    /// How good an asset is.
    Evaluation, "Evaluation", "how good it is: `quality_score`, a number, and whatever else" =
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("quality_score", number_or_null());
}
