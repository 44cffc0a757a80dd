"""The methods of Java's strings that take a regular expression.

https://docs.oracle.com/javase/8/docs/api/java/lang/String.html#replaceAll-java.lang.String-java.lang.String-
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import JavaList, string_of
from orderlab.cloud.patterns.expressions import Expression, Match, expression
from orderlab.cloud.patterns.syntax import ExpressionError

# API Gateway's limit for payloads; no text that a template makes is longer
MAX_TEXT = 10 * 1024 * 1024


def java_pattern(pattern: Any) -> Expression:
    """A Java regular expression. Raises TemplateError if it cannot be read."""
    text = string_of(pattern)
    try:
        return expression(text)
    except ExpressionError as error:
        raise TemplateError(f"Bad regular expression {text!r}: {error}") from None


def matches(value: str, pattern: str) -> bool:
    """`String.matches`: whether the whole text fits."""
    return java_pattern(pattern).matches(value)


def replace_all(value: str, pattern: str, replacement: Any) -> str:
    """`String.replaceAll`: put a text in place of every match."""
    return _replace(value, pattern, string_of(replacement), 0)


def replace_first(value: str, pattern: str, replacement: Any) -> str:
    """`String.replaceFirst`: put a text in place of the first match."""
    return _replace(value, pattern, string_of(replacement), 1)


def _replace(value: str, pattern: str, replacement: str, limit: int) -> str:
    compiled = java_pattern(pattern)
    fillings = _fillings(replacement)
    pieces: list[str] = []
    at = length = 0
    for match in compiled.all(value, limit):
        start, end = match.span()
        pieces += value[at:start], _filled(fillings, match, compiled)
        length += len(pieces[-1]) + len(pieces[-2])
        if length > MAX_TEXT:
            raise TemplateError("The text becomes too long.")
        at = end
    return "".join([*pieces, value[at:]])


@lru_cache(maxsize=256)
def _fillings(replacement: str) -> tuple[str | int | tuple[str], ...]:
    """What stands in for a match: texts, numbers of groups, and names of groups in tuples.

    `$1` and `${name}` are groups, and a backslash takes the next character as it is.
    """
    found: list[str | int | tuple[str]] = []
    at = 0
    while at < len(replacement):
        character = replacement[at]
        if character not in "\\$":
            end = _end_of_plain(replacement, at)
            found.append(replacement[at:end])
            at = end
        elif character == "\\":
            if at + 1 == len(replacement):
                raise TemplateError("character to be escaped is missing")
            found.append(replacement[at + 1])
            at += 2
        elif replacement[at + 1 : at + 2].isdecimal():
            found.append(int(replacement[at + 1]))
            at += 2
        else:
            name, closed, _ = replacement[at + 2 :].partition("}")
            if replacement[at + 1 : at + 2] != "{" or not closed:
                raise TemplateError("Illegal group reference")
            found.append((name,))
            at += 3 + len(name)
    return tuple(found)


def _end_of_plain(replacement: str, at: int) -> int:
    places = (replacement.find(character, at) for character in "\\$")
    return min((place for place in places if place >= 0), default=len(replacement))


def _filled(
    fillings: tuple[str | int | tuple[str], ...], match: Match, compiled: Expression
) -> str:
    pieces = []
    for filling in fillings:
        if isinstance(filling, str):
            pieces.append(filling)
            continue
        group = compiled.group_names.get(filling[0]) if isinstance(filling, tuple) else filling
        if group is None or group > compiled.groups:
            raise TemplateError(f"No group {filling}")
        pieces.append(match.group(group) or "")
    return "".join(pieces)


def split(value: str, pattern: str, limit: int = 0) -> JavaList:
    """The texts between matches, at most `limit` of them; 0 leaves out empty ones at the end."""
    parts = JavaList()
    at = 0
    for match in java_pattern(pattern).all(value, max(limit - 1, 0)) if limit != 1 else ():
        start, end = match.span()
        if end > 0:  # nothing stands before an empty match at the beginning
            parts.append(value[at:start])
            at = end
    parts.append(value[at:])
    if limit == 0:
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
    return parts
