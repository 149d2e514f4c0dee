"""Expands SAM templates with aws-sam-translator, and loops before that with cfn-lint.

In: a JSON list of paths on standard input. Out: a JSON object, path to {"template": ...} or {"error": "..."}.
"""

import json
import logging
import os
import sys

os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
logging.disable(logging.CRITICAL)

import cfnlint.decode
from cfnlint.template import Template
from cfnlint.template.transforms._language_extensions import language_extension
from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.plugins.application.serverless_app_plugin import ServerlessAppPlugin
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class Policies:
    """The names of managed policies that the package brings, in place of a call to IAM."""

    def load(self):
        return get_bundled_managed_policy_map("aws")


def template_of_application(_self, _call, *_arguments):
    """What the application repository would answer, without the network."""
    return {"Status": "ACTIVE", "TemplateUrl": "https://example.com/application.yaml"}


ServerlessAppPlugin._sar_service_call = template_of_application


# The properties that `sam package` replaces by the place of what it uploaded.
LOCAL = {"CodeUri", "ContentUri", "DefinitionUri", "SchemaUri"}


def packaged(value):
    """The template as `sam package` leaves it, in a bucket of a fixed name."""
    if isinstance(value, list):
        return [packaged(item) for item in value]
    if not isinstance(value, dict):
        return value
    done = {}
    for key, item in value.items():
        if key in LOCAL and isinstance(item, str) and not item.startswith("s3://"):
            done[key] = f"s3://packaged/{item.strip('./')}"
        else:
            done[key] = packaged(item)
    return done


def read(path):
    with open(path, encoding="utf-8") as file:
        template = packaged(yaml_parse(file.read()))
    if "AWS::LanguageExtensions" not in template["Transform"]:
        return template
    # AWS applies the transforms in the order in which they are named, and the loops come first here.
    matches, template = language_extension(Template(path, cfnlint.decode.decode(path)[0]))
    if matches:
        raise ValueError("; ".join(match.message for match in matches))
    return json.loads(json.dumps(template))


def expand(path):
    try:
        template = read(path)
        loops = "AWS::LanguageExtensions" in template["Transform"]
        done = transform(template, {}, Policies(), passthrough_metadata=True)
        if loops:
            # What the loops leave to it (`Fn::Length`, functions in attributes) is still that transform's.
            done["Transform"] = "AWS::LanguageExtensions"
        return {"template": done}
    except InvalidDocumentException as error:
        return {"error": "; ".join(cause.message for cause in error.causes) or error.message}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    json.dump({path: expand(path) for path in json.load(sys.stdin)}, sys.stdout, default=str)


main()
