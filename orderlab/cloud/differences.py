"""The page of differences: what this package's docstrings, refusals and handlers say, collected.

`python -m orderlab.cloud.differences` writes docs/differs-from-aws.md; a test compares it. Three
sources, all of them code: the `Differs from AWS:` lines of docstrings, the texts with which
`NotDoneYet` is raised, and the calls of each service that nothing answers.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
PAGE = PACKAGE.parent / "docs" / "differs-from-aws.md"
TITLES = {
    "apigateway": "API Gateway",
    "lambda_": "Lambda",
    "event_sources": "Event source mappings",
    "dynamodb": "DynamoDB and its streams",
    "dax": "DynamoDB Accelerator (DAX)",
    "sqs": "SQS",
    "sns": "SNS",
    "events": "EventBridge",
    "pipes": "EventBridge Pipes",
    "scheduler": "EventBridge Scheduler",
    "schemas": "EventBridge schema registry",
    "cloudwatch": "CloudWatch: metrics and alarms",
    "logs": "CloudWatch Logs",
    "xray": "X-Ray",
    "iam": "IAM and STS",
    "cloud": "All services",
    "simulation": "Simulations",
}
# which page section the calls of a service belong to; others are listed with all services
SECTIONS = {
    "apigateway": "apigateway",
    "apigatewayv2": "apigateway",
    "lambda": "lambda_",
    "dynamodb": "dynamodb",
    "dynamodbstreams": "dynamodb",
    "dax": "dax",
    "sqs": "sqs",
    "sns": "sns",
    "events": "events",
    "pipes": "pipes",
    "scheduler": "scheduler",
    "schemas": "schemas",
    "xray": "xray",
    "logs": "logs",
    "cloudwatch": "cloudwatch",
    "iam": "iam",
    "sts": "iam",
}
_MARK = re.compile(r"Differs from AWS:\s*(.*?)\s*(?:\n\s*\n|\Z)", re.DOTALL)
# they refuse what a caller names; the calls are listed anyway
_SPEAK_OF_NO_SERVICE = ("aws_error", "differences", "scope", "dispatch", "moto_front")
_TABLES = ("_NOT_DONE", "_UNDONE")
# how the code calls an entry of such a table
_ENTRIES = ("what", "name", "path", "protocol", "token.text")
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Section:
    """What one section of the page says: differences, refusals, and refused calls by service."""

    differs: list[str]
    refused: list[str]
    calls: Mapping[str, list[str]]


def collect() -> dict[str, Section]:
    """What the code says, by the names of sections in `TITLES`."""
    differences: dict[str, list[str]] = defaultdict(list)
    refusals: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.stem in _SPEAK_OF_NO_SERVICE:
            continue
        module = ast.parse(path.read_text(encoding="utf-8"))
        section = _section(path)
        differences[section] += list(_differences(module))
        refusals[section] += list(_refusals(module))
    calls = asyncio.run(_refused_calls())
    return {
        name: Section(
            _unique(differences.get(name, [])),
            _unique(refusals.get(name, [])),
            calls.get(name, {}),
        )
        for name in TITLES
    }


def page() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD]
    for name, section in collect().items():
        title = TITLES[name]
        body = [
            _bullets("Differs", section.differs),
            _bullets("Refused", section.refused),
            _calls(section.calls),
        ]
        if any(body):
            parts.append("\n".join([f"## {title}\n", *filter(None, body)]))
    return "\n".join(parts)


_HEAD = """# Where the local cloud differs from AWS

Generated from the code by `make docs`; not edited by hand. What is *refused* answers with the error
code `NotImplementedByOrderlab` (HTTP 501) and says what is missing; nothing is accepted in silence.
What is done, and which test shows it: [aws-behaviours.md](aws-behaviours.md).

Services that are not named here (Step Functions, Cognito, KMS ...) are refused whole.
"""


def _section(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    if parts[0] == "cloud" and len(parts) > 2 and parts[1] in TITLES:
        return parts[1]
    return parts[0] if parts[0] in TITLES else "cloud"


def _differences(module: ast.Module) -> Iterator[str]:
    """The last words of each docstring that has them, with what the docstring is about."""
    for node in ast.walk(module):
        if isinstance(node, _Documented):
            text = ast.get_docstring(node) or ""
            for found in _MARK.findall(text):
                yield f"*{_about(text, node)}*: {' '.join(found.split())}"


def _about(docstring: str, node: _Documented) -> str:
    """What the line is about: the docstring's first sentence, or the name if it has no other."""
    first = " ".join(docstring.partition("\n\n")[0].split())
    if first.startswith("Differs from AWS"):
        return getattr(node, "name", "").replace("_", " ")
    sentence = re.split(r"(?<=[.:])\s", first)[0]
    return sentence.rstrip(".:")


def _refusals(module: ast.Module) -> Iterator[str]:
    """What each `NotDoneYet(...)` of a module names, tables of constants resolved."""
    constants = _constants(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotDoneYet":
            yield from _texts(node.args[0], constants)


def _constants(module: ast.Module) -> dict[str, list[str]]:
    """The texts of the module's constants: of a mapping the values, or the keys of lists."""
    found: dict[str, list[str]] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                continue
            found[node.targets[0].id] = _flat(value)
    return found


def _flat(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(each) for each in (value.values() if _all_text(value.values()) else value)]
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _all_text(values: Iterable[object]) -> bool:
    return all(isinstance(each, str) for each in values)


def _texts(said: ast.expr, constants: dict[str, list[str]]) -> list[str]:
    table = next((constants[name] for name in _TABLES if name in constants), [])
    if isinstance(said, ast.Constant):
        return [str(said.value)]
    if isinstance(said, ast.Subscript) and isinstance(said.value, ast.Name):
        return constants.get(said.value.id, [])
    if isinstance(said, ast.Name):
        return constants.get(said.id, table)
    return [_filled(said, table)] if isinstance(said, ast.JoinedStr) else []


def _filled(said: ast.JoinedStr, table: list[str]) -> str:
    """An f-string whose gap for an entry of the module's table is filled; others stay open."""
    words = []
    for part in said.values:
        if isinstance(part, ast.Constant):
            words.append(str(part.value))
        else:
            entry = isinstance(part, ast.FormattedValue) and ast.unparse(part.value) in _ENTRIES
            words.append(", ".join(table) if entry and table else "...")
    return "".join(words)


async def _refused_calls() -> dict[str, dict[str, list[str]]]:
    """Section -> service -> operations of the API that are refused."""
    from orderlab.cloud.compose import Cloud
    from orderlab.cloud.front.scope import ALL, SERVED
    from orderlab.cloud.service_models import known_operations
    from orderlab.cloud.settings import Settings

    cloud = Cloud(Settings())
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    try:
        await cloud.start("http://127.0.0.1")
        for service, by_moto in SERVED.items():
            part = cloud.services.get(service)
            ours = part.operations if part else {}
            refused = [
                name
                for name in sorted(known_operations(service))
                if name in getattr(ours, "refused", ())
                or _refuses(ours.get(name), answered=by_moto is ALL or name in (by_moto or ()))
            ]
            if refused:
                found[SECTIONS.get(service, "cloud")][service] = refused
    finally:
        await cloud.stop()
    return found


def _refuses(handler: Any, *, answered: bool) -> bool:
    """A handler that only refuses is called `refuse`; without one moto answers, or nobody.

    API Gateway's handlers wrap what they do as `operation`.
    """
    if handler is None:
        return not answered
    if inspect.isfunction(handler):
        handler = inspect.getclosurevars(handler).nonlocals.get("operation", handler)
    return getattr(handler, "__name__", "") == "refuse"


def _bullets(heading: str, lines: list[str]) -> str:
    return f"### {heading}\n\n" + "".join(f"- {each}\n" for each in lines) if lines else ""


def _unique(lines: list[str]) -> list[str]:
    return sorted({line.strip() for line in lines if line.strip()}, key=str.casefold)


def _calls(services: Mapping[str, list[str]]) -> str:
    lines = [f"- `{service}`: {', '.join(names)}\n" for service, names in services.items()]
    return "### Calls that are refused\n\n" + "".join(lines) if lines else ""


def main() -> None:
    """Write the page anew."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
