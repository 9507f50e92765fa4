#!/usr/bin/env bash
# Installs what is missing: `setup.sh run` for running Rushes, `setup.sh test` for testing it too.
# Through apt-get where that may be done without asking, else it says what to install and fails.
set -euo pipefail

mode=${1:-run}

# command → Debian package
needs=(cc:build-essential fusermount3:fuse3 ffmpeg:ffmpeg ffprobe:ffmpeg curl:curl jq:jq)
if [ "$mode" = test ]; then
    needs+=(unshare:util-linux mount:mount systemd-analyze:systemd python3:python3-venv)
    # The power-cut rig makes file systems; mkfs lies where only root's PATH may lead.
    needs+=(mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs)
    PATH=$PATH:/usr/sbin:/sbin
    # The programs that save and look in the folder.
    needs+=(rsync:rsync sox:sox mogrify:imagemagick vim:vim getfattr:attr)
    # The clients in clients/ are TypeScript and Python.
    needs+=(node:nodejs npm:npm)
fi

missing=()
for need in "${needs[@]}"; do
    command -v "${need%%:*}" >/dev/null || missing+=("${need#*:}")
done
# Debian has Python's environments in a package of their own.
if [ "$mode" = test ] && ! python3 -c 'import ensurepip' 2>/dev/null; then
    missing+=(python3-venv)
fi

if [ ${#missing[@]} -gt 0 ]; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
    as_root=()
    if [ "$(id -u)" != 0 ]; then
        as_root=(sudo -n)
    fi
    if command -v apt-get >/dev/null && "${as_root[@]}" true 2>/dev/null; then
        echo "installing ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        install=("${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}")
        "${install[@]}" >/dev/null 2>&1 || {
            "${as_root[@]}" apt-get update -q
            "${install[@]}"
        }
    else
        echo "missing: ${missing[*]}" >&2
        echo "install them, on Debian and Ubuntu: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
fi

if ! command -v cargo >/dev/null; then
    echo "missing: Rust 1.95 or newer; install it from https://rustup.rs" >&2
    exit 1
fi

if [ "$mode" = test ]; then
    "$(dirname "$0")/clients.sh" install
fi

if [ ! -c /dev/fuse ]; then
    echo "there is no /dev/fuse: load the kernel module (modprobe fuse), or, in a container," >&2
    echo "start it with --device /dev/fuse --cap-add SYS_ADMIN" >&2
    exit 1
fi

if [ "$mode" = test ] && ! cargo deny --version >/dev/null 2>&1; then
    echo "installing cargo-deny (a few minutes, once)"
    cargo install --locked --quiet cargo-deny
fi

# schemathesis, in a place of its own: what tests the API over its document.
place=${CARGO_TARGET_DIR:-$(cd "$(dirname "$0")/.." && pwd)/target}/schemathesis
if [ "$mode" = test ] && ! "$place/bin/schemathesis" --version 2>/dev/null | grep -q 4.32.5; then
    echo "installing schemathesis (once)"
    python3 -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
fi
