#!/usr/bin/env bash
# Installs the validators that the tests run, at the pinned versions, into target/validators/ of this repository.
# Does nothing when they are there already, so that later runs need no network. Safe to run concurrently.
# Needs Python 3.11 or newer with venv, and npm.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(cd "$here/../.." && pwd)/target/validators
pins=("$here/package.json" "$here/package-lock.json" "$here/requirements.txt" "$here/install.sh")
key=$(python3 -c '
import hashlib, sys
print(hashlib.sha256(b"\0".join(open(path, "rb").read() for path in sys.argv[1:])).hexdigest())' "${pins[@]}")

installed() { [ -f "$target/stamp" ] && [ "$(cat "$target/stamp")" = "$key" ]; }

if installed; then exit 0; fi

mkdir -p "$target"
exec 9>"$target/lock"
# The lock belongs to the open descriptor, so it outlives Python and goes when this script ends, however it ends.
python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
if installed; then exit 0; fi

rm -rf "$target/stamp" "$target/node" "$target/venv"

mkdir "$target/node"
cp "$here/package.json" "$here/package-lock.json" "$target/node/"
(cd "$target/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 9>&-
# The package's own install script does only this.
chmod u+x "$target"/node/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool*

python3 -m venv "$target/venv" 9>&-
"$target/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt" >&2 9>&-

printf '%s\n' "$key" > "$target/stamp"
