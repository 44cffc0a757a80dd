"""Parameters as they come: their types, names, and pages of results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from orderlab.cloud.dax.errors import invalid_value

_NAME = re.compile(r"[a-z](?:-?[a-z0-9])*", re.ASCII)
MOST_RESULTS, LEAST_RESULTS = 100, 20


def text(parameters: dict[str, Any], name: str, default: str | None = None) -> str:
    """A parameter that is a text. Without a default it is required."""
    value = parameters.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise invalid_value(f"The parameter {name} must be provided and must be a string.")
    return value


def number(parameters: dict[str, Any], name: str, default: int | None = None) -> int:
    """A parameter that is a whole number. Without a default it is required."""
    value = parameters.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid_value(f"The parameter {name} must be provided and must be an integer.")
    return value


def texts(parameters: dict[str, Any], name: str) -> list[str]:
    """A parameter that is a list of texts; empty if it is left out."""
    value = parameters.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid_value(f"The parameter {name} must be a list of strings.")
    return value


def new_name(parameters: dict[str, Any], parameter: str, most: int) -> str:
    """The name of something new, in lower case, as DAX keeps it."""
    name = text(parameters, parameter).lower()
    if len(name) > most or not _NAME.fullmatch(name):
        raise invalid_value(
            f"The parameter {parameter} is not valid: it must have 1 to {most} letters, digits and "
            "hyphens, begin with a letter, not end with a hyphen, and not contain two consecutive "
            f"hyphens. Value: {name[:60]}"
        )
    return name


def page(
    found: Sequence[dict[str, Any]], parameters: dict[str, Any], member: str
) -> dict[str, Any]:
    """One page of a list, and where the next one begins."""
    size = number(parameters, "MaxResults", MOST_RESULTS)
    if not LEAST_RESULTS <= size <= MOST_RESULTS:
        raise invalid_value(
            f"The parameter MaxResults must be between {LEAST_RESULTS} and {MOST_RESULTS}."
        )
    token = text(parameters, "NextToken", "0")
    if not token.isdecimal() or len(token) > 9:
        raise invalid_value("The parameter NextToken is not valid.")
    begin = int(token)
    answer: dict[str, Any] = {member: list(found[begin : begin + size])}
    if begin + size < len(found):
        answer["NextToken"] = str(begin + size)
    return answer
