//! What a person who starts the daemon sees: where everything is, and a line to try.
//!
//! Invariant: no token is shown, only where it lies.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use rushes_api::{MountHealth, paths};
use rushes_vault::admin_token_path;

use crate::config::Config;
use crate::health::of_mount;
use crate::state::App;

/// Says on standard output where HTTP, mount, data and token are; logs the same in short.
pub fn show(config: &Config, app: &App, bound: SocketAddr) {
    let url = config.base_url.as_ref().map_or_else(|| url(bound), |base| base.as_str().to_owned());
    let data = absolute(&config.data);
    let of_one = |mount: MountHealth| format!("{} ({}: {})", mount.dir, mount.mode, mount.why);
    let mut mounts: Vec<_> = app.mounts().iter().map(|mount| of_one(of_mount(mount))).collect();
    if mounts.is_empty() {
        mounts.push("none (start with --mount DIR to see a folder)".to_owned());
    }
    tracing::info!(url, data, mounts = mounts.join(", "), "ready");
    let mounts = mounts.join("\n  mount  ");
    let token = admin_token_path(Path::new(&data));
    let quoted = format!("'{}'", token.display().to_string().replace('\'', r"'\''"));
    let text = format!(
        "rushesd {version}\n  \
           HTTP   {url}\n  \
           mount  {mounts}\n  \
           data   {data}\n  \
           token  {token}\n\
         try it:\n  \
           curl -H \"Authorization: Bearer $(cat {quoted})\" -F file=@FILE {url}{upload}\n",
        version = env!("CARGO_PKG_VERSION"),
        token = token.display(),
        upload = paths::UPLOAD,
    );
    // Nobody may be reading; the daemon serves all the same.
    let _closed = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
}

/// A URL that works on this machine, also when every address is listened on.
fn url(bound: SocketAddr) -> String {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, bound.port()))
}

fn absolute(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}
