#!/usr/bin/env bash
# Asks the folder what POSIX asks of a file system: pjdfstest and fsx against a daemon of its own.
# tests/posix/pjdfstest.toml names what is not promised, each with its reason. Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
place=$target/posix
rushesd=${RUSHESD:-$target/debug/rushesd}
pjdfstest_version=0.2.2
fsx_version=0.3.2
operations=${RUSHES_OPERATIONS:-5000}
if [ ! -x "$rushesd" ]; then
    echo "missing: $rushesd: cargo build builds it" >&2
    exit 1
fi

# pjdfstest makes a folder of any name for each test. Here a folder that may be written to is a
# scene's: its two calls that make one are pointed there, nothing else of it is changed.
install_pjdfstest() {
    local source=$place/pjdfstest-$pjdfstest_version
    rm -rf "$source" "$place/fetch"
    mkdir -p "$place/fetch/src"
    echo 'fn main() {}' >"$place/fetch/src/main.rs"
    printf '%s\n' '[package]' 'name = "fetch"' 'version = "0.0.0"' '[workspace]' \
        '[dependencies]' "pjdfstest = \"=$pjdfstest_version\"" >"$place/fetch/Cargo.toml"
    (cd "$place/fetch" && cargo fetch --quiet 2>/dev/null)
    cp -r "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"pjdfstest-$pjdfstest_version" "$source"
    chmod -R u+w "$source"
    local base='tempfile::Builder::new().prefix("posix").rand_bytes(0).tempdir_in(path)?'
    local scene='tempfile::Builder::new()
        .prefix(\&(1 + failed_tests_count + succeeded_tests_count + skipped_tests_count
            + unexpected_success_count + expected_fail_count).to_string())
        .rand_bytes(0).tempdir_in(base_dir.path().join("scenes")).unwrap()'
    sed -i -e "s|tempdir_in(path)?|$base|" \
        -e "s|tempdir_in(base_dir.path()).unwrap()|${scene//$'\n'/}|" \
        -e 's|use tempfile::{tempdir_in, TempDir};|use tempfile::TempDir;|' "$source/src/main.rs"
    printf '\n[workspace]\n' >>"$source/Cargo.toml"
    cargo install --locked --quiet --root "$place" --path "$source"
}

if [ ! -x "$place/bin/pjdfstest" ] && [ ! -e /usr/include/sys/acl.h ]; then
    echo "missing: libacl1-dev, which pjdfstest is built with" >&2
    exit 1
fi
if [ ! -x "$place/bin/pjdfstest" ]; then
    echo "installing pjdfstest (once)"
    install_pjdfstest
fi
if [ ! -x "$place/bin/fsx" ]; then
    echo "installing fsx (once)"
    cargo install --locked --quiet --root "$place" "fsx@$fsx_version"
fi
# pjdfstest asks as two users beside root.
id tests >/dev/null 2>&1 || useradd --no-create-home --shell /usr/sbin/nologin tests

work=$(mktemp -d)
chmod 755 "$work"
daemon=
tidy_up() {
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap tidy_up EXIT

env -u RUSHES_DATA -u RUSHES_MOUNT -u RUSHES_CONFIG RUSHES_LOG=warn \
    "$rushesd" --data "$work/data" --listen 127.0.0.1:0 --mount "$work/mount" \
    --mount-allow-other true >"$work/banner" 2>"$work/log" &
daemon=$!
for _ in $(seq 300); do
    grep -q HTTP "$work/banner" && break
    sleep 0.1
done
failed=0
"$place/bin/pjdfstest" -c tests/posix/pjdfstest.toml -p "$work/mount/projects" \
    >"$work/pjdfstest" 2>&1 || failed=1
if [ "$failed" = 1 ]; then
    grep -A 1 -E 'FAILED|UNEXPECTEDLY' "$work/pjdfstest" || cat "$work/pjdfstest"
fi
sed 's/\x1b\[[0-9;]*m//g' "$work/pjdfstest" | sed -n 's/^Summary: /pjdfstest: /p'

mkdir "$work/mount/projects/fsx" "$work/mount/projects/fsx/scenes/1"
folder=$work/mount/projects/fsx/scenes/1
for seed in 1 2 3; do
    "$place/bin/fsx" -q -N "$operations" -S "$seed" -P "$work" "$folder/fsx.bin" || failed=1
    # What settles is what the program had at last.
    settled=0
    for _ in $(seq 100); do
        version=$(find "$folder/versions" -name 'v*.bin' | sort | tail -n 1)
        if [ -n "$version" ] && cmp -s "$folder/fsx.bin" "$version"; then
            settled=1
            break
        fi
        sleep 0.1
    done
    if [ "$settled" = 0 ]; then
        echo "fsx with seed $seed: the last version has other bytes" >&2
        failed=1
    fi
done
echo "fsx: 3 seeds of $operations operations"
if grep -E 'ERROR|panicked' "$work/log"; then
    echo "the daemon logged errors" >&2
    failed=1
fi
exit "$failed"
