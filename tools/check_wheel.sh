#!/bin/sh
# Build the wheel, install it into an environment of its own, and use it from a directory that is not the project.
set -eu
python=${1:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/.venv/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$work/dist" "$root"
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet "$work"/dist/*.whl
cd "$work"
"$work/venv/bin/cds-service" mappings lint
"$work/venv/bin/cds-service" trials lint
name=$(ls "$root/fixtures/patients" | head -n 1)
"$work/venv/bin/cds-service" evaluate "${name%.json}" --as-of 2026-11-01 --json > evaluated.json
"$work/venv/bin/cds-service" simulate "${name%.json}" --as-of 2026-11-01 --json > cards.json
echo "the wheel works from a directory of its own"
