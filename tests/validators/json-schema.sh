#!/usr/bin/env bash
# Validates files against a JSON Schema, and the schema itself against its draft: json-schema.sh SCHEMA FILE...
# Exit code 0: all are valid; otherwise the errors are printed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(cd "$here/../.." && pwd)/target/validators
"$here/install.sh"
"$target/venv/bin/check-jsonschema" --check-metaschema "$1"
"$target/venv/bin/check-jsonschema" --schemafile "$@"
