#!/usr/bin/env bash
# Installs the other implementations that the tests compare with, at the pinned versions, into target/differential/ of
# this repository. Does nothing when they are there already, so that later runs need no network. Safe to run concurrently.
# Needs Python 3.11 or newer with venv.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(cd "$here/../.." && pwd)/target/differential

installed() { cmp -s "$here/requirements.txt" "$target/installed"; }

if installed; then exit 0; fi

mkdir -p "$target"
exec 9>"$target/lock"
# The lock belongs to the open descriptor, so it outlives Python and goes when this script ends, however it ends.
python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
if installed; then exit 0; fi

rm -rf "$target/installed" "$target/venv"
python3 -m venv "$target/venv" 9>&-
"$target/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt" >&2 9>&-
cp "$here/requirements.txt" "$target/installed"
