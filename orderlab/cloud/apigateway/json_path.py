"""JSONPath, as `$input.path` and `$input.json` understand it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
Differs from AWS: the functions min, max, avg and the like are unknown; filters compare with
constants and other paths of the item only.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any


class JsonPathError(ValueError):
    """The path cannot be read."""


# a step takes one value and yields what it leads to; `definite` steps lead to one value at most
Step = Callable[[Any], Iterator[Any]]

_DOT_NAME = re.compile(r"\.?([^.\[\]()\s]+)")
_QUOTED_NAMES = re.compile(
    r"\[\s*((?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))*)\s*\]"
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_INDEXES = re.compile(r"\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]")
_SLICE = re.compile(r"\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]")
_FILTER = re.compile(r"\[\?\s*\(")
_FUNCTION = re.compile(r"\.(length|size)\(\)$")


class JsonPath:
    """A compiled path."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.definite = True
        self._steps: list[Step] = []
        self._length = bool(_FUNCTION.search(source))
        self._read(_FUNCTION.sub("", source).strip())

    def find(self, document: Any) -> Any:
        """The value, or the list of values where the path may lead to several; None if none."""
        found = [document]
        for step in self._steps:
            found = [value for each in found for value in step(each)]
        result: Any = found if not self.definite else (found[0] if found else None)
        if self._length:
            return len(result) if isinstance(result, list | dict | str) else None
        return result

    def _read(self, source: str) -> None:
        if not source.startswith(("$", "@")):
            source = f"$.{source}" if not source.startswith("[") else f"${source}"
        at = 1
        while at < len(source):
            at = self._step(source, at)

    def _step(self, source: str, at: int) -> int:
        if source.startswith("..", at):
            self._steps.append(_descend)
            self.definite = False
            at += 2
            if at < len(source) and source[at] != "[":
                return self._name(source, at)
            return at
        if source.startswith(("[*]", ".*"), at):
            self._many(_all)
            return at + (3 if source[at] == "[" else 2)
        if source[at] == "[":
            return self._bracket(source, at)
        return self._name(source, at)

    def _name(self, source: str, at: int) -> int:
        found = _DOT_NAME.match(source, at)
        if found is None:
            raise JsonPathError(f"{self.source!r} cannot be read from {source[at:]!r}")
        if found[1] == "*":
            self._many(_all)
        else:
            self._steps.append(_members((found[1],)))
        return found.end()

    def _bracket(self, source: str, at: int) -> int:
        if found := _QUOTED_NAMES.match(source, at):
            names = tuple(a or b for a, b in _QUOTED.findall(found[1]))
            if len(names) > 1:
                self.definite = False
            self._steps.append(_members(names))
        elif found := _INDEXES.match(source, at):
            numbers = tuple(int(number) for number in found[1].split(","))
            if len(numbers) > 1:
                self.definite = False
            self._steps.append(_indexes(numbers))
        elif found := _SLICE.match(source, at):
            start, end = (int(part) if part else None for part in found.groups())
            self._many(_sliced(slice(start, end)))
        elif _FILTER.match(source, at):
            end_at = _closing(source, source.index("(", at))
            self._many(_filtered(_condition(source[source.index("(", at) + 1 : end_at])))
            if source[end_at + 1 : end_at + 2] != "]":
                raise JsonPathError(f"{self.source!r}: the filter does not end with ')]'")
            return end_at + 2
        else:
            raise JsonPathError(f"{self.source!r} cannot be read from {source[at:]!r}")
        return found.end()

    def _many(self, step: Step) -> None:
        self.definite = False
        self._steps.append(step)


@lru_cache(maxsize=2048)
def compile_path(source: str) -> JsonPath:
    return JsonPath(source)


def _members(names: tuple[str, ...]) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            for name in names:
                if name in value:
                    yield value[name]

    return step


def _indexes(numbers: tuple[int, ...]) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            for number in numbers:
                if -len(value) <= number < len(value):
                    yield value[number]

    return step


def _sliced(part: slice) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            yield from value[part]

    return step


def _all(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _descend(value: Any) -> Iterator[Any]:
    """The value and all below it, without recursion: documents come from clients."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(_all(current))))


Condition = Callable[[Any], bool]


def _filtered(condition: Condition) -> Step:
    def step(value: Any) -> Iterator[Any]:
        candidates = value if isinstance(value, list) else [value]
        yield from (each for each in candidates if condition(each))

    return step


def _closing(source: str, at: int) -> int:
    """Where the parenthesis that opens at `at` closes."""
    depth, quote = 0, ""
    for place in range(at, len(source)):
        character = source[place]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return place
    raise JsonPathError(f"{source!r}: a parenthesis is not closed")


_TERM = re.compile(
    r"\s*(?P<left>@[^\s=!<>&|~]*)\s*(?:(?P<op>==|!=|<=|>=|<|>|=~)\s*(?P<right>'[^']*'|\"[^\"]*\"|/.*?/i?|[^\s&|]+))?\s*"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def _condition(source: str) -> Condition:
    """`@.a == 'x' && @.b > 3`, with `||` binding more loosely."""
    alternatives = [_conjunction(part) for part in _split(source, "||")]
    return lambda item: any(each(item) for each in alternatives)


def _conjunction(source: str) -> Condition:
    terms = [_term(part) for part in _split(source, "&&")]
    return lambda item: all(each(item) for each in terms)


def _split(source: str, separator: str) -> list[str]:
    """The parts between separators that stand outside quotes."""
    parts, start, at, quote = [], 0, 0, ""
    while at < len(source):
        if quote:
            quote = "" if source[at] == quote else quote
        elif source[at] in "'\"":
            quote = source[at]
        elif source.startswith(separator, at):
            parts.append(source[start:at])
            start = at + len(separator)
            at = start - 1
        at += 1
    return [*parts, source[start:]]


def _term(source: str) -> Condition:
    text = source.strip()
    negated = text.startswith("!")
    found = _TERM.fullmatch(text.removeprefix("!").strip().removeprefix("(").removesuffix(")"))
    if found is None:
        raise JsonPathError(f"The filter {source!r} cannot be read")
    left = JsonPath(found["left"])
    if found["op"] is None:
        return lambda item: (left.find(item) not in (None, [])) != negated
    if found["op"] == "=~":
        pattern = re.compile(found["right"].strip("/i"), re.I if found["right"][-1] == "i" else 0)
        return lambda item: bool(pattern.fullmatch(str(left.find(item))))
    right, compared = _operand(found["right"]), _COMPARE[found["op"]]
    return lambda item: _holds(compared, left.find(item), right(item))


def _operand(source: str) -> Callable[[Any], Any]:
    if source.startswith("@"):
        return JsonPath(source).find
    try:
        value = json.loads(source) if source[0] != "'" else source[1:-1]
    except ValueError:
        raise JsonPathError(f"{source!r} is no value") from None
    return lambda item: value


def _holds(compared: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    try:
        return compared(left, right)
    except TypeError:
        return False
