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
from orderlab.cloud.text.tokens import Token, TokenReader, token_at

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
END = Token("", "")
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


class Tokens(TokenReader):
    """The words of a pattern, read one after the other."""

    def __init__(self, pattern: str) -> None:
        """Raises PatternError for a character that begins no word."""
        found: list[Token] = []
        place, text = 0, pattern.rstrip()
        while place < len(text):
            token = token_at(_TOKEN, text, place)
            if token is None:
                raise PatternError
            found.append(token)
            place = token.end
        if sum(token.kind == "regex" for token in found) > MAX_REGULAR_EXPRESSIONS:
            raise PatternError
        super().__init__([*found, END])

    def name_of_field(self) -> str:
        """The name of the field that comes next, in parentheses or not; nothing is read."""
        rest = self._tokens[self._at :]
        return next((token.text for token in rest if token.text != "("), "")

    def paths(self) -> list[str]:
        """Every field of a JSON event that the pattern names, once, in its order."""
        return list(dict.fromkeys(each.text for each in self._tokens if each.kind == "path"))

    def unexpected(self) -> PatternError:
        """The error for whatever is wrong with a pattern."""
        return PatternError()


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
