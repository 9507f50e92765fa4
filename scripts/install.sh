#!/usr/bin/env bash
# Puts the release build and the systemd files in place, or takes them away again.
# DESTDIR installs into another root (for packages) and leaves the running system alone.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr}
root=${DESTDIR:-}
release=${TARGET:-target}/release
unit=$root$prefix/lib/systemd/system/rushesd.service
users=$root$prefix/lib/sysusers.d/rushesd.conf
folders=$root$prefix/lib/tmpfiles.d/rushesd.conf

put_in_place() {
    if [ ! -x "$release/rushesd" ] || [ ! -x "$release/rushes" ]; then
        echo "nothing is built: run make release first, as yourself" >&2
        exit 1
    fi
    install -Dm755 "$release/rushesd" "$root$prefix/bin/rushesd"
    install -Dm755 "$release/rushes" "$root$prefix/bin/rushes"
    install -Dm644 systemd/rushesd.service "$unit"
    sed -i "s#/usr/bin/rushesd#$prefix/bin/rushesd#" "$unit"
    install -Dm644 systemd/rushesd.sysusers "$users"
    install -Dm644 systemd/rushesd.tmpfiles "$folders"
    if [ ! -e "$root/etc/rushes/rushesd.toml" ]; then
        install -Dm644 systemd/rushesd.toml "$root/etc/rushes/rushesd.toml"
    fi
    if [ -n "$root" ]; then
        return
    fi
    systemd-sysusers "$users"
    systemd-tmpfiles --create "$folders"
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        echo "start it now and at every boot: systemctl enable --now rushesd"
    fi
}

take_away() {
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then
        systemctl disable --now rushesd || true
    fi
    rm -f "$root$prefix/bin/rushesd" "$root$prefix/bin/rushes" "$unit" "$users" "$folders"
    echo "kept: $root/etc/rushes and the data"
}

case "${1:-}" in
    install) put_in_place ;;
    uninstall) take_away ;;
    *)
        echo "usage: $0 install|uninstall" >&2
        exit 2
        ;;
esac
