//! Requests whose framing two programs would read differently, over raw sockets (RFC 9112).

use rushes_api::paths;

use crate::support::{Daemon, raw};

/// The status line's code of the first answer, and whether there was a second one.
fn answers(daemon: &Daemon, head: &str, body: &str) -> (String, bool) {
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\n{head}\r\n{body}",
        paths::PROJECTS,
        daemon.address(),
        daemon.token(),
    );
    let answer = raw(daemon.address(), request.as_bytes());
    let code = answer.split(' ').nth(1).unwrap_or_default().to_owned();
    (code, answer.matches("HTTP/1.1 ").count() > 1)
}

#[test]
fn a_request_of_unclear_length_is_refused_and_nothing_after_it_is_read() {
    let daemon = Daemon::start();
    let smuggled = format!("GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", daemon.address());
    let body = "{\"name\":\"x\"}";
    let chunked = format!("c\r\n{body}\r\n0\r\n\r\n{smuggled}");
    for (what, head, body) in [
        ("two CL", "Content-Length: 12\r\nContent-Length: 5\r\n", body),
        ("a list of CL", "Content-Length: 12, 5\r\n", body),
        ("a signed CL", "Content-Length: +12\r\n", body),
        ("a negative CL", "Content-Length: -1\r\n", body),
        ("an unknown TE", "Transfer-Encoding: gzip\r\n", body),
        (
            "TE that does not end in chunked",
            "Transfer-Encoding: chunked, gzip\r\n",
            chunked.as_str(),
        ),
        ("two TE", "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", &chunked),
        ("a folded line", "X-A: b\r\n c\r\nContent-Length: 12\r\n", body),
        ("a space before the colon", "Content-Length : 12\r\n", body),
        ("a bare CR", "X-A: b\rContent-Length: 12\r\n", body),
        ("a NUL", "X-A: b\0\r\nContent-Length: 12\r\n", body),
    ] {
        let (code, is_smuggled) = answers(&daemon, head, body);
        assert_eq!((code.as_str(), is_smuggled), ("400", false), "{what}");
    }
}

/// The standard lets a server refuse it, or take it as chunked and close (RFC 9112, section 6.3).
#[test]
fn a_chunked_request_with_a_length_is_the_last_one_of_its_connection() {
    let daemon = Daemon::start();
    let smuggled = format!("GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", daemon.address());
    for (name, head) in [
        ("a", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ("b", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        ("c", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nContent-Length: 500\r\n"),
    ] {
        let body = format!("c\r\n{{\"name\":\"{name}\"}}\r\n0\r\n\r\n{smuggled}");
        let (code, is_smuggled) = answers(&daemon, head, &body);
        assert_eq!((code.as_str(), is_smuggled), ("201", false), "{head}");
    }
}

#[test]
fn an_honest_request_is_taken() {
    let daemon = Daemon::start();
    let body = "{\"name\":\"x\"}";
    let head = format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    assert_eq!(answers(&daemon, &head, body), ("201".to_owned(), false));
    let chunked = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
    let pieces = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    assert_eq!(answers(&daemon, chunked, &pieces), ("201".to_owned(), false));
}

#[test]
fn heads_and_chunk_extensions_are_bounded() {
    let daemon = Daemon::start();
    let long = format!("X-A: {}\r\nContent-Length: 0\r\n", "a".repeat(1_000_000));
    let many = format!("{}Content-Length: 0\r\n", "X-A: b\r\n".repeat(1000));
    for head in [&long, &many] {
        let (code, _) = answers(&daemon, head, "");
        assert!(matches!(code.as_str(), "431" | "400"), "{code}");
    }
    let chunked = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
    let extension = format!("c;{}\r\n{{\"name\":\"x\"}}\r\n0\r\n\r\n", "x".repeat(1_000_000));
    let (code, _) = answers(&daemon, chunked, &extension);
    assert_eq!(code, "400");
}
