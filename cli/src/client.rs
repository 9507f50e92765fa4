//! Requests to the daemon, and what its answers mean.
//!
//! Knows paths and types of `rushes_api` and nothing of what commands do with them.

use std::error::Error;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, redirect};
use rushes_api::{Health, Problem, paths};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::discover::Found;
use crate::error::CliError;
use crate::sent::short;

/// A daemon that cannot be reached in this time is not there.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Everything but the bytes of assets is answered in this time, a busy disk included.
const REPLY_MAX: Duration = Duration::from_mins(1);
/// What a refusal may hold when it is not a problem document: enough to recognise who answers.
const STRANGE_CHARACTERS_MAX: usize = 120;

/// A way to one daemon.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    found: Found,
}

impl Client {
    /// Makes ready; nothing is sent yet.
    pub fn new(found: Found) -> Result<Self, CliError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("rushes/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_MAX)
            // The token goes where it was meant to go, and nowhere else.
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|error| CliError::BadServer {
                server: found.server.clone(),
                why: root(&error),
            })?;
        Ok(Self { http, found })
    }

    /// The daemon's address.
    pub fn server(&self) -> &str {
        &self.found.server
    }

    /// A name for who we are there, which tells neither address nor token.
    pub fn account(&self) -> String {
        let Found { server, token } = &self.found;
        let name = short(&[server, token.as_deref().unwrap_or_default()]);
        format!("{:032x}", u128::from_be_bytes(name))
    }

    /// Reads a document.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CliError> {
        let request = self.request(Method::GET, path)?.timeout(REPLY_MAX);
        self.read(self.send(request).await?).await
    }

    /// Sends a document and reads what came of it.
    pub async fn send_json<B, T>(&self, method: Method, path: &str, body: &B) -> Result<T, CliError>
    where
        B: Serialize + Sync,
        T: DeserializeOwned,
    {
        let request = self.request(method, path)?.timeout(REPLY_MAX).json(body);
        self.read(self.send(request).await?).await
    }

    /// Asks for a change that needs no document and reads what came of it.
    pub async fn send_empty<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
    ) -> Result<T, CliError> {
        let request = self.request(method, path)?.timeout(REPLY_MAX);
        self.read(self.send(request).await?).await
    }

    /// How the daemon is; asks without a token, and takes "not well" for an answer.
    pub async fn health(&self) -> Result<Health, CliError> {
        let url = format!("{}{}", self.found.server, paths::HEALTH);
        let request = self.http.get(url).timeout(REPLY_MAX);
        let response = request.send().await.map_err(|error| self.lost(&error))?;
        self.read(response).await
    }

    /// Begins a request that carries the token.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, CliError> {
        let no_token = || CliError::NoToken { server: self.found.server.clone() };
        let token = self.found.token.as_deref().ok_or_else(no_token)?;
        Ok(self.http.request(method, format!("{}{path}", self.found.server)).bearer_auth(token))
    }

    /// Sends it; anything but success is an error.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, CliError> {
        let response = request.send().await.map_err(|error| self.lost(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.text().await.map_err(|error| self.lost(&error))?;
        Err(match serde_json::from_str::<Problem>(&body) {
            Ok(problem) => CliError::Refused { problem: Box::new(problem) },
            Err(_) => self.strange(status.as_u16(), &body),
        })
    }

    /// Reads a JSON answer.
    pub async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, CliError> {
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| self.lost(&error))?;
        serde_json::from_slice(&body).map_err(|error| self.strange(status, &error.to_string()))
    }

    /// What a failure of the network means.
    pub fn lost(&self, error: &reqwest::Error) -> CliError {
        let server = self.found.server.clone();
        let why = root(error);
        if error.is_connect() || error.is_timeout() {
            CliError::Unreachable { server, why }
        } else {
            CliError::Broken { server, why }
        }
    }

    fn strange(&self, status: u16, said: &str) -> CliError {
        let shown = said.chars().map(|c| if c.is_control() { ' ' } else { c });
        let why = shown.take(STRANGE_CHARACTERS_MAX).collect();
        CliError::Strange { server: self.found.server.clone(), status, why }
    }
}

/// The innermost reason: the outer ones only repeat that a request failed.
fn root(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
