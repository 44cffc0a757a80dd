"""YAML as OpenAPI documents use it: texts, numbers, lists, maps, and aliases within reason.

The library's own loader follows the nesting by recursion, in C, and ends the process when that is
deep; a few lines of aliases stand for millions of values. Here the document is put together from
the library's events, counted as it grows.
"""

from __future__ import annotations

import re
from typing import Any

from orderlab.cloud.apigateway.control.errors import bad_request

MAX_DEPTH = 100
# values in the whole document, those behind aliases counted each time
MAX_VALUES = 500_000
_STRING_TAG = "tag:yaml.org,2002:str"
_NULL = ("", "~", "null", "Null", "NULL")
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?\d{1,300}")
_NUMBER = re.compile(r"[-+]?(\.\d{1,300}|\d{1,300}(\.\d{0,300})?)([eE][-+]?\d{1,4})?")


def read_yaml(body: bytes) -> Any:
    """The one document. Raises BadRequestException if it cannot be read, or is too large."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        for event in yaml.parse(body, Loader=loader):
            builder.take(type(event).__name__, event)
    except (yaml.YAMLError, ValueError):
        raise _invalid() from None
    return builder.document


def _invalid() -> Exception:
    return bad_request("Invalid OpenAPI input.")


class _Open:
    """A list or a map that is not complete. `key` is the one whose value comes next."""

    def __init__(self, value: Any, anchor: str | None, before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.before = before
        self.key: str | None = None

    def add(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is None:
            if not isinstance(value, str):
                raise _invalid()
            self.key = value
        else:
            _put(self.value, self.key, value)
            self.key = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


def _put(mapping: dict[str, Any], key: str, value: Any) -> None:
    """A member; those of a map behind `<<` are taken over where they are missing."""
    if key != "<<":
        mapping[key] = value
        return
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict):
            raise _invalid()
        for name, member in each.items():
            mapping.setdefault(name, member)


class _Builder:
    def __init__(self) -> None:
        self.document: Any = None
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._values = 0
        self._complete = False

    def take(self, kind: str, event: Any) -> None:
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self._open) >= MAX_DEPTH:
                raise _invalid()
            value: Any = {} if kind == "MappingStartEvent" else []
            self._open.append(_Open(value, event.anchor, self._values))
            self._count(1)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            if done.anchor:
                self._anchors[done.anchor] = done.value, self._values - done.before
            self._add(done.value)
        elif kind == "AliasEvent":
            value, size = self._anchors.get(event.anchor) or self._unknown()
            self._count(size)
            self._add(value)

    def _scalar(self, event: Any) -> None:
        self._count(1)
        plain = event.style in (None, "") and event.implicit[0]
        if not plain and event.tag not in (None, "!", _STRING_TAG):
            raise _invalid()
        key = bool(self._open) and self._open[-1].wants_key
        value = _resolved(event.value) if plain and not key else event.value
        if event.anchor:
            self._anchors[event.anchor] = value, 1
        self._add(value)

    def _unknown(self) -> Any:
        # an alias for what is not complete yet: a value that holds itself
        raise _invalid()

    def _count(self, size: int) -> None:
        self._values += size
        if self._values > MAX_VALUES:
            raise bad_request("The OpenAPI document has too many values")

    def _add(self, value: Any) -> None:
        if self._open:
            self._open[-1].add(value)
        elif self._complete:
            raise _invalid()
        else:
            self.document, self._complete = value, True


def _resolved(text: str) -> Any:
    """What a text without quotes stands for. Dates stay texts, as in JSON."""
    if text in _NULL:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
