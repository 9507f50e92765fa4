//! What a type looks like where it is sent, answered or sent as a patch.
//!
//! One Rust type has one derived shape, and three meanings on the wire: a request may leave out
//! what has a default and send null for nothing, a reply always has what is never left out and
//! never says null, a patch may leave out everything and take away with null. Pure.
//! Invariant: after [`settle`] every reference leads to a shape, and none is there in vain.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::operation::PATCHED;

/// Where shapes are.
const NAMED: &str = "#/components/schemas/";

type Members = Map<String, Value>;

/// What a shape is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// It comes in a reply.
    Answered,
    /// It is sent.
    Sent,
    /// It is sent as a patch (RFC 7396).
    Patched,
}

/// Gives every operation the shapes that it means.
pub fn settle(document: &mut Value) {
    let raw = document.pointer_mut("/components/schemas").map(Value::take);
    let Some(Value::Object(raw)) = raw else { return };
    let mut shapes = Shapes { raw, settled: BTreeMap::new() };
    for place in ["/paths", "/components/responses"] {
        if let Some(part) = document.pointer_mut(place) {
            shapes.within(part, Use::Answered);
        }
    }
    let names = shapes.names();
    let mut schemas = Members::new();
    for (key, mut shape) in shapes.settled {
        rename(&mut shape, &names);
        if let Some(name) = names.get(&key) {
            schemas.insert(name.clone(), shape);
        }
    }
    schemas.sort_keys();
    rename(document, &names);
    if let Some(place) = document.pointer_mut("/components/schemas") {
        *place = Value::Object(schemas);
    }
}

type Key = (Use, String);

struct Shapes {
    raw: Members,
    settled: BTreeMap<Key, Value>,
}

impl Shapes {
    /// Settles all shapes of a part of the document that is no shape itself.
    fn within(&mut self, part: &mut Value, usage: Use) {
        match part {
            Value::Array(parts) => parts.iter_mut().for_each(|part| self.within(part, usage)),
            Value::Object(members) => {
                for (name, member) in members {
                    match name.as_str() {
                        "example" | "examples" => {}
                        "schema" => *member = self.shape(member, usage),
                        "requestBody" | "parameters" => self.within(member, Use::Sent),
                        "responses" => self.within(member, Use::Answered),
                        _ => self.within(member, usage),
                    }
                }
            }
            _ => {}
        }
    }

    /// A shape as it is used.
    fn shape(&mut self, raw: &Value, usage: Use) -> Value {
        let Some(raw) = raw.as_object() else { return raw.clone() };
        let raw = self.joined(raw);
        if let Some(Value::String(reference)) = raw.get("$ref") {
            let (name, usage) = match reference.strip_prefix(PATCHED) {
                Some(name) => (name, Use::Patched),
                None => (reference.strip_prefix(NAMED).unwrap_or(reference), usage),
            };
            let mut shape = raw.clone();
            shape.insert("$ref".to_owned(), self.named(name, usage).into());
            return Value::Object(shape);
        }
        let mut shape = Members::new();
        for (name, value) in &raw {
            let settled = match (name.as_str(), value) {
                ("properties", Value::Object(all)) => self.members(all, usage),
                ("items" | "propertyNames", value) => self.shape(value, Use::inside(usage)),
                ("additionalProperties", value) if usage == Use::Patched && value.is_object() => {
                    or_null(self.shape(value, Use::Sent))
                }
                ("additionalProperties", value) => self.shape(value, usage),
                ("oneOf" | "anyOf", Value::Array(all)) => {
                    all.iter().map(|one| self.shape(one, usage)).collect()
                }
                (_, value) => value.clone(),
            };
            shape.insert(name.clone(), settled);
        }
        Value::Object(match usage {
            Use::Answered => answered(shape),
            Use::Sent => sent(shape),
            Use::Patched => patched(shape),
        })
    }

    fn members(&mut self, all: &Members, usage: Use) -> Value {
        let settled = all.iter().map(|(name, value)| {
            let shape = match usage {
                Use::Patched if self.is_object(value) => or_null(self.shape(value, Use::Patched)),
                Use::Patched => or_null(self.shape(value, Use::Sent)),
                usage => self.shape(value, usage),
            };
            (name.clone(), shape)
        });
        Value::Object(settled.collect())
    }

    /// The reference to a shape with a name, which is settled with it.
    fn named(&mut self, name: &str, usage: Use) -> String {
        let key = (usage, name.to_owned());
        if !self.settled.contains_key(&key) {
            self.settled.insert(key.clone(), Value::Null);
            let raw = self.raw.get(name).cloned().unwrap_or_default();
            let shape = self.shape(&raw, usage);
            self.settled.insert(key.clone(), shape);
        }
        tag(&key)
    }

    /// Whether a member's value is an object, which a patch goes into.
    fn is_object(&self, raw: &Value) -> bool {
        let one = match raw.get("oneOf").and_then(Value::as_array) {
            Some(all) => all.iter().find(|one| one["type"] != "null").unwrap_or(raw),
            None => raw,
        };
        let named = one["$ref"].as_str().and_then(|name| name.strip_prefix(NAMED));
        let shape = named.and_then(|name| self.raw.get(name)).unwrap_or(one);
        shape["type"] == "object" || shape.get("allOf").is_some()
    }

    /// A shape without `allOf`: the members of all its parts.
    fn joined(&self, raw: &Members) -> Members {
        let Some(Value::Array(parts)) = raw.get("allOf") else { return raw.clone() };
        let mut whole = raw.clone();
        whole.shift_remove("allOf");
        let (mut properties, mut required) = (Members::new(), Vec::new());
        for part in parts {
            let named = part["$ref"].as_str().and_then(|name| name.strip_prefix(NAMED));
            let part = named.and_then(|name| self.raw.get(name)).unwrap_or(part);
            let Some(part) = part.as_object().map(|part| self.joined(part)) else { continue };
            for (name, value) in part {
                match (name.as_str(), value) {
                    ("properties", Value::Object(all)) => properties.extend(all),
                    ("required", Value::Array(all)) => required.extend(all),
                    ("description", _) => {}
                    (_, value) => drop(whole.insert(name, value)),
                }
            }
        }
        whole.insert("properties".to_owned(), Value::Object(properties));
        whole.insert("required".to_owned(), Value::Array(required));
        whole
    }

    /// What each shape is called: one that is sent otherwise than it is answered has a name of its
    /// own.
    fn names(&self) -> BTreeMap<Key, String> {
        let mut differing = BTreeSet::new();
        loop {
            let before = differing.len();
            for ((usage, name), shape) in &self.settled {
                let other = self.settled.get(&(Use::Answered, name.clone()));
                let Some(other) = other.filter(|_| *usage == Use::Sent) else { continue };
                let same = untagged(shape, &differing) == untagged(other, &differing);
                if !same {
                    differing.insert(name.clone());
                }
            }
            if differing.len() == before {
                break;
            }
        }
        let named = self.settled.keys().map(|(usage, name)| {
            let called = match usage {
                Use::Patched => format!("{}Patch", name.trim_end_matches("Record")),
                Use::Sent if differing.contains(name) => format!("{name}Input"),
                Use::Sent | Use::Answered => name.clone(),
            };
            ((*usage, name.clone()), called)
        });
        named.collect()
    }
}

impl Use {
    /// What the entries of an array are used for: a patch replaces arrays.
    fn inside(self) -> Self {
        if self == Self::Patched { Self::Sent } else { self }
    }
}

fn tag((usage, name): &Key) -> String {
    format!("#/{usage:?}/{name}")
}

/// A shape whose references to what is the same either way are the same.
fn untagged(shape: &Value, differing: &BTreeSet<String>) -> String {
    let mut text = shape.to_string();
    for usage in [Use::Sent, Use::Answered] {
        let prefix = format!("\"#/{usage:?}/");
        let mut rest = text.as_str();
        let mut plain = String::new();
        while let Some((before, after)) = rest.split_once(&prefix) {
            let (name, after) = after.split_once('"').unwrap_or((after, ""));
            let kept = if differing.contains(name) { prefix.as_str() } else { "\"" };
            plain.extend([before, kept, name, "\""]);
            rest = after;
        }
        plain.push_str(rest);
        text = plain;
    }
    text
}

/// Gives references their last names.
fn rename(value: &mut Value, names: &BTreeMap<Key, String>) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| rename(one, names)),
        Value::Object(members) => {
            for (member, value) in members {
                let found = value.as_str().filter(|_| member == "$ref").and_then(|reference| {
                    names.iter().find(|(key, _)| tag(key) == reference).map(|(_, name)| name)
                });
                match found {
                    Some(name) => *value = format!("{NAMED}{name}").into(),
                    None => rename(value, names),
                }
            }
        }
        _ => {}
    }
}

/// A reply never says null for what is not there, may get new members, and always has what has a
/// default and is never left out.
fn answered(mut shape: Members) -> Members {
    let mut always: Vec<Value> = strings(&shape, "required");
    if let Some(Value::Object(members)) = shape.get_mut("properties") {
        for (name, member) in members {
            let Some(member) = member.as_object_mut() else { continue };
            let default = member.shift_remove("default");
            if default.is_some_and(|default| !default.is_null()) {
                always.push(name.as_str().into());
            }
        }
    }
    require(&mut shape, always);
    shape
        .shift_remove("additionalProperties")
        .filter(Value::is_object)
        .map(|others| shape.insert("additionalProperties".to_owned(), others));
    if let Some(Value::Array(types)) = shape.get("type") {
        let told = types.iter().find(|one| *one != "null").cloned().unwrap_or_default();
        shape.insert("type".to_owned(), told);
    }
    let told = shape
        .get("oneOf")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter(|one| one["type"] != "null").cloned().collect::<Vec<_>>());
    match told.as_deref() {
        Some([Value::Object(one)]) => {
            let mut one = one.clone();
            shape.shift_remove("oneOf");
            one.extend(shape);
            counted(one, false)
        }
        _ => counted(shape, false),
    }
}

/// A request may leave out what has a default, unless it is said to be needed.
fn sent(mut shape: Members) -> Members {
    let always = strings(&shape, "required");
    if let Some(Value::Object(members)) = shape.get_mut("properties") {
        for (name, member) in members {
            let Some(member) = member.as_object_mut() else { continue };
            let is_needed = always.iter().any(|one| one == name);
            if is_needed || member.get("default").is_some_and(Value::is_null) {
                member.shift_remove("default");
            }
        }
    }
    require(&mut shape, always);
    counted(shape, true)
}

/// A patch may leave out everything.
fn patched(mut shape: Members) -> Members {
    shape.shift_remove("required");
    shape.shift_remove("default");
    if let Some(Value::Object(members)) = shape.get_mut("properties") {
        for member in members.values_mut().filter_map(Value::as_object_mut) {
            member.shift_remove("default");
        }
    }
    counted(shape, true)
}

/// Says of numbers without a sign what they are, and, where they are sent, how large they may be.
fn counted(mut shape: Members, is_sent: bool) -> Members {
    if shape.get("propertyNames").is_some_and(|names| *names == json!({"type": "string"})) {
        shape.shift_remove("propertyNames");
    }
    let least = shape.get("minimum").and_then(Value::as_u64);
    let most = match shape.get("format").and_then(Value::as_str) {
        Some("int32") if least.is_some() => ("uint32", u64::from(u32::MAX)),
        Some("int64") if least.is_some() => ("uint64", u64::MAX),
        _ => return shape,
    };
    shape.insert("format".to_owned(), most.0.into());
    if is_sent && !shape.contains_key("maximum") {
        shape.insert("maximum".to_owned(), most.1.into());
    }
    shape
}

fn strings(shape: &Members, name: &str) -> Vec<Value> {
    shape.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn require(shape: &mut Members, mut always: Vec<Value>) {
    let mut seen = BTreeSet::new();
    always.retain(|name| seen.insert(name.to_string()));
    if always.is_empty() {
        shape.shift_remove("required");
    } else {
        shape.insert("required".to_owned(), Value::Array(always));
    }
}

/// The shape, or null.
fn or_null(shape: Value) -> Value {
    let is_told =
        |all: &Value| all.as_array().is_some_and(|all| all.iter().any(|one| one["type"] == "null"));
    let Value::Object(mut shape) = shape else { return shape };
    if shape.get("oneOf").is_some_and(is_told) || shape.get("type").is_some_and(Value::is_array) {
        return Value::Object(shape);
    }
    shape.shift_remove("default");
    match shape.get("type").cloned() {
        Some(kind) if !shape.contains_key("enum") => {
            shape.insert("type".to_owned(), json!([kind, "null"]));
            Value::Object(shape)
        }
        _ => {
            let about = shape.shift_remove("description");
            let mut whole = json!({ "oneOf": [shape, { "type": "null" }] });
            if let (Some(about), Some(whole)) = (about, whole.as_object_mut()) {
                whole.insert("description".to_owned(), about);
            }
            whole
        }
    }
}
