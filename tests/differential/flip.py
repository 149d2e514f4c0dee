"""Reads templates with cfn-flip, short tags as their long form.

In: a JSON list of paths on standard input. Out: a JSON object, path to {"value": ...} or {"error": "..."}.
"""

import json
import sys

import cfn_flip


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return {"value": cfn_flip.load(file.read())[0]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


# Dates and other values that JSON does not have are shown as text, with their type.
json.dump(
    {path: read(path) for path in json.load(sys.stdin)},
    sys.stdout,
    default=lambda value: f"{type(value).__name__} {value}",
)
