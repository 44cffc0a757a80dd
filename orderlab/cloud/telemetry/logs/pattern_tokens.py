"""What the JSON and the space-delimited patterns share: their words and their comparisons."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from string import ascii_letters, digits
from typing import Any

from orderlab.cloud.patterns.expressions import Expression, expression
from orderlab.cloud.patterns.syntax import ExpressionError
from orderlab.cloud.patterns.wildcards import Wildcard, parts_of

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<regex>%(?:[^%\\]|\\.)+%)
      | (?P<path>\$(?:\.[\w@*-]+|\["[^"]*"\]|\[\d+\]|\[\*\])+)
      | (?P<sign>&&|\|\||!=|>=|<=|=|<|>|\(|\)|\{|\}|\[|\]|,|\.\.\.)
      | (?P<word>[^\s&|!=<>(){}\[\],"%]+)
    )""",
    re.VERBOSE,
)
MAX_REGULAR_EXPRESSIONS = 2
# neither parentheses nor spaces, and nothing beyond ASCII
_REGULAR = frozenset(ascii_letters + digits + ":_#=@/;,-" + r"^$?[]{}|\*+.")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class PatternError(ValueError):
    """The pattern is invalid."""


class Tokens:
    """The words of a pattern, read one after the other."""

    def __init__(self, pattern: str) -> None:
        self._found: list[tuple[str, str]] = []
        self._at = 0
        place, text = 0, pattern.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise PatternError
            self._found.append((str(match.lastgroup), match[str(match.lastgroup)]))
            place = match.end()
        if sum(kind == "regex" for kind, _ in self._found) > MAX_REGULAR_EXPRESSIONS:
            raise PatternError

    def peek(self) -> tuple[str, str]:
        """Kind and text of the next word; an empty kind at the end."""
        return self._found[self._at] if self._at < len(self._found) else ("", "")

    def take(self) -> tuple[str, str]:
        """Read the next word: its kind and its text."""
        found = self.peek()
        self._at += 1
        return found

    def skip(self, text: str) -> bool:
        """Go past a word if it is the next."""
        if self.peek()[1].upper() != text:
            return False
        self._at += 1
        return True

    def skip_to_name(self) -> str:
        """The name of the field that comes next, in parentheses or not; nothing is read."""
        rest = self._found[self._at :]
        return next((text for _, text in rest if text != "("), "")

    def paths(self) -> list[str]:
        """Every field of a JSON event that the pattern names, once, in its order."""
        return list(dict.fromkeys(text for kind, text in self._found if kind == "path"))

    def expect(self, text: str) -> None:
        """Go past a word. Raises PatternError if it is not the next."""
        if not self.skip(text):
            raise PatternError


def comparison(sign: str, kind: str, wanted: str) -> Callable[[Any], bool]:
    """A test of one value: `=` and `!=` with text, numbers or `*`, and the orders of numbers."""
    if sign in _ORDER:
        compare, number = _ORDER[sign], _number(wanted)
        if number is None:
            raise PatternError
        return lambda value: (found := _number(value)) is not None and compare(found, number)
    if sign not in ("=", "!="):
        raise PatternError
    equal = _equality(kind, wanted)
    return equal if sign == "=" else lambda value: not equal(value)


def _equality(kind: str, wanted: str) -> Callable[[Any], bool]:
    if kind == "regex":
        found = regular_expression(wanted[1:-1])
        return lambda value: found.occurs_in(_text(value))
    number = _number(wanted) if kind == "word" else None
    text = re.sub(r"\\(.)", r"\1", wanted[1:-1]) if kind == "text" else wanted
    if "*" in text:
        wildcard = Wildcard(parts_of(text, question_mark=False))
        return lambda value: wildcard.matches(_text(value))
    if number is not None:
        return lambda value: _number(value) == number
    return lambda value: _text(value) == text


def regular_expression(text: str) -> Expression:
    """The expression between two `%`. Raises PatternError for a character that AWS does not allow.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
    """
    if not _REGULAR.issuperset(text):
        raise PatternError
    try:
        return expression(text, regular_only=True)
    except ExpressionError:
        raise PatternError from None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
