//! The document of a running daemon, and requests made from its examples.

use reqwest::{Method, RequestBuilder};
use serde_json::{Map, Value};

use crate::support::Daemon;
use crate::world::{NAMED, World};

/// The document.
#[derive(Debug)]
pub struct Spec {
    /// As it was answered.
    pub json: Value,
}

/// One operation of it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: String,
    /// What the document says of it.
    pub json: Value,
}

impl Spec {
    /// Asks a daemon for its document.
    pub async fn of(daemon: &Daemon) -> Self {
        let answer = daemon.anonymous(Method::GET, "/openapi.json").send().await.unwrap();
        Self { json: answer.json().await.unwrap() }
    }

    /// Every operation.
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, item) in self.json["paths"].as_object().unwrap() {
            for (method, json) in item.as_object().unwrap() {
                let method = method.to_uppercase().parse().unwrap();
                operations.push(Operation { method, path: path.clone(), json: json.clone() });
            }
        }
        operations
    }

    /// What a part of the document means, where it is a reference.
    pub fn meant<'a>(&'a self, part: &'a Value) -> &'a Value {
        match part["$ref"].as_str() {
            Some(reference) => self.json.pointer(reference.trim_start_matches('#')).unwrap(),
            None => part,
        }
    }

    /// Checks a value against a shape of the document.
    pub fn check(&self, shape: &Value, value: &Value, what: &str) {
        let mut whole = shape.clone();
        let Value::Object(members) = &mut whole else { panic!("{what}: {shape} is no shape") };
        members.insert("components".to_owned(), self.json["components"].clone());
        let validator = jsonschema::options().should_validate_formats(true).build(&whole);
        let validator = validator.unwrap();
        let wrong: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{what}: {}\n{value:#}", wrong.join("\n"));
    }
}

impl Operation {
    /// Its name.
    pub fn name(&self) -> &str {
        self.json["operationId"].as_str().unwrap()
    }

    /// What a token must be allowed; `None` where none is needed.
    pub fn access(&self) -> Option<&str> {
        self.json["security"][0]["token"][0].as_str()
    }

    /// The status of its first answer; of what is not there yet, the one that says so.
    pub fn status(&self) -> u16 {
        let statuses = self.json["responses"].as_object().unwrap().keys();
        let mut statuses = statuses.map(|status| status.parse().unwrap());
        statuses.find(|status| *status < 300).unwrap_or(501)
    }

    /// The media type of its body's example, and the example.
    pub fn body(&self) -> Option<(&str, &Value, &Value)> {
        let content = self.json["requestBody"]["content"].as_object()?;
        let (kind, content) = content.iter().next()?;
        assert!(!content["example"].is_null(), "{}: a body without an example", self.name());
        Some((kind, &content["schema"], &content["example"]))
    }

    /// The examples that it names, in its path, its query and its body.
    pub fn slots(&self) -> Vec<&'static str> {
        let body = self.body().map(|(_, _, example)| example.to_string()).unwrap_or_default();
        let parameters: Vec<_> = self.parameters().map(|one| one["example"].to_string()).collect();
        let is_named = |example: &&&str| {
            let quoted = format!("\"{example}\"");
            body.contains(&quoted) || parameters.contains(&quoted)
        };
        NAMED.iter().filter(is_named).copied().collect()
    }

    fn parameters(&self) -> impl Iterator<Item = &Value> {
        let parameters = self.json["parameters"].as_array().into_iter().flatten();
        parameters.filter(|one| one["required"] == true || !one["example"].is_null())
    }

    /// Where it is in a world.
    pub fn target(&self, world: &World) -> String {
        let mut target = self.path.clone();
        let mut query = Vec::new();
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap();
            let value = match &parameter["example"] {
                Value::String(text) => world.fill(text),
                Value::Null => panic!("{}: {name} has no example", self.name()),
                value => value.to_string(),
            };
            match parameter["in"].as_str() {
                Some("path") => target = target.replace(&format!("{{{name}}}"), &value),
                _ => query.push(format!("{name}={value}")),
            }
        }
        assert!(!target.contains('{'), "{target}: a parameter that is not described");
        if query.is_empty() { target } else { format!("{target}?{}", query.join("&")) }
    }

    /// Its example as a request.
    pub fn request(&self, daemon: &Daemon, world: &World, token: Option<&str>) -> RequestBuilder {
        let request = daemon.anonymous(self.method.clone(), &self.target(world));
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        match self.body() {
            None => request,
            Some(("multipart/form-data", _, example)) => {
                request.multipart(form_of(world.filled(example).as_object().unwrap()))
            }
            Some((_, _, example)) => request.json(&world.filled(example)),
        }
    }
}

fn form_of(members: &Map<String, Value>) -> reqwest::multipart::Form {
    let mut form = reqwest::multipart::Form::new();
    for (name, value) in members {
        form = match (name.as_str(), value) {
            ("file", Value::String(content)) => {
                let part = reqwest::multipart::Part::bytes(content.clone().into_bytes());
                form.part("file", part.file_name("file"))
            }
            (_, Value::String(text)) => form.text(name.clone(), text.clone()),
            (_, value) => form.text(name.clone(), value.to_string()),
        };
    }
    form
}
