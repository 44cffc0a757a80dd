"""JSON in which numbers keep the form they were written in.

An event pattern compares a number by its text: 300, 300.0 and 3.0e2 are three values.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
"""

from __future__ import annotations

import json
from math import isfinite
from typing import Any


class WrittenFloat(float):
    """A number with a point or an exponent, and how it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> WrittenFloat:
        made = super().__new__(cls, text)
        if not isfinite(made):
            raise ValueError(f"{text} is too large")
        made.text = text
        return made


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_float=WrittenFloat, parse_constant=_no_constant).decode


def read_json(text: str) -> Any:
    """The value; ValueError if the text is not JSON, or nested too deeply."""
    try:
        return _decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def written(number: float) -> str:
    """How a number was written."""
    return number.text if isinstance(number, WrittenFloat) else repr(number)
