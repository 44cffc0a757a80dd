"""One comparison of a body with a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from orderlab.cloud.apigateway.budget import Budget

# an error text is shown in logs; a body full of faults must not fill them
MAX_ERRORS = 20
_MAX_SHOWN = 500

Schema = dict[str, Any]
SchemaCheck = Callable[[Any, "Run"], None]
# a check, and the steps that it costs; what is repeated pays for it each time
Measured = tuple[SchemaCheck, int]


class Enough(Exception):
    """There are as many faults as are reported; the comparison may end."""


class Unfit(Exception):
    """A value does not fit, where the reasons are not reported."""


class Run:
    """`errors` are the faults found so far; `quick` tells that the first one is enough."""

    __slots__ = ("budget", "errors", "quick")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.errors: list[str] = []
        self.quick = False

    def fail(self, text: Callable[[], str]) -> None:
        """Note a fault. Its words are made only if somebody reads them."""
        if self.quick:
            raise Unfit
        self.errors.append(text()[:_MAX_SHOWN])
        if len(self.errors) == MAX_ERRORS:
            raise Enough

    def fits(self, check: SchemaCheck, value: Any) -> bool:
        """Whether a value fits; the reasons why not are not kept."""
        before, self.quick = self.quick, True
        try:
            check(value, self)
        except Unfit:
            return False
        finally:
            self.quick = before
        return True


_encoder = json.JSONEncoder(separators=(",", ":"))


def shown(value: Any) -> str:
    """The beginning of a value as JSON."""
    if isinstance(value, str):
        value = value[:_MAX_SHOWN]
    return "".join(islice(_encoder.iterencode(value), _MAX_SHOWN))[:_MAX_SHOWN]


def names(found: list[str]) -> str:
    """Names of types or properties, sorted, as messages list them."""
    return "[" + ",".join(shown(name) for name in sorted(found[:MAX_ERRORS])) + "]"


_encode_sorted = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
_WITH_POINT_OR_EXPONENT = re.compile(r"\d[.eE]")
_MAX_HASHED = 1 << 60


def key_of(value: Any, budget: Budget) -> Any:
    """Something hashable that is the same for equal JSON values, and for no others.

    Texts are hashed with a secret, which whole numbers are not: large ones could be chosen to
    collide.
    """
    if isinstance(value, str):
        budget.spend(len(value) >> 8)
        return f'"{value}'
    if isinstance(value, bool) or value is None:
        return _encode_sorted(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return value if -_MAX_HASHED < value < _MAX_HASHED else str(value)
    if isinstance(value, float):
        return value
    text = _encode_sorted(value)
    budget.spend(len(text) >> 4)
    if _WITH_POINT_OR_EXPONENT.search(text):
        budget.spend(len(text) >> 1)
        text = _encode_sorted(_with_whole_numbers(value))
    return text


def _with_whole_numbers(value: Any) -> Any:
    """The value with 1 for 1.0, which are the same number."""
    if isinstance(value, dict):
        return {name: _with_whole_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
