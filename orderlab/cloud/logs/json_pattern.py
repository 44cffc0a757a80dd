"""Filter patterns for JSON events: `{ $.level = "ERROR" && $.duration > 100 }`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from orderlab.cloud.logs.pattern_tokens import PatternError, Tokens, comparison

_STEP = re.compile(r'\.([\w@*-]+)|\["([^"]*)"\]|\[(\d+|\*)\]')
Test = Callable[[Any], bool]


def json_pattern(pattern: str) -> Callable[[str], bool]:
    """A test of an event's text. A text that is not a JSON object does not match."""
    tokens = Tokens(pattern)
    tokens.expect("{")
    test = _either(tokens)
    tokens.expect("}")
    if tokens.next.kind:
        raise PatternError

    def matches(message: str) -> bool:
        if not message.lstrip().startswith(("{", "[")):
            return False
        try:
            return test(json.loads(message))
        except (ValueError, RecursionError):
            return False

    return matches


def _either(tokens: Tokens) -> Test:
    tests = [_both(tokens)]
    while tokens.skip("||"):
        tests.append(_both(tokens))
    return tests[0] if len(tests) == 1 else lambda event: any(test(event) for test in tests)


def _both(tokens: Tokens) -> Test:
    tests = [_single(tokens)]
    while tokens.skip("&&"):
        tests.append(_single(tokens))
    return tests[0] if len(tests) == 1 else lambda event: all(test(event) for test in tests)


def _single(tokens: Tokens) -> Test:
    if tokens.skip("("):
        test = _either(tokens)
        tokens.expect(")")
        return test
    token = tokens.take()
    if token.kind != "path":
        raise PatternError
    path = token.text
    if tokens.skip("is"):
        return _is(path, tokens.take().text.upper())
    if tokens.skip("not"):
        tokens.expect("exists")
        return lambda event: not list(values(event, path))
    if tokens.skip("exists"):
        return lambda event: bool(list(values(event, path)))
    sign, wanted = tokens.take(), tokens.take()
    if wanted.kind not in ("text", "regex", "word"):
        raise PatternError
    test = comparison(sign.text, wanted.kind, wanted.text)
    return lambda event: any(test(value) for value in values(event, path) if value is not None)


def _is(path: str, what: str) -> Test:
    wanted = {"TRUE": True, "FALSE": False, "NULL": None}
    if what not in wanted:
        raise PatternError
    return lambda event: any(value is wanted[what] for value in values(event, path))


def values(event: Any, path: str) -> Iterator[Any]:
    """What stands at a path such as `$.items[0].sku`; `[*]` gives each element."""
    found = [event]
    for match in _STEP.finditer(path):
        found = list(_below(found, match[1] or match[2], match[3]))
    yield from found


def _below(found: list[Any], name: str | None, index: str | None) -> Iterator[Any]:
    for value in found:
        if name is not None:
            if isinstance(value, dict) and name in value:
                yield value[name]
        elif isinstance(value, list):
            if index == "*":
                yield from value
            elif int(index or 0) < len(value):
                yield value[int(index or 0)]
