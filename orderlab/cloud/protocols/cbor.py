"""CBOR, as Smithy's RPC protocol uses it: cbor2 reads and writes it, here are the limits.

Refused is what the protocol does not have and a caller could misuse: tags other than that of a
time (some stand for regular expressions, or for values that hold themselves), keys that are not
texts, and bodies that are small on the wire and large in memory.
https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NoReturn

import cbor2

MAX_DEPTH = 100
# values in one body: a PutMetricData with as many takes less than half a second
MAX_VALUES = 200_000

# besides 1 for a time, those that cbor2 has a decoder for; a test tries all numbers
_OTHER_TAGS = (
    0, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799,
)  # fmt: skip
_SCALARS = frozenset({bool, bytes, datetime, float, int, str, type(None)})
# how many bytes follow a head, by its lowest five bits
_ARGUMENT_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}
_TEXTS = (2, 3)
_INDEFINITE = 31


def encode(value: Any) -> bytes:
    """A value as CBOR; times as seconds since 1970 with CBOR's tag for that.

    Raises:
        TypeError: if there is no CBOR for it.
    """
    try:
        return _encoded(value)
    except UnicodeEncodeError:
        return _encoded(_printable(value))


def _encoded(value: Any) -> bytes:
    return cbor2.dumps(value, datetime_as_timestamp=True, timezone=UTC, default=_as_plain)


def _as_plain(encoder: cbor2.CBOREncoder, value: Any) -> None:
    encoder.encode(dict(value) if isinstance(value, Mapping) else list(value))


def _printable(value: Any) -> Any:
    """The value with `?` for halves of characters, which JSON can hold and UTF-8 cannot."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_printable(key): _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list | tuple) else value


def decode(data: bytes) -> Any:
    """The one value that some CBOR holds.

    Raises:
        ValueError: if it is not CBOR, goes on behind the value, nests deeper than `MAX_DEPTH`, or
            holds more than `MAX_VALUES` values.
    """
    if len(data) > MAX_VALUES and _has_too_many_values(data):
        raise ValueError("CBOR has too many values")
    source = BytesIO(data)
    decoder = cbor2.CBORDecoder(
        source, max_depth=MAX_DEPTH, semantic_decoders=_NO_TAGS, tag_hook=_refuse_tag
    )
    try:
        value = decoder.decode()
    except cbor2.CBORError as error:
        raise ValueError(str(error)) from None
    if source.tell() != len(data):
        raise ValueError("CBOR goes on behind its value")
    return _plain(value)


def _has_too_many_values(data: bytes) -> bool:
    """Whether a body has too many heads of values, found without making any of the values.

    cbor2 takes seconds for a body of millions of empty lists.
    """
    at = values = 0
    while at < len(data) and values <= MAX_VALUES:
        major, length = data[at] >> 5, data[at] & 31
        at += 1
        values += 1
        if length in _ARGUMENT_BYTES:
            end = at + _ARGUMENT_BYTES[length]
            length, at = int.from_bytes(data[at:end], "big"), end
        elif length == _INDEFINITE:
            continue
        if major in _TEXTS:
            at += length
    return values > MAX_VALUES


def _plain(value: Any) -> Any:
    """The value with None for `undefined`. Raises ValueError for what JSON cannot express."""
    kind = type(value)
    if kind is dict:
        for key, each in value.items():
            if type(key) is not str:
                raise ValueError("keys in CBOR must be texts")
            if type(each) not in _SCALARS:
                value[key] = _plain(each)
    elif kind is list:
        for place, each in enumerate(value):
            if type(each) not in _SCALARS:
                value[place] = _plain(each)
    elif value is cbor2.undefined:
        return None
    elif kind not in _SCALARS:
        raise ValueError("CBOR holds a value of an unknown kind")
    return value


def _refuse_tag(*_: Any) -> NoReturn:
    raise ValueError("CBOR holds a tag that is not known here")


_NO_TAGS = dict.fromkeys(_OTHER_TAGS, _refuse_tag)
