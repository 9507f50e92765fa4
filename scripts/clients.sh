#!/usr/bin/env bash
# The clients in clients/: `clients.sh install` gets what their tests need; `clients.sh test` tests
# them against the daemon that RUSHESD names, or that of the debug build; `clients.sh generate`
# makes the types of the TypeScript client anew from that daemon's document.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
python=$target/clients/python/bin/python
wanted=clients/python/requirements.txt

install() {
    local major
    major=$(node --print 'process.versions.node.split(".")[0]')
    if [ "$major" -lt 20 ]; then
        echo "missing: Node.js 20 or newer, this is $(node --version); see https://nodejs.org" >&2
        exit 1
    fi
    # npm notes what it has installed in a file that is newer than the list then.
    if [ ! clients/typescript/node_modules/.package-lock.json \
        -nt clients/typescript/package-lock.json ]; then
        echo "installing what the TypeScript client is made with (once)"
        npm --prefix clients/typescript ci --no-progress --loglevel error
    fi
    if ! cmp --silent "$wanted" "$target/clients/python/installed.txt"; then
        echo "installing what the Python client is made with (once)"
        python3 -m venv --clear "$target/clients/python"
        "$python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
        cp "$wanted" "$target/clients/python/installed.txt"
    fi
}

needed() {
    RUSHESD=$(realpath "${RUSHESD:-$target/debug/rushesd}")
    export RUSHESD
    if [ ! -x "$RUSHESD" ]; then
        echo "missing: $RUSHESD: cargo build makes it" >&2
        exit 1
    fi
    if [ ! -x "$python" ] || [ ! -d clients/typescript/node_modules ]; then
        echo "what the clients need is missing: scripts/setup.sh test installs it" >&2
        exit 1
    fi
}

run_tests() {
    npm --prefix clients/typescript --silent test
    "$python" -B clients/python/test_client.py
}

generate() {
    local work
    work=$(mktemp -d)
    "$RUSHESD" --data "$work/data" --listen 127.0.0.1:0 --log error >"$work/banner" &
    # shellcheck disable=SC2064 # what is known now is meant
    trap "kill $! || true; wait $! || true; rm -rf '$work'" EXIT
    until grep -q 'try it' "$work/banner"; do
        kill -0 $!
        sleep 0.1
    done
    node clients/typescript/scripts/generate.mjs "$(awk '$1 == "HTTP" { print $2 }' "$work/banner")"
}

case "${1:-}" in
    install) install ;;
    test)
        needed
        run_tests
        ;;
    generate)
        needed
        generate
        ;;
    *)
        echo "usage: $0 install|test|generate" >&2
        exit 2
        ;;
esac
