"""Reads templates with cfn-flip, short tags as their long form.

In: a JSON list of paths on standard input. Out: a JSON object, path to {"value": ...} or {"error": "..."}.
"""

import datetime
import json
import sys

import cfn_flip


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return {"value": plain(cfn_flip.load(file.read())[0])}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def plain(value):
    """The value without what JSON does not have."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date):
        return f"date {value}"
    if isinstance(value, (int, float)) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


json.dump({path: read(path) for path in json.load(sys.stdin)}, sys.stdout)
