"""SOURCE: the log groups of a query, by the beginnings of their names.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.logs.errors import InvalidParameter, MalformedQuery

_SOURCE = re.compile(r"\s*SOURCE\s+logGroups\s*\(([^()]*)\)\s*(\||$)", re.IGNORECASE)
_ARGUMENT = re.compile(r"\s*(\w+)\s*:\s*(\[[^\[\]]*\]|'[^']*'|\"[^\"]*\")\s*(,|$)")
_MOST_PREFIXES, _SHORTEST = 5, 3


def begins_with_source(text: str) -> bool:
    """Whether a query names its log groups itself."""
    return _SOURCE.match(text) is not None


def split_source(text: str, names: Collection[str]) -> tuple[list[str], str]:
    """The names, of those there are, that the SOURCE of a query means, and the rest of the query.

    Raises MalformedQuery, InvalidParameter.
    """
    match = _SOURCE.match(text)
    assert match is not None
    prefixes, standard = _arguments(match[1])
    found = [
        name for name in sorted(names) if standard and any(map(name.startswith, prefixes or [""]))
    ]
    if not found:
        raise InvalidParameter("No log groups match the SOURCE of the query.")
    return found, text[match.end() :]


def _arguments(text: str) -> tuple[list[str], bool]:
    """The prefixes, and whether groups of the class Standard are meant; there are no others."""
    prefixes: list[str] = []
    standard, place = True, 0
    while text[place:].strip():
        match = _ARGUMENT.match(text, place)
        if match is None:
            raise MalformedQuery(f"unexpected symbol found: {text[place:].strip()[:50]}")
        name, values = match[1].lower(), _values(match[2])
        if name == "nameprefix":
            prefixes = values
        elif name == "class":
            standard = "STANDARD" in (value.upper() for value in values)
        elif name in ("accountidentifier", "accountidentifiers"):
            raise NotDoneYet("log groups of other accounts in SOURCE")
        else:
            raise MalformedQuery(f"unexpected symbol found: {match[1]}")
        place = match.end()
    if len(prefixes) > _MOST_PREFIXES or any(len(each) < _SHORTEST for each in prefixes):
        raise MalformedQuery("namePrefix takes up to five texts of at least three characters")
    return prefixes, standard


def _values(text: str) -> list[str]:
    """The texts of a list, or of one text."""
    try:
        found = json.loads(text.replace("'", '"'))
    except (ValueError, RecursionError):
        raise MalformedQuery(f"unexpected symbol found: {text[:50]}") from None
    return [str(each) for each in found] if isinstance(found, list) else [str(found)]
