//! The upload form: texts become an ingest request.
//!
//! Pure. Invariant: nothing that was sent is dropped: a field that is unknown, sent twice or of the
//! wrong shape is refused by name. An empty text is "not given", as HTML forms send it. What the
//! fields mean together is the vault's to judge.

use std::collections::HashSet;
use std::fmt::Display;
use std::str::FromStr;

use rushes_api::UploadField;
use rushes_vault::command::{COST_MAX, PartRef, SOURCES_MAX, SceneRef, TAGS_MAX};
use rushes_vault::ids::{AssetId, ElementId};
use rushes_vault::{Digest, IngestRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, RefBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, Schema};

use crate::error::Refusal;
use crate::intake::parse_text;
use crate::parameters::{example, number, text, word};

/// What is said about a file that comes in two ways.
const TWICE: &str = "send the file or its digest, not both";

/// The form, for the document.
pub fn described() -> Content {
    let no_others = AdditionalProperties::FreeForm(false);
    let mut form = ObjectBuilder::new().additional_properties(Some(no_others));
    for field in UploadField::ALL {
        form = form.property(field.name(), shape_of(*field));
    }
    let example = json!({
        "file": "a film, as far as this example goes",
        "filename": "dawn.mp4",
        "type": "video",
        "project_id": example::PROJECT,
        "scene_number": example::SCENE_NUMBER,
        "asset_key": example::ASSET_KEY,
        "provider": "studio",
        "prompt": "a fox at dawn",
        "tags": r#"["wide"]"#,
        "estimated_cost": 0.35,
    });
    ContentBuilder::new().schema(Some(form.build())).example(Some(example)).build()
}

/// What a field may be.
fn shape_of(field: UploadField) -> RefOr<Schema> {
    let about = field.about().trim();
    let named = |name: &str| {
        let named = RefBuilder::new().ref_location_from_schema_name(name);
        RefOr::Ref(named.description(Some(about)).build())
    };
    let plain = |schema: ObjectBuilder| RefOr::from(schema.description(Some(about)));
    // Each is one part, whose text is JSON: arrays would be several parts.
    let in_json = |schema: Schema| {
        plain(text().content_media_type("application/json").content_schema(Some(schema)))
    };
    let list = |of: &str, most: usize| {
        let list = ArrayBuilder::new().items(Ref::from_schema_name(of)).max_items(Some(most));
        in_json(Schema::Array(list.build()))
    };
    match field {
        UploadField::File => plain(text().format(Some(SchemaFormat::Custom("binary".to_owned())))),
        UploadField::Digest => named("Digest"),
        UploadField::ProjectId => named("ProjectId"),
        UploadField::SceneId
        | UploadField::CharacterId
        | UploadField::LocationId
        | UploadField::MoodId
        | UploadField::ParentId => named("Id"),
        UploadField::CharacterIds | UploadField::LocationIds => list("Id", 1),
        UploadField::SourceAssetIds => list("Id", SOURCES_MAX),
        UploadField::SceneNumber => plain(number(0, u32::MAX as usize)),
        UploadField::AssetKey => named("AssetKey"),
        UploadField::SetBest => plain(ObjectBuilder::new().schema_type(Type::Boolean)),
        UploadField::Tags => list("Word", TAGS_MAX),
        UploadField::Metadata => {
            in_json(ObjectBuilder::new().schema_type(Type::Object).build().into())
        }
        UploadField::Status => plain(word(&["ready", "failed"])),
        UploadField::EstimatedCost => {
            let cost = ObjectBuilder::new().schema_type(Type::Number);
            plain(cost.minimum(Some(0)).maximum(Some(COST_MAX)))
        }
        UploadField::GenerationTimeMs => plain(number(0, usize::MAX)),
        UploadField::CompletedAt => named("Time"),
        UploadField::Prompt | UploadField::Error => named("Text"),
        UploadField::Filename => plain(text()),
        UploadField::ClientId
        | UploadField::Type
        | UploadField::AssetType
        | UploadField::Provider
        | UploadField::Model
        | UploadField::WorkflowId
        | UploadField::PromptId => named("Line"),
    }
}

/// A form that is being read.
#[derive(Debug, Default)]
pub struct Form {
    seen: HashSet<UploadField>,
    request: IngestRequest,
    file_name: Option<String>,
    digest: Option<Digest>,
    error: Option<String>,
    failed: bool,
}

impl Form {
    /// The field that a name means; refused when it is unknown or was there before.
    pub fn field(&mut self, name: &str) -> Result<UploadField, Refusal> {
        let field = UploadField::named(name).ok_or_else(|| {
            Refusal::invalid(name, "there is no such field: put it into metadata to keep it")
        })?;
        if !self.seen.insert(field) {
            return Err(Refusal::invalid(field.name(), "was sent more than once"));
        }
        if field == UploadField::File && self.digest.is_some() {
            return Err(Refusal::invalid(field.name(), TWICE));
        }
        Ok(field)
    }

    /// Takes the name that the file's part gives it.
    pub fn file(&mut self, name: Option<String>) {
        self.file_name = name;
    }

    /// Takes a field's text.
    pub fn text(&mut self, field: UploadField, text: String) -> Result<(), Refusal> {
        if text.is_empty() {
            return Ok(());
        }
        let request = &mut self.request;
        let made = &mut request.generation;
        match field {
            UploadField::File => {}
            UploadField::Digest if self.seen.contains(&UploadField::File) => {
                return Err(Refusal::invalid(field.name(), TWICE));
            }
            UploadField::Digest => {
                self.digest = Some(parsed(field, &text, "64 lower-case hex digits")?);
            }
            UploadField::Filename => request.filename = text,
            UploadField::ClientId => request.client_id = Some(text),
            UploadField::Type => request.kind = Some(text),
            UploadField::Tags => request.tags = parsed_json(field, &text, r#"["product","demo"]"#)?,
            UploadField::ProjectId => {
                request.project = Some(parsed(field, &text, "a project's id")?);
            }
            UploadField::SceneId
            | UploadField::SceneNumber
            | UploadField::CharacterId
            | UploadField::CharacterIds
            | UploadField::LocationId
            | UploadField::LocationIds
            | UploadField::MoodId => self.part(field, &text)?,
            UploadField::AssetKey => {
                request.asset_key =
                    Some(parsed(field, &text, "a file name without / or extension")?);
            }
            UploadField::AssetType => request.asset_type = Some(text),
            UploadField::SetBest => request.set_best = truth(field, &text)?,
            UploadField::Provider => made.provider = Some(text),
            UploadField::Model => made.model = Some(text),
            UploadField::Prompt => made.prompt = Some(text),
            UploadField::ParentId => made.parent_id = Some(parsed(field, &text, "an asset's id")?),
            UploadField::SourceAssetIds => made.source_asset_ids = sources(field, &text)?,
            UploadField::WorkflowId => made.workflow_id = Some(text),
            UploadField::PromptId => made.prompt_id = Some(text),
            UploadField::CompletedAt => made.completed_at = Some(text),
            UploadField::EstimatedCost => {
                made.estimated_cost = Some(parsed(field, &text, "a number, such as 0.35")?);
            }
            UploadField::GenerationTimeMs => {
                made.generation_time_ms = Some(parsed(field, &text, "whole milliseconds")?);
            }
            UploadField::Metadata => {
                request.metadata =
                    parsed_json::<Map<String, Value>>(field, &text, r#"{"seed":7}"#)?;
            }
            UploadField::Status => self.failed = failed(field, &text)?,
            UploadField::Error => self.error = Some(text),
        }
        Ok(())
    }

    /// What was said until now.
    pub fn so_far(&self) -> IngestRequest {
        self.request.clone()
    }

    /// The digest that stands for a file.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Ends the form: there is a file or its digest, or an error instead of it.
    pub fn finish(self) -> Result<IngestRequest, Refusal> {
        let mut request = self.request;
        let has_file = self.seen.contains(&UploadField::File) || self.digest.is_some();
        if self.failed && has_file {
            return Err(Refusal::invalid("file", "a failed attempt has no file"));
        }
        if !self.failed && !has_file {
            return Err(Refusal::invalid("file", "is missing"));
        }
        if !self.failed && self.error.is_some() {
            return Err(Refusal::invalid("error", "goes with status=failed only"));
        }
        if self.failed {
            let error = self.error.ok_or_else(|| Refusal::invalid("error", "is missing"))?;
            request.failed = Some(error);
        }
        if request.filename.is_empty() {
            request.filename = self.file_name.unwrap_or_default();
        }
        Ok(request)
    }

    fn part(&mut self, field: UploadField, text: &str) -> Result<(), Refusal> {
        let part = match field {
            UploadField::SceneNumber => {
                PartRef::Scene(SceneRef::Number(parsed(field, text, "a number")?))
            }
            UploadField::CharacterId => PartRef::Character(parsed(field, text, "a UUID")?),
            UploadField::CharacterIds => PartRef::Character(only(field, text)?),
            UploadField::LocationId => PartRef::Location(parsed(field, text, "a UUID")?),
            UploadField::LocationIds => PartRef::Location(only(field, text)?),
            UploadField::MoodId => PartRef::Mood(parsed(field, text, "a UUID")?),
            _ => PartRef::Scene(SceneRef::Id(parsed(field, text, "a UUID")?)),
        };
        let (id, number) = (
            |part| matches!(part, PartRef::Scene(SceneRef::Id(_))),
            |part| matches!(part, PartRef::Scene(SceneRef::Number(_))),
        );
        match self.request.part {
            // Answers name a scene by both; its number may be another one by now.
            Some(named) if id(named) && number(part) => {}
            Some(named) if !(number(named) && id(part)) => {
                let one =
                    "send one scene, character, location or mood: an asset is for one of them";
                return Err(Refusal::invalid(field.name(), one));
            }
            _ => self.request.part = Some(part),
        }
        Ok(())
    }
}

/// The one id of an array: an asset is a version of one history.
fn only(field: UploadField, text: &str) -> Result<ElementId, Refusal> {
    let ids: Vec<String> = parsed_json(field, text, r#"["0193a5b0-…"]"#)?;
    match ids.as_slice() {
        [id] => parsed(field, id, "an array of one UUID"),
        _ => Err(Refusal::invalid(
            field.name(),
            "must be an array of one id: send the file's digest once more for each other one",
        )),
    }
}

fn parsed<T: FromStr>(field: UploadField, text: &str, wanted: impl Display) -> Result<T, Refusal> {
    text.trim()
        .parse()
        .map_err(|_| Refusal::invalid(field.name(), format_args!("must be {wanted}")))
}

fn parsed_json<T: DeserializeOwned>(
    field: UploadField,
    text: &str,
    like: &str,
) -> Result<T, Refusal> {
    parse_text(text).map_err(|error| {
        Refusal::invalid(field.name(), format_args!("must be JSON like {like}: {error}"))
    })
}

fn sources(field: UploadField, text: &str) -> Result<Vec<AssetId>, Refusal> {
    let ids: Vec<String> = parsed_json(field, text, r#"["0193a5b0-…"]"#)?;
    ids.iter().map(|id| parsed(field, id, "an array of assets' ids")).collect()
}

fn truth(field: UploadField, text: &str) -> Result<bool, Refusal> {
    match text {
        // As JSON, as a web page and as Python write it.
        "true" | "1" | "True" => Ok(true),
        "false" | "0" | "False" => Ok(false),
        _ => Err(Refusal::invalid(field.name(), "must be true or false")),
    }
}

fn failed(field: UploadField, text: &str) -> Result<bool, Refusal> {
    match text {
        "failed" => Ok(true),
        "ready" => Ok(false),
        _ => Err(Refusal::invalid(field.name(), "must be ready or failed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(texts: &[(&str, &str)]) -> Result<IngestRequest, Refusal> {
        let mut form = Form::default();
        for (name, text) in texts {
            let field = form.field(name)?;
            match field {
                UploadField::File => form.file(Some((*text).to_owned())),
                field => form.text(field, (*text).to_owned())?,
            }
        }
        form.finish()
    }

    const DIGEST: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

    const UUID: &str = "0193a5b0-7c3e-7000-8000-000000000001";

    fn refused(texts: &[(&str, &str)]) -> String {
        form(texts).unwrap_err().problem().field.clone().unwrap()
    }

    #[test]
    fn every_field_arrives() {
        let request = form(&[
            ("prompt", "a fox"),
            ("file", "fox.mp4"),
            ("clientId", "c-1"),
            ("tags", r#"["product","demo"]"#),
            ("projectId", "fox"),
            ("scene_number", "3"),
            ("asset_key", "scene_video"),
            ("set_best", "True"),
            ("estimated_cost", "0.35"),
            ("metadata", r#"{"seed":7}"#),
            ("provider", ""),
        ])
        .unwrap();
        assert_eq!(request.filename, "fox.mp4");
        assert_eq!(request.client_id.as_deref(), Some("c-1"));
        assert_eq!(request.tags, ["product", "demo"]);
        assert_eq!(request.part, Some(PartRef::Scene(SceneRef::Number(3))));
        assert_eq!(request.generation.estimated_cost, Some(0.35));
        assert_eq!((request.set_best, request.generation.provider), (true, None));
        assert_eq!(request.metadata["seed"], 7);
    }

    #[test]
    fn a_scene_may_be_named_by_its_id_and_its_number_and_the_id_counts() {
        let (id, number) = (("scene_id", UUID), ("scene_number", "3"));
        for texts in [[("file", "x.png"), id, number], [("file", "x.png"), number, id]] {
            let part = form(&texts).unwrap().part;
            assert_eq!(part, Some(PartRef::Scene(SceneRef::Id(UUID.parse().unwrap()))));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let file = ("file", "x.png");
        for (texts, field) in [
            (vec![file, ("promt", "x")], "promt"),
            (vec![file, ("tags", "product,demo")], "tags"),
            (vec![file, ("tags", "[1]")], "tags"),
            (vec![file, ("metadata", "[]")], "metadata"),
            (vec![file, ("metadata", r#"{"a":{"seed":1,"seed":2}}"#)], "metadata"),
            (vec![file, ("clientId", "a"), ("client_id", "b")], "client_id"),
            (vec![file, file], "file"),
            (vec![("type", "image")], "file"),
            (vec![file, ("project_id", "../x")], "project_id"),
            (vec![file, ("asset_key", "a/b")], "asset_key"),
            (vec![file, ("scene_number", "-1")], "scene_number"),
            (vec![file, ("scene_id", "1")], "scene_id"),
            (vec![file, ("scene_id", UUID), ("mood_id", UUID)], "mood_id"),
            (vec![file, ("character_ids", UUID)], "character_ids"),
            (vec![file, ("locationIds", "[]")], "location_ids"),
            (vec![file, ("set_best", "yes")], "set_best"),
            (vec![file, ("parent_id", "1")], "parent_id"),
            (vec![file, ("source_asset_ids", r#"["x"]"#)], "source_asset_ids"),
            (vec![file, ("error", "boom")], "error"),
            (vec![file, ("status", "failed")], "file"),
            (vec![("status", "failed")], "error"),
            (vec![file, ("digest", DIGEST)], "digest"),
            (vec![("digest", DIGEST), file], "file"),
            (vec![("digest", "abc")], "digest"),
            (vec![("digest", "")], "file"),
            (vec![("digest", DIGEST), ("status", "failed")], "file"),
            (vec![("status", "pending")], "status"),
        ] {
            assert_eq!(refused(&texts), field, "{texts:?}");
        }
    }

    #[test]
    fn a_digest_stands_for_a_file() {
        let mut form = Form::default();
        let field = form.field("digest").unwrap();
        form.text(field, DIGEST.to_owned()).unwrap();
        assert_eq!(form.digest(), Some(Digest::of(b"")));
        assert!(form.finish().is_ok());
    }

    #[test]
    fn a_failed_attempt_has_an_error_and_no_file() {
        let request = form(&[("status", "failed"), ("error", "safety filter")]).unwrap();
        assert_eq!(request.failed.as_deref(), Some("safety filter"));
    }
}
