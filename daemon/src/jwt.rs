//! Tokens of an issuer that the operator trusts (JWT, RFC 7519), as Clerk and others make them.
//!
//! Knows no users. Invariant: an identity comes only out of a token that a key of the issuer
//! signed with that key's own algorithm, for this daemon, now.

use jsonwebtoken::{Validation, decode, decode_header};
use rushes_vault::model::Identity;
use serde::Deserialize;

use crate::jwks::{Jwks, JwksError, Place};

/// Longest token, in bytes: a session's claims are a few hundred.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How far two clocks may differ, in seconds.
const LEEWAY_S: u64 = 60;
/// Longest name of a key, in bytes.
const KEY_ID_BYTES_MAX: usize = 200;

/// Whose tokens are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// What `iss` must be.
    pub issuer: String,
    /// Where the issuer's keys are.
    pub keys: Place,
    /// What `aud` must hold; `None` takes any, and none.
    pub audience: Option<String>,
    /// One of which `azp` must be; any, and none, where it is empty.
    pub parties: Vec<String>,
}

/// Checks tokens.
#[derive(Debug)]
pub struct Issuer {
    trust: Trust,
    keys: Jwks,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    azp: Option<String>,
}

impl Issuer {
    /// Makes ready.
    pub fn open(trust: Trust) -> Result<Self, JwksError> {
        Ok(Self { keys: Jwks::open(trust.keys.clone())?, trust })
    }

    /// Whom a token is about; `None` when it is not valid here.
    pub async fn identity(&self, token: &str) -> Option<Identity> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let header = decode_header(token).ok()?;
        // What must be understood (RFC 7515, section 4.1.11) is not.
        if header.crit.is_some() {
            return None;
        }
        let id = header.kid.filter(|id| id.len() <= KEY_ID_BYTES_MAX)?;
        let known = self.keys.key(&id).await?;
        let mut rules = Validation::new(known.algorithm);
        rules.leeway = LEEWAY_S;
        rules.validate_nbf = true;
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        rules.set_issuer(&[&self.trust.issuer]);
        match &self.trust.audience {
            Some(audience) => {
                rules.set_audience(&[audience]);
                rules.required_spec_claims.insert("aud".to_owned());
            }
            None => rules.validate_aud = false,
        }
        let checked = decode::<Claims>(token, &known.key, &rules);
        let claims = checked.inspect_err(|error| tracing::debug!(%error, "a token")).ok()?.claims;
        let is_party = self.trust.parties.is_empty()
            || claims.azp.is_some_and(|azp| self.trust.parties.contains(&azp));
        let is_ours = is_party && claims.iss == self.trust.issuer;
        is_ours.then_some(Identity { issuer: claims.iss, subject: claims.sub })
    }
}
