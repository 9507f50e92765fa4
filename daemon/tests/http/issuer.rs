//! Keys of an issuer, and tokens that it signs, put together by hand so that they can be wrong.
#![expect(clippy::indexing_slicing, reason = "a test's helper may fail the test")]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use aws_lc_rs::{hmac, rand};
use serde_json::{Value, json};

/// A key with its name.
pub struct Key {
    id: String,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Hmac(Box<hmac::Key>),
}

impl Key {
    /// For RS256.
    pub fn rsa(id: &str) -> Self {
        Self { id: id.to_owned(), pair: Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()) }
    }

    /// For ES256.
    pub fn ec(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { id: id.to_owned(), pair: Pair::Ec(pair) }
    }

    /// For `EdDSA`.
    pub fn ed(id: &str) -> Self {
        Self { id: id.to_owned(), pair: Pair::Ed(Ed25519KeyPair::generate().unwrap()) }
    }

    /// What no issuer publishes: for HS256.
    pub fn hmac(secret: &str) -> Self {
        let pair = Pair::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())));
        Self { id: String::new(), pair }
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What everybody may know of it (RFC 7517).
    pub fn public(&self) -> Value {
        let mut key = match &self.pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                let n = base64(key.modulus().big_endian_without_leading_zero());
                let e = base64(key.exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "alg": "RS256", "n": n, "e": e})
            }
            Pair::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": base64(x), "y": base64(y)})
            }
            Pair::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64(pair.public_key().as_ref())})
            }
            Pair::Hmac(_) => json!({"kty": "oct"}),
        };
        key["kid"] = json!(self.id);
        key["use"] = json!("sig");
        key
    }

    /// A token, whatever its header says.
    pub fn token(&self, header: &Value, claims: &Value) -> String {
        let text = |value: &Value| base64(value.to_string().as_bytes());
        let signed = format!("{}.{}", text(header), text(claims));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", base64(&signature))
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let random: &dyn rand::SecureRandom = &SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, random, text, &mut signature).unwrap();
                signature
            }
            Pair::Ec(pair) => pair.sign(random, text).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(text).as_ref().to_vec(),
            Pair::Hmac(key) => hmac::sign(key, text).as_ref().to_vec(),
        }
    }
}

/// URL-safe Base64 without padding (RFC 4648, section 5).
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=three.len()].copy_from_slice(three);
        let group = u32::from_be_bytes(group);
        for place in 0..=three.len() {
            let digit = group >> (18 - 6 * place) & 63;
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text
}
