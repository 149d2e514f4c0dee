#!/usr/bin/env bash
# Installs the other implementations that the tests compare with, at the pinned versions, into target/differential/ of
# this repository. Does nothing when they are there already, so that later runs need no network. Safe to run concurrently.
# Needs Python 3.11 or newer with venv, and npm.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(cd "$here/../.." && pwd)/target/differential

python_installed() { cmp -s "$here/requirements.txt" "$target/installed"; }
node_installed() { cmp -s "$here/package-lock.json" "$target/node/installed"; }

if python_installed && node_installed; then exit 0; fi

mkdir -p "$target"
exec 9>"$target/lock"
# The lock belongs to the open descriptor, so it outlives Python and goes when this script ends, however it ends.
python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'

if ! python_installed; then
  rm -rf "$target/installed" "$target/venv"
  python3 -m venv "$target/venv" 9>&-
  "$target/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt" >&2 9>&-
  cp "$here/requirements.txt" "$target/installed"
fi

if ! node_installed; then
  rm -rf "$target/node"
  mkdir "$target/node"
  cp "$here/package.json" "$here/package-lock.json" "$target/node/"
  (cd "$target/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 9>&-
  cp "$here/package-lock.json" "$target/node/installed"
fi
