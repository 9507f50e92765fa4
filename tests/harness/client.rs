//! A client that talks to the daemon as a generator would.

use std::path::Path;
use std::time::Duration;

use reqwest::blocking::{Response, multipart};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

const BOUNDARY: &str = "a-line-that-no-test-sends";
const DISPOSITION: &str = "Content-Disposition: form-data";

/// The fields of an upload.
pub type Form<'a> = &'a [(&'a str, &'a str)];

/// An HTTP client with a token. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::blocking::Client,
    base: String,
}

impl Client {
    /// A client of one user.
    pub fn new(address: &str, token: &str) -> Self {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        let http = reqwest::blocking::Client::builder()
            .default_headers(headers)
            .timeout(Duration::from_mins(2))
            .build()
            .unwrap();
        Self { http, base: format!("http://{address}") }
    }

    /// `GET`, whatever the answer.
    pub fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).send().unwrap()
    }

    /// `GET` with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = self.http.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().unwrap()
    }

    /// `GET` of JSON that must be there.
    pub fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        let (status, text) = (reply.status(), reply.text().unwrap());
        assert!(status.is_success(), "GET {path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// `POST` of JSON, whatever the answer.
    pub fn post(&self, path: &str, body: &Value) -> Response {
        self.http.post(format!("{}{path}", self.base)).json(body).send().unwrap()
    }

    /// `PUT` of JSON, whatever the answer.
    pub fn put(&self, path: &str, body: &Value) -> Response {
        self.http.put(format!("{}{path}", self.base)).json(body).send().unwrap()
    }

    /// `PATCH` with a JSON body, whatever the answer.
    pub fn patch(&self, path: &str, body: &Value) -> Response {
        self.http.patch(format!("{}{path}", self.base)).json(body).send().unwrap()
    }

    /// `DELETE`, whatever the answer.
    pub fn delete(&self, path: &str) -> Response {
        self.http.delete(format!("{}{path}", self.base)).send().unwrap()
    }

    /// `GET`, whatever the answer; an error when the connection broke.
    pub fn try_get(&self, path: &str) -> reqwest::Result<Response> {
        self.http.get(format!("{}{path}", self.base)).send()
    }

    /// `POST` of JSON, whatever the answer; an error when the connection broke.
    pub fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        self.http.post(format!("{}{path}", self.base)).json(body).send()
    }

    /// `DELETE`, whatever the answer; an error when the connection broke.
    pub fn try_delete(&self, path: &str) -> reqwest::Result<Response> {
        self.http.delete(format!("{}{path}", self.base)).send()
    }

    /// An upload, whatever the answer; an error when the connection broke.
    pub fn try_upload(
        &self,
        name: &str,
        bytes: impl AsRef<[u8]>,
        fields: Form<'_>,
    ) -> reqwest::Result<Response> {
        // Written by hand: the library's own form goes through a thread, which reports a refusal
        // that comes before the last byte as a broken pipe.
        let bytes = bytes.as_ref();
        let mut body = Vec::with_capacity(bytes.len() + 4096);
        for (name, value) in fields {
            let part = format!("--{BOUNDARY}\r\n{DISPOSITION}; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let head = format!("--{BOUNDARY}\r\n{DISPOSITION}; name=\"file\"; filename=\"{name}\"");
        body.extend_from_slice(format!("{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let url = format!("{}/api/v2/upload-asset", self.base);
        let form = format!("multipart/form-data; boundary={BOUNDARY}");
        self.http.post(url).header(CONTENT_TYPE, form).body(body).send()
    }

    /// An upload that must succeed: the asset.
    pub fn upload(&self, name: &str, bytes: impl AsRef<[u8]>, fields: Form<'_>) -> Value {
        let reply = self.try_upload(name, bytes, fields).unwrap();
        let (status, text) = (reply.status(), reply.text().unwrap());
        assert_eq!(status, 201, "upload of {name}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// An upload of a file that is too large for memory; it must succeed.
    pub fn upload_file(&self, path: &Path, fields: Form<'_>) -> Value {
        let mut form = multipart::Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let form = form.file("file", path).unwrap();
        let url = format!("{}/api/v2/upload-asset", self.base);
        let reply = self.http.post(url).multipart(form).send().unwrap();
        let (status, text) = (reply.status(), reply.text().unwrap());
        assert_eq!(status, 201, "upload of {}: {text}", path.display());
        serde_json::from_str(&text).unwrap()
    }

    /// The bytes of an asset.
    pub fn data(&self, id: &str) -> Vec<u8> {
        let reply = self.get(&format!("/api/v2/assets/{id}/data"));
        assert_eq!(reply.status(), 200, "data of {id}");
        reply.bytes().unwrap().to_vec()
    }

    /// Makes a project with some scenes and gives back its id.
    pub fn project(&self, name: &str, scenes: u32) -> String {
        let reply = self.post("/api/projects", &json!({ "name": name }));
        assert_eq!(reply.status(), 201);
        let made: Value = reply.json().unwrap();
        let id = made.get("id").and_then(Value::as_str).unwrap().to_owned();
        for number in 1..=scenes {
            let title = format!("Scene {number}");
            let reply =
                self.post(&format!("/api/projects/{id}/scenes"), &json!({ "title": title }));
            assert_eq!(reply.status(), 201);
        }
        id
    }
}
