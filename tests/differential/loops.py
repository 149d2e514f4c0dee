"""Expands the loops of `AWS::LanguageExtensions` with cfn-lint.

In: a JSON list of paths on standard input. Out: a JSON object, path to {"template": ...} or {"error": "..."}.
"""

import json
import logging
import sys

from cfnlint.decode import decode
from cfnlint.template import Template
from cfnlint.template.transforms._language_extensions import language_extension

logging.disable(logging.CRITICAL)


def expand(path):
    template, problems = decode(path)
    if not problems:
        problems, template = language_extension(Template(path, template))
    if problems:
        return {"error": "; ".join(problem.message for problem in problems)}
    return {"template": template}


def main():
    json.dump({path: expand(path) for path in json.load(sys.stdin)}, sys.stdout, default=str)


main()
