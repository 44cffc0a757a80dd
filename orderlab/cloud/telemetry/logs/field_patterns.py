"""Filter patterns for fields with spaces between: `[ip, ..., status = 4*, size > 100]`."""

from __future__ import annotations

import re
from collections.abc import Callable

from orderlab.cloud.telemetry.logs.pattern_tokens import PatternError, Tokens, comparison

_FIELD = re.compile(r'\[([^\]]*)\]|"([^"]*)"|(\S+)')
Test = Callable[[str], bool]


def delimited_pattern(pattern: str) -> Callable[[str], bool]:
    """A test of an event's text, by the number of its fields and what stands in them."""
    tokens = Tokens(pattern)
    tokens.expect("[")
    before: list[Test] = []
    after: list[Test] | None = None
    while not tokens.skip("]"):
        if tokens.skip("..."):
            if after is not None:
                raise PatternError
            after = []
        else:
            (before if after is None else after).append(_field(tokens))
        if not tokens.skip(",") and tokens.peek()[1] != "]":
            raise PatternError

    def matches(message: str) -> bool:
        fields = [match[1] or match[2] or match[3] or "" for match in _FIELD.finditer(message)]
        if after is None:
            return len(fields) == len(before) and _all(before, fields)
        if len(fields) < len(before) + len(after):
            return False
        return _all(before, fields) and _all(after, fields[len(fields) - len(after) :])

    return matches


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
    kind, _ = tokens.take()
    if kind != "word":
        raise PatternError
    if tokens.peek()[1] not in ("=", "!=", ">", "<", ">=", "<="):
        return lambda field: True
    _, sign = tokens.take()
    kind, wanted = tokens.take()
    if kind not in ("text", "regex", "word"):
        raise PatternError
    return comparison(sign, kind, wanted)
