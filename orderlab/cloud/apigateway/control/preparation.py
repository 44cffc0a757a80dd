"""Whether templates can be read: found out off the event loop where that takes long.

Reading the largest template takes a second, and other requests must not wait for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.template import MAX_SOURCE, Template, compile_template

# bytes of a call, or characters of a template, above which it is prepared
LARGE = 20_000


def read_templates(body: Any) -> None:
    """Read every large text of a call's body as the template that it may be."""
    for text in _texts(body):
        if LARGE < len(text) <= MAX_SOURCE and ("#" in text or "$" in text):
            problem_of(text)


def _texts(body: Any) -> Iterator[str]:
    waiting = [body]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def problem_of(source: str) -> str:
    """Why a template cannot be read; empty if it can."""
    if len(source) <= LARGE:
        try:
            compile_template(source)
        except TemplateError as error:
            return str(error)
        return ""
    key = sha256(source.encode("utf-8", "replace")).digest()
    found = _problems.get(key)
    if found is None:
        found = _problems[key] = _problem(source)
        while len(_problems) > _MAX_KEPT:
            del _problems[next(iter(_problems))]
    return found


_MAX_KEPT = 1000
_problems: dict[bytes, str] = {}


def _problem(source: str) -> str:
    try:
        Template(source)
    except TemplateError as error:
        return str(error)
    return ""
