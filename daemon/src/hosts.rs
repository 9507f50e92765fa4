//! Which hosts the daemon answers for, against pages that rebind a name to this machine.
//!
//! Knows nothing of requests. Invariant: a host is allowed only when the operator named it (the
//! address listened on, the base URL) or when no name server can hand it out.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::Uri;
use axum::http::uri::Scheme;

/// The port that HTTP means when none is written.
const HTTP_PORT: u16 = 80;
/// The port that HTTPS means when none is written.
const HTTPS_PORT: u16 = 443;

/// The absolute URL under which clients reach the daemon, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    host: String,
    port: u16,
    default_port: u16,
}

/// A text that cannot be a base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a base URL: write http:// or https:// and a host, without a query")]
pub struct NotABaseUrl;

impl BaseUrl {
    /// The text, to put paths behind.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::str::FromStr for BaseUrl {
    type Err = NotABaseUrl;

    fn from_str(text: &str) -> Result<Self, NotABaseUrl> {
        let uri: Uri = text.parse().map_err(|_| NotABaseUrl)?;
        let default_port = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => HTTP_PORT,
            Some(scheme) if *scheme == Scheme::HTTPS => HTTPS_PORT,
            _ => return Err(NotABaseUrl),
        };
        let authority = uri.authority().ok_or(NotABaseUrl)?;
        let (host, port) = split(authority.as_str()).ok_or(NotABaseUrl)?;
        if uri.query().is_some() || text.contains('#') {
            return Err(NotABaseUrl);
        }
        Ok(Self {
            text: text.trim_end_matches('/').to_owned(),
            host: host.to_ascii_lowercase(),
            port: port.unwrap_or(default_port),
            default_port,
        })
    }
}

/// The hosts that are allowed.
#[derive(Debug)]
pub struct Hosts {
    listen: SocketAddr,
    base: Option<BaseUrl>,
}

impl Hosts {
    /// Allows the address that is listened on, the loopback names with its port, and the base URL.
    pub fn new(listen: SocketAddr, base: Option<BaseUrl>) -> Self {
        Self { listen, base }
    }

    /// Whether a `Host` header or an authority (`host[:port]`) is allowed.
    pub fn allow(&self, authority: &str) -> bool {
        let Some((host, port)) = split(authority) else { return false };
        let host = host.to_ascii_lowercase();
        self.is_base(&host, port)
            || (port.unwrap_or(HTTP_PORT) == self.listen.port() && self.is_local(&host))
    }

    /// Whether an `Origin` header names one of the allowed hosts.
    pub fn allow_origin(&self, origin: &str) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        match scheme {
            "http" => self.allow(authority),
            "https" => split(authority).is_some_and(|(host, port)| {
                self.is_base(&host.to_ascii_lowercase(), port.or(Some(HTTPS_PORT)))
            }),
            _ => false,
        }
    }

    fn is_base(&self, host: &str, port: Option<u16>) -> bool {
        self.base
            .as_ref()
            .is_some_and(|base| base.host == host && port.unwrap_or(base.default_port) == base.port)
    }

    /// Names cannot be rebound when they are addresses or `localhost`.
    fn is_local(&self, host: &str) -> bool {
        if host == "localhost" {
            return true;
        }
        let listen = self.listen.ip();
        address(host).is_some_and(|address| {
            !address.is_unspecified()
                && (address.is_loopback() || listen.is_unspecified() || address == listen)
        })
    }
}

/// An address as a host; a mapped one (`[::ffff:7f00:1]`) is a second spelling and refused.
fn address(host: &str) -> Option<IpAddr> {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address: Ipv6Addr = inner.parse().ok()?;
        return address.to_ipv4_mapped().is_none().then_some(IpAddr::V6(address));
    }
    host.parse().ok().map(IpAddr::V4)
}

/// Splits `host[:port]`; `None` for anything else, such as a user before it.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    let fine =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    let after_address = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority.get(after_address..)?.rfind(':') {
        Some(colon) => {
            let (host, port) = authority.split_at_checked(after_address + colon)?;
            (host, Some(port.strip_prefix(':')?))
        }
        None => (authority, None),
    };
    let bare = host.strip_prefix('[').map_or(!host.contains(':'), |rest| rest.ends_with(']'));
    if host.is_empty() || !bare || !host.chars().all(fine) {
        return None;
    }
    match port {
        None => Some((host, None)),
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some((host, Some(digits.parse().ok()?)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str, base: Option<&str>) -> Hosts {
        Hosts::new(listen.parse().unwrap(), base.map(|base| base.parse().unwrap()))
    }

    #[test]
    fn loopback_is_allowed_with_the_right_port_only() {
        let hosts = hosts("127.0.0.1:7878", None);
        for fine in ["127.0.0.1:7878", "localhost:7878", "LOCALHOST:7878", "[::1]:7878"] {
            assert!(hosts.allow(fine), "{fine}");
        }
        for refused in [
            "evil.com:7878",
            "127.0.0.1.evil.com:7878",
            "localhost.evil.com:7878",
            "[::ffff:7f00:1]:7878",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:07878x",
            "user@127.0.0.1:7878",
            "10.0.0.1:7878",
            "",
            ":7878",
            "::1:7878",
        ] {
            assert!(!hosts.allow(refused), "{refused}");
        }
    }

    #[test]
    fn a_wildcard_takes_addresses_but_no_names() {
        let hosts = hosts("0.0.0.0:80", None);
        assert!(hosts.allow("192.168.1.7") && hosts.allow("127.0.0.1:80"));
        assert!(!hosts.allow("evil.com") && !hosts.allow("0.0.0.0"));
    }

    #[test]
    fn the_base_url_is_allowed_by_name() {
        let hosts = hosts("127.0.0.1:7878", Some("https://rushes.example/"));
        assert!(hosts.allow("rushes.example") && hosts.allow("rushes.example:443"));
        assert!(!hosts.allow("rushes.example:7878"));
        assert!(hosts.allow_origin("https://rushes.example"));
        assert!(!hosts.allow_origin("https://evil.com") && !hosts.allow_origin("null"));
        assert!(hosts.allow_origin("http://127.0.0.1:7878"));
        assert!(!hosts.allow_origin("https://127.0.0.1:7878"));
    }

    #[test]
    fn a_base_url_has_scheme_and_host_and_no_query() {
        for refused in ["rushes.example", "ftp://x", "http://", "http://x?y", "http://u@x", "/x"] {
            assert!(refused.parse::<BaseUrl>().is_err(), "{refused}");
        }
        assert_eq!(
            "http://x:1/api-root/".parse::<BaseUrl>().unwrap().as_str(),
            "http://x:1/api-root"
        );
    }
}
