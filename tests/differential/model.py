"""Resolves templates with cloudformation-validate.

In: a JSON object on standard input, path of a template to the paths inside it whose places are asked for, such as
"Resources/Bucket/Properties". Out: a JSON object, path of a template to {"resources", "outputs", "places"} or {"error": "..."};
a place is [line, column]. A value is plain JSON where it is known, and otherwise an object with one key that begins with `$`.
"""

import json
import sys

from cloudformation_validate import TemplateModel


def plain(value):
    """A known value as JSON."""
    if value.is_null():
        return None
    if value.is_array():
        return [plain(item) for item in value.items]
    if value.is_object():
        return {key: plain(item) for key, item in value.entries.items()}
    return value.value


def shown(value):
    """A resolved value as JSON."""
    if value.is_concrete():
        return plain(value.value)
    if value.is_list_value():
        return [shown(item) for item in value.items]
    if value.is_map():
        return {entry.key: shown(entry.value) for entry in value.entries}
    if value.is_enum_value():
        return {"$one of": [shown(variant) for variant in value.variants]}
    if value.is_conditional():
        return {"$if": [value.condition, shown(value.if_true), shown(value.if_false)]}
    if value.is_reference():
        return {"$reference": [value.target, getattr(value.kind, "attr", None) or "Ref"]}
    return {"$unknown": value.reason}


def resource(found):
    return {
        "type": found.resource_type,
        "condition": found.condition,
        "properties": {name: shown(value) for name, value in found.properties.items()},
        "opaque": found.properties_dynamic,
    }


def output(found):
    return {"condition": found.condition, "value": shown(found.value)}


def place(model, path):
    span = model.source_location(path)
    return span and [span.start_line, span.start_column]


def resolve(path, asked):
    try:
        model = TemplateModel(path)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {
        "resources": {name: resource(found) for name, found in model.resources().items()},
        "outputs": {name: output(found) for name, found in model.outputs().items()},
        "places": [place(model, path) for path in asked],
    }


json.dump({path: resolve(path, asked) for path, asked in json.load(sys.stdin).items()}, sys.stdout)
