"""Filter expressions: which traces GetTraceSummaries shows.

https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html

Differs from AWS: `edge()`, `group`, root causes, instances and zones are refused by name.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.xray.errors import InvalidRequest
from orderlab.cloud.xray.registry import Trace
from orderlab.cloud.xray.segment import all_of
from orderlab.cloud.xray.summaries import http_of

MAX_LENGTH = 2000
MAX_WORDS = 200
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*"|'[^']*')
      | (?P<number>-?\d+(?:\.\d+)?)
      | (?P<sign>!=|>=|<=|=|>|<|\(|\)|\{|\}|!|,)
      | (?P<word>[A-Za-z_][\w.:-]*(?:\[[^\]]+\])?)
    )""",
    re.VERBOSE,
)
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt,
    "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
_FLAGS = ("ok", "error", "throttle", "fault", "partial")
_NUMBERS = ("responsetime", "duration", "http.status")
_TEXTS = ("http.url", "http.method", "http.useragent", "http.clientip", "user", "name")
Words = list[tuple[str, str]]


class Traced:
    """A trace as an expression sees it: its summary and its documents."""

    def __init__(self, trace: Trace, summary: dict[str, Any]) -> None:
        self.summary = summary
        self.id = trace.id
        self.documents = trace.documents()

    def of_service(self, name: str, kind: str) -> list[dict[str, Any]]:
        """The segments of a service; of all if the name is empty."""
        return [
            each
            for each in self.documents
            if name in ("", each["name"]) and kind in ("", each.get("origin"))
        ]


Test = Callable[[Traced], bool]


def filter_expression(text: str) -> Test:
    """Read an expression. Raises InvalidRequestException; NotDoneYet for what is not supported."""
    if len(text) > MAX_LENGTH:
        raise InvalidRequest("The filter expression is longer than 2000 characters.")
    words: Words = []
    at, whole = 0, text.rstrip()
    while at < len(whole):
        match = _TOKEN.match(whole, at)
        if match is None or len(words) >= MAX_WORDS:
            raise _invalid(text)
        words.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    if not words:
        return lambda traced: True
    reader = _Reader(text, words)
    test = reader.either()
    if reader.left:
        raise _invalid(text)
    return test


class _Reader:
    """Reads words into tests; `OR` is weaker than `AND`."""

    def __init__(self, text: str, words: Words) -> None:
        self._text, self._words, self._at = text, words, 0

    @property
    def left(self) -> bool:
        return self._at < len(self._words)

    def _peek(self) -> tuple[str, str]:
        return self._words[self._at] if self.left else ("", "")

    def _take(self) -> tuple[str, str]:
        found = self._peek()
        self._at += 1
        return found

    def _skip(self, text: str) -> bool:
        if self._peek()[1].upper() != text:
            return False
        self._at += 1
        return True

    def either(self) -> Test:
        """One test or another."""
        tests = [self._both()]
        while self._skip("OR"):
            tests.append(self._both())
        return lambda traced: any(test(traced) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._skip("AND"):
            tests.append(self._single())
        return lambda traced: all(test(traced) for test in tests)

    def _single(self) -> Test:
        if self._skip("!") or self._skip("NOT"):
            test = self._single()
            return lambda traced: not test(traced)
        if self._skip("("):
            test = self.either()
            if not self._skip(")"):
                raise _invalid(self._text)
            return test
        kind, word = self._take()
        if kind != "word":
            raise _invalid(self._text)
        return self._keyword(word)

    def _keyword(self, word: str) -> Test:
        name = word.lower()
        if name in _FLAGS:
            wanted = self._flag_value()
            return lambda traced: _flag(traced, name) is wanted
        if name in _NUMBERS:
            return self._number(name)
        if name in _TEXTS:
            return self._text_test(lambda traced: _texts(traced, name))
        if name.startswith(("annotation.", "annotation[")):
            return self._annotation(word[len("annotation") :].strip(".[]"))
        if name in ("service", "id", "traceid"):
            return self._service() if name == "service" else self._text_test(lambda t: [t.id])
        if name in ("edge", "group", "rootcause", "instance", "availabilityzone", "resource"):
            raise NotDoneYet(f"xray.GetTraceSummaries with {word} in its filter expression")
        raise _invalid(self._text)

    def _flag_value(self) -> bool:
        if self._peek()[1] not in ("=", "!="):
            return True
        _, sign = self._take()
        value = self._take()[1].lower()
        if value not in ("true", "false"):
            raise _invalid(self._text)
        return (value == "true") is (sign == "=")

    def _number(self, name: str) -> Test:
        compare, wanted = self._comparison("number")
        return lambda traced: any(compare(each, float(wanted)) for each in _numbers(traced, name))

    def _comparison(self, wanted: str) -> tuple[Callable[[Any, Any], bool], str]:
        _, sign = self._take()
        kind, value = self._take()
        if sign not in _SIGNS or kind != wanted:
            raise _invalid(self._text)
        return _SIGNS[sign], value

    def _text_test(self, values: Callable[[Traced], Iterable[str]]) -> Test:
        _, sign = self._take()
        kind, given = self._take()
        if kind != "text":
            raise _invalid(self._text)
        wanted, sign = given[1:-1], sign.upper()
        tests: dict[str, Callable[[str], bool]] = {
            "=": lambda value: value == wanted,
            "!=": lambda value: value != wanted,
            "CONTAINS": lambda value: wanted in value,
            "BEGINSWITH": lambda value: value.startswith(wanted),
            "ENDSWITH": lambda value: value.endswith(wanted),
        }
        if sign not in tests:
            raise _invalid(self._text)
        test = tests[sign]
        return lambda traced: any(test(value) for value in values(traced))

    def _annotation(self, name: str) -> Test:
        kinds = {"word": "BooleanValue", "number": "NumberValue", "text": "StringValue"}
        if self._peek()[1] not in _SIGNS:
            if self.left and self._peek()[0] == "word" and self._peek()[1].upper() not in (
                "AND", "OR",
            ):  # fmt: skip
                return self._text_test(lambda traced: _annotated(traced, name, "StringValue"))
            return lambda traced: name in traced.summary["Annotations"]
        sign = self._take()[1]
        kind, given = self._take()
        if kind not in kinds:
            raise _invalid(self._text)
        wanted: Any = given.lower() == "true" if kind == "word" else given.strip("\"'")
        if kind == "number":
            wanted = float(given)
        compare = _SIGNS[sign]
        return lambda traced: any(
            compare(value, wanted) for value in _annotated(traced, name, kinds[kind])
        )

    def _service(self) -> Test:
        """`service("name")`, `service(id(name: "n", type: "t")) { filter }`."""
        name, kind = "", ""
        if self._skip("("):
            if self._peek()[0] == "text":
                name = self._take()[1][1:-1]
            elif self._skip("ID"):
                name, kind = self._identity()
            if not self._skip(")"):
                raise _invalid(self._text)
        inner: Test | None = None
        if self._skip("{"):
            inner = self.either()
            if not self._skip("}"):
                raise _invalid(self._text)

        def test(traced: Traced) -> bool:
            return any(
                inner is None or inner(_alone(traced, each))
                for each in traced.of_service(name, kind)
            )

        return test

    def _identity(self) -> tuple[str, str]:
        found = {"name": "", "type": ""}
        if not self._skip("("):
            raise _invalid(self._text)
        while not self._skip(")"):
            key = self._take()[1].rstrip(":").lower()
            kind, value = self._take()
            if kind != "text" or key not in found:
                raise _invalid(self._text)
            found[key] = value[1:-1]
            self._skip(",")
        return found["name"], found["type"]


def _alone(traced: Traced, document: dict[str, Any]) -> Traced:
    """One segment, as if it were the whole trace."""
    found = object.__new__(Traced)
    length = float(document.get("end_time") or document["start_time"]) - document["start_time"]
    found.id, found.documents = traced.id, [document]
    found.summary = {
        **traced.summary,
        "HasFault": document.get("fault") is True,
        "HasError": document.get("error") is True,
        "HasThrottle": document.get("throttle") is True,
        "ResponseTime": length,
        "Duration": length,
        "Http": http_of(document),
    }
    return found


def _flag(traced: Traced, name: str) -> bool:
    summary = traced.summary
    if name == "ok":
        return not (summary["HasFault"] or summary["HasError"] or summary["HasThrottle"])
    return bool(summary["IsPartial" if name == "partial" else f"Has{name.capitalize()}"])


def _numbers(traced: Traced, name: str) -> list[float]:
    if name == "http.status":
        found = [
            http_of(part).get("HttpStatus") for each in traced.documents for part in all_of(each)
        ]
        return [float(value) for value in found if isinstance(value, int)]
    return [traced.summary["Duration" if name == "duration" else "ResponseTime"]]


def _texts(traced: Traced, name: str) -> list[str]:
    if name == "user":
        return [each["UserName"] for each in traced.summary["Users"]]
    if name == "name":
        return [str(each["name"]) for each in traced.documents]
    member = {
        "http.url": "HttpURL",
        "http.method": "HttpMethod",
        "http.useragent": "UserAgent",
        "http.clientip": "ClientIp",
    }[name]
    found = (http_of(each).get(member) for each in traced.documents)
    return [str(value) for value in found if value is not None]


def _annotated(traced: Traced, name: str, kind: str) -> list[Any]:
    entries = traced.summary["Annotations"].get(name, [])
    values = [entry["AnnotationValue"] for entry in entries]
    return [value[kind] for value in values if kind in value]


def _invalid(text: str) -> InvalidRequest:
    return InvalidRequest(f"Invalid filter expression: {text[:200]}")
