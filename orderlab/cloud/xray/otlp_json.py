"""OTLP's JSON, brought into the form of Protocol Buffers, in which spans are read.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.xray.protobuf import Malformed

# A message's fields by their names: the number, and what is in it.
Form = Mapping[str, tuple[int, "str | Form"]]
_VALUE: dict[str, tuple[int, str | Form]] = {
    "stringValue": (1, "text"),
    "boolValue": (2, "number"),
    "intValue": (3, "number"),
    "doubleValue": (4, "double"),
    "bytesValue": (7, "base64"),
}
_ATTRIBUTE: Form = {"key": (1, "text"), "value": (2, _VALUE)}
_VALUE["arrayValue"] = (5, {"values": (1, _VALUE)})
_VALUE["kvlistValue"] = (6, {"values": (1, _ATTRIBUTE)})
RESOURCE: Form = {"attributes": (1, _ATTRIBUTE)}
SPAN: Form = {
    "traceId": (1, "hex"),
    "spanId": (2, "hex"),
    "parentSpanId": (4, "hex"),
    "name": (5, "text"),
    "kind": (6, "enum"),
    "startTimeUnixNano": (7, "eight"),
    "endTimeUnixNano": (8, "eight"),
    "attributes": (9, _ATTRIBUTE),
    "events": (11, {"name": (2, "text"), "attributes": (3, _ATTRIBUTE)}),
    "status": (15, {"message": (2, "text"), "code": (3, "enum")}),
}
_ENUMS = {
    "SPAN_KIND_INTERNAL": 1,
    "SPAN_KIND_SERVER": 2,
    "SPAN_KIND_CLIENT": 3,
    "SPAN_KIND_PRODUCER": 4,
    "SPAN_KIND_CONSUMER": 5,
    "STATUS_CODE_OK": 1,
    "STATUS_CODE_ERROR": 2,
}
_MASK = (1 << 64) - 1
_NUMBER, _EIGHT, _BYTES = 0, 1, 2


def encoded(content: Any, form: Form) -> bytes:
    """A JSON object as a message. Names that are unknown are passed over. Raises Malformed."""
    if not isinstance(content, dict):
        raise Malformed
    parts = []
    for name, value in content.items():
        if name not in form or value is None:
            continue
        field, kind = form[name]
        for each in value if isinstance(value, list) else [value]:
            parts.append(_field(field, kind, each))
    return b"".join(parts)


def _field(field: int, kind: str | Form, value: Any) -> bytes:
    try:
        if not isinstance(kind, str):
            return _sized(field, encoded(value, kind))
        if kind in ("number", "enum"):
            number = _ENUMS[value] if kind == "enum" and isinstance(value, str) else int(value)
            return _varint(field << 3 | _NUMBER) + _varint(number & _MASK)
        if kind == "eight":
            return _varint(field << 3 | _EIGHT) + (int(value) & _MASK).to_bytes(8, "little")
        if kind == "double":
            return _varint(field << 3 | _EIGHT) + struct.pack("<d", float(value))
        return _sized(field, _bytes(kind, value))
    except (ValueError, TypeError, KeyError, OverflowError):
        raise Malformed from None


def _bytes(kind: str, value: Any) -> bytes:
    if not isinstance(value, str):
        raise Malformed
    if kind == "hex":
        return bytes.fromhex(value)
    return base64.b64decode(value) if kind == "base64" else value.encode("utf-8", "replace")


def _sized(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
