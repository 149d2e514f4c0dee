#!/usr/bin/env bash
# Validates SARIF files by the rules of the SARIF specification and of GitHub: multitool.sh FILE...
# Prints one line per result, "FILE: RULE: message". Exit code 0: none; 1: some; 2: a file could not be validated.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(cd "$here/../.." && pwd)/target/validators
if [ $# -eq 0 ]; then echo "usage: multitool.sh FILE..." >&2; exit 2; fi
"$here/install.sh" || exit 2

case $(uname -s) in
  Darwin) tool=$target/node/node_modules/@microsoft/sarif-multitool-darwin/Sarif.Multitool ;;
  *) tool=$target/node/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool ;;
esac
# The tool is .NET: it must not ask for the ICU libraries, which a small machine does not have.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# It asks the network for things that no rule of these levels needs, and waits long where there is none: a proxy that is
# not there refuses at once.
export HTTPS_PROXY=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "$@"; do
  if [ ! -f "$file" ]; then echo "$file: no such file" >&2; exit 2; fi
  # Level `Note` is left out: its rules fetch the help addresses from the network.
  if ! "$tool" validate "$file" --rule-kind "Sarif;Ghas" --level "Error;Warning" \
    --output "$work/out.sarif" --log ForceOverwrite > "$work/log" 2>&1; then
    cat "$work/log" >&2
    exit 2
  fi
  # The tool ends with 0 whatever it finds: the results stand in its own SARIF file.
  python3 - "$file" "$work/out.sarif" >> "$work/results" <<'PYTHON'
import json, re, sys

name, path = sys.argv[1:]
with open(path, encoding="utf-8-sig") as file:
    log = json.load(file)
for run in log["runs"]:
    if not all(invocation.get("executionSuccessful") for invocation in run.get("invocations", [])):
        sys.exit(f"{name}: the validator did not finish")
    rules = {rule["id"]: rule for rule in run["tool"]["driver"].get("rules", [])}
    for result in run.get("results", []):
        message = result["message"]
        text = message.get("text")
        if text is None:
            strings = rules.get(result["ruleId"], {}).get("messageStrings", {})
            text = strings.get(message.get("id"), {}).get("text", message.get("id", ""))
        arguments = message.get("arguments", [])
        text = re.sub(r"{(\d+)}", lambda m: arguments[int(m[1])] if int(m[1]) < len(arguments) else m[0], text)
        print(f"{name}: {result['ruleId']}: {' '.join(text.split())}")
PYTHON
done
cat "$work/results"
if [ -s "$work/results" ]; then exit 1; fi
