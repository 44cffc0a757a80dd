"""Filter patterns for fields with spaces between: `[ip, ..., status = 4*, size > 100]`."""

from __future__ import annotations

import re
from collections.abc import Callable

from orderlab.cloud.logs.pattern_tokens import PatternError, Tokens, comparison

_BEGIN = re.compile(r"\S")
_WORD = re.compile(r"\S+")
# a field in brackets or quotes may hold spaces
_CLOSING = {"[": "]", '"': '"'}
Test = Callable[[str], bool]


class DelimitedPattern:
    """A test of an event's text, by the number of its fields and what stands in them."""

    def __init__(self, pattern: str) -> None:
        """Raises PatternError if the pattern is invalid."""
        tokens = Tokens(pattern)
        tokens.expect("[")
        self._before: list[Test] = []
        self._after: list[Test] | None = None
        self._names: list[str] = []
        while not tokens.skip("]"):
            if tokens.skip("..."):
                if self._after is not None:
                    raise PatternError
                self._after = []
            else:
                self._names.append(tokens.name_of_field())
                (self._before if self._after is None else self._after).append(_field(tokens))
            if not tokens.skip(",") and tokens.next.text != "]":
                raise PatternError
        if tokens.next.kind:
            raise PatternError

    def matches(self, message: str) -> bool:
        """Whether a text has these fields."""
        fields = fields_of(message)
        before, after = self._before, self._after
        if after is None:
            return len(fields) == len(before) and _all(before, fields)
        if len(fields) < len(before) + len(after):
            return False
        return _all(before, fields) and _all(after, fields[len(fields) - len(after) :])

    def values(self, message: str) -> dict[str, str]:
        """The fields of a matching text by their names; what `...` stands for has its number."""
        fields = fields_of(message)
        begin, end = len(self._before), len(fields) - len(self._after or ())
        between = [str(number) for number in range(begin + 1, end + 1)]
        names = [*self._names[:begin], *between, *self._names[begin:]]
        return {f"${name}": field for name, field in zip(names, fields, strict=False)}


def fields_of(message: str) -> list[str]:
    """The fields of an event's text, without the brackets or quotes around them."""
    last = {opening: message.rfind(closing) for opening, closing in _CLOSING.items()}
    fields = []
    at = 0
    while (begin := _BEGIN.search(message, at)) is not None:
        start = begin.start()
        if last.get(begin[0], -1) > start:
            at = message.index(_CLOSING[begin[0]], start + 1) + 1
            fields.append(message[start + 1 : at - 1])
        else:
            word = _WORD.match(message, start)
            assert word is not None
            fields.append(word[0])
            at = word.end()
    return fields


def _all(tests: list[Test], fields: list[str]) -> bool:
    return all(test(field) for test, field in zip(tests, fields, strict=False))


def _field(tokens: Tokens) -> Test:
    """`name`, `name = value` or `(name = a || name > b)`."""
    if tokens.skip("("):
        test = _either(tokens)
        tokens.expect(")")
        return test
    return _either(tokens)


def _either(tokens: Tokens) -> Test:
    tests = [_both(tokens)]
    while tokens.skip("||"):
        tests.append(_both(tokens))
    return lambda field: any(test(field) for test in tests)


def _both(tokens: Tokens) -> Test:
    tests = [_single(tokens)]
    while tokens.skip("&&"):
        tests.append(_single(tokens))
    return lambda field: all(test(field) for test in tests)


def _single(tokens: Tokens) -> Test:
    if tokens.take().kind != "word":
        raise PatternError
    if tokens.next.text not in ("=", "!=", ">", "<", ">=", "<="):
        return lambda field: True
    sign, wanted = tokens.take(), tokens.take()
    if wanted.kind not in ("text", "regex", "word"):
        raise PatternError
    return comparison(sign.text, wanted.kind, wanted.text)
