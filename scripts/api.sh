#!/usr/bin/env bash
# Runs schemathesis over every operation of the API's document, against a daemon of its own: as a
# new user and as an admin. `api.sh short` is part of make test, `api.sh long` of make soak.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
schemathesis=$target/schemathesis/bin/schemathesis
rushesd=${RUSHESD:-$target/debug/rushesd}
case "${1:-short}" in
    short) examples=4 ;;
    long) examples=200 ;;
    *)
        echo "usage: $0 short|long" >&2
        exit 2
        ;;
esac
for program in "$schemathesis" "$rushesd"; do
    if [ ! -x "$program" ]; then
        echo "missing: $program: scripts/setup.sh test installs, cargo build builds" >&2
        exit 1
    fi
done

work=$(mktemp -d)
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
    "$rushesd" --data "$work/data" --listen 127.0.0.1:0 >"$work/banner" 2>"$work/log" &
daemon=$!
url=
for _ in $(seq 300); do
    url=$(awk '$1 == "HTTP" { print $2 }' "$work/banner")
    if [ -n "$url" ]; then
        break
    fi
    sleep 0.1
done
if [ -z "$url" ]; then
    cat "$work/log" >&2
    exit 1
fi

# ask TOKEN PATH BODY: posts JSON
ask() {
    curl --silent --show-error --fail --noproxy '*' -H "Authorization: Bearer $1" \
        -H 'Content-Type: application/json' --data "$3" "$url$2"
}

# make_world TOKEN: what the examples of the document name, and prints the ids that it was given
make_world() {
    local base=0193a5b0-7c3e-7000-8000-00000000000 project asset other made
    project=$(jq -n --arg base "$base" '{
        id: "fox-story", name: "The fox at dawn",
        scenes: [{id: ($base + "1")}, {id: ($base + "b")}],
        characters: [{id: ($base + "2"), name: "The fox"}],
        locations: [{id: ($base + "3"), name: "The field"}],
        moods: [{id: ($base + "4"), name: "Warm"}],
        timelines: [{id: ($base + "5"), name: "Cut"}],
        prompts: [{id: ($base + "6"), kind: "seed", text: "a fox"}]}')
    ask "$1" /api/projects "$project" >/dev/null
    asset=$(printf film | send "$1" -F project_id=fox-story -F scene_number=1 \
        -F asset_key=scene_video -F asset_type=keyframe -F workflow_id=comfy-7 | jq -r .id)
    other=$(printf film | send "$1" | jq -r .id)
    made=$(ask "$1" /api/tokens '{"name": "spare", "access": "read"}' | jq -r .id)
    jq -nc --arg base "$base" --arg asset "$asset" --arg other "$other" --arg made "$made" \
        '{($base + "7"): $asset, ($base + "8"): $other, ($base + "a"): $made}'
}

# send TOKEN [fields]: uploads what comes in
send() {
    local token=$1
    shift
    curl --silent --show-error --fail --noproxy '*' -H "Authorization: Bearer $token" \
        -F 'file=@-;filename=dawn.mp4' "$@" "$url/api/upload-asset"
}

first=$(cat "$work/data/admin.token")
failed=0
user=$(ask "$first" /api/users '{"name": "ann"}' | jq -r .id)
for access in write admin; do
    whose='{}'
    if [ "$access" = write ]; then
        whose="{\"user_id\": \"$user\"}"
    fi
    body=$(jq -n --argjson whose "$whose" --arg access "$access" \
        '{name: "schemathesis", access: $access} + $whose')
    token=$(ask "$first" /api/tokens "$body" | jq -r .token)
    echo "with a token whose access is $access"
    RUSHES_EXAMPLES=$(make_world "$token") no_proxy='*' \
        "$schemathesis" --config-file scripts/schemathesis.toml run "$url/openapi.json" \
        --header "Authorization: Bearer $token" --checks all --max-examples "$examples" \
        --continue-on-failure --seed "${RUSHES_SEED:-1}" --no-color || failed=1
    # One that was revoked on the way would have been refused everything since.
    curl --silent --show-error --fail --noproxy '*' -H "Authorization: Bearer $token" \
        "$url/api/projects?limit=1" >/dev/null || failed=1
done
if grep -E '"level":"ERROR"|ERROR' "$work/log"; then
    echo "the daemon logged errors" >&2
    exit 1
fi
exit "$failed"
