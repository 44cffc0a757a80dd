"""Filter patterns: terms, JSON and space-delimited fields.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from orderlab.cloud.logs.errors import InvalidParameter
from orderlab.cloud.logs.field_patterns import DelimitedPattern
from orderlab.cloud.logs.json_pattern import json_pattern
from orderlab.cloud.logs.pattern_tokens import PatternError, regular_expression

# Says whether a log event's text is wanted.
Matches = Callable[[str], bool]

_TERM = re.compile(r'\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"%]+))(?=\s|$)')


@lru_cache(maxsize=256)
def filter_pattern(pattern: str) -> Matches:
    """Read a pattern. Raises InvalidParameterException if it is invalid."""
    text = pattern.strip()
    try:
        if not text:
            return lambda message: True
        if text.startswith("{"):
            return json_pattern(text)
        if text.startswith("["):
            return DelimitedPattern(text).matches
        return _terms(text)
    except (PatternError, RecursionError):
        raise InvalidParameter(f"Invalid filter pattern: {pattern}") from None


def _terms(text: str) -> Matches:
    wanted: list[Matches] = []
    unwanted: list[Matches] = []
    optional: list[Matches] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None:
            raise PatternError
        at = match.end()
        kinds = {"-": unwanted, "?": optional, "": wanted}
        kinds[match[1]].append(_term(match))

    def matches(message: str) -> bool:
        if any(term(message) for term in unwanted):
            return False
        # Next to required terms, optional ones make no difference.
        if optional and not wanted:
            return any(term(message) for term in optional)
        return all(term(message) for term in wanted)

    return matches


def _term(match: re.Match[str]) -> Matches:
    if match[3] is not None:
        return regular_expression(match[3]).occurs_in
    term = match[4] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
    if match[2] is None and re.search(r"[^\w-]", term):
        # anything but letters, digits and underscores has to be quoted
        raise PatternError
    return lambda message: term in message
