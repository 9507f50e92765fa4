#!/usr/bin/env bash
# Known holes in dependencies, by the RustSec database: fetched, or a copy named by ADVISORIES.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo audit --version >/dev/null 2>&1; then
    echo "installing cargo-audit (a few minutes, once)"
    cargo install --locked --quiet cargo-audit
fi

# The accepted ones stand in deny.toml, each with its reason.
ignored=()
while read -r id; do
    ignored+=(--ignore "$id")
done < <(sed -nE 's/.*id = "(RUSTSEC-[0-9-]+)".*/\1/p' deny.toml)

from=()
if [ -n "${ADVISORIES:-}" ]; then
    from=(--db "$ADVISORIES" --no-fetch --stale)
fi
exec cargo audit --deny warnings "${ignored[@]}" "${from[@]}"
