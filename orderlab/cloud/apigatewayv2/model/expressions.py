"""The values of mappings: `$request.header.x`, `$context.y`, or text with such parts in braces.

Here they are data; `data/values.py` finds what they stand for in a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.path import JsonPath, compile_path

_REFERENCE = re.compile(
    r"(?:(?P<side>request|response)\.(?P<place>header|querystring|path|body)(?:\.(?P<name>.+))?"
    r"|(?P<root>context|stageVariables)\.(?P<variable>.+))"
)
_IN_BRACES = re.compile(r"\$\{([^{}]+)\}")


class ExpressionError(ValueError):
    """A value of a mapping that cannot be read."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Something of the request, of the response, or of their circumstances.

    `root` is `request`, `response`, `context` or `stageVariables`, `place` where in a request it
    is. `path` leads into a body or the context.
    """

    root: str
    place: str
    name: str
    path: JsonPath | None = None


# texts and references, in turn; a mapping that is nothing but a reference has one part
Expression = tuple[str | Reference, ...]


@lru_cache(maxsize=1024)
def expression(text: str, *, of_response: bool = False) -> Expression:
    """The parts of a value. Raises ExpressionError if it is written wrongly."""
    if text.startswith("$") and not text.startswith("${"):
        return (_reference(text[1:], text, of_response),)
    parts: list[str | Reference] = []
    end = 0
    for found in _IN_BRACES.finditer(text):
        parts += [text[end : found.start()], _reference(found[1], text, of_response)]
        end = found.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part != "") or ("",)


def _reference(text: str, whole: str, of_response: bool) -> Reference:
    found = _REFERENCE.fullmatch(text)
    if found is None or (found["side"] == "response" and not of_response):
        raise ExpressionError(f"Invalid mapping expression specified: {whole}")
    if found["root"] == "stageVariables":
        return Reference("stageVariables", "", found["variable"])
    if found["root"]:
        return Reference("context", "", found["variable"], _path(found["variable"], whole))
    place, name = found["place"], found["name"] or ""
    if place == "body":
        return Reference(found["side"], place, name, _path(name, whole) if name else None)
    if (place == "path") != (not name) and not name:
        raise ExpressionError(f"Invalid mapping expression specified: {whole}")
    return Reference(found["side"], place, name)


def _path(name: str, whole: str) -> JsonPath:
    """A path that leads to one value at most: AWS knows no descent and no filters here."""
    try:
        path = compile_path(f"$.{name}")
    except JsonPathError:
        path = None
    if path is None or not path.definite:
        raise ExpressionError(f"Invalid mapping expression specified: {whole}")
    return path
