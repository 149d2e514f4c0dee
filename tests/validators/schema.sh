#!/usr/bin/env bash
# Validates SARIF files against the JSON Schema of SARIF 2.1.0: schema.sh FILE...
# Exit code 0: all are valid; otherwise the errors are printed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/json-schema.sh" "$here/sarif-2.1.0.schema.json" "$@"
