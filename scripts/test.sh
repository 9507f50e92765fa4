#!/usr/bin/env bash
# Everything that must pass, the cheap checks first and the tests last. Stops at the first stage
# that fails; ends with the time of each stage and the sum of all test results.
set -euo pipefail
cd "$(dirname "$0")/.."

timings=()

stage() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if ! "$@"; then
        printf '\nFAILED: %s, after %d s\n' "$name" $((SECONDS - start)) >&2
        exit 1
    fi
    timings+=("$(printf '%6d s  %s' $((SECONDS - start)) "$name")")
}

# Adds up what cargo test prints; fails when a test failed or none was run.
run_tests() {
    local log status=0
    log=$(mktemp)
    cargo test --locked --workspace --no-fail-fast 2>&1 | tee "$log" || status=$?
    sum=$(awk '/^test result:/ { passed += $4; failed += $6; ignored += $8 }
        END { printf "%d passed, %d failed, %d ignored", passed, failed, ignored }' "$log")
    rm -f "$log"
    if [ "${sum%% *}" = 0 ]; then
        status=1
    fi
    if [ "$status" != 0 ]; then
        printf '\n%s\n' "$sum" >&2
    fi
    return "$status"
}

docs() {
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps --quiet
}

stage 'format' cargo fmt --all --check
stage 'licences, bans, sources' cargo deny --log-level error check licenses bans sources
stage 'systemd unit' scripts/check-systemd.sh
stage 'lints' cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
stage 'documentation' docs
stage 'build' cargo build --locked --workspace --bins --quiet
stage 'clients' scripts/clients.sh test
stage 'build of the tests' cargo test --locked --workspace --no-run --quiet
stage 'tests' run_tests
stage 'the API over its document' scripts/api.sh short

printf '\n'
printf '%s\n' "${timings[@]}"
printf '\n%s\n' "$sum"
