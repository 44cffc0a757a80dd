"""Attribute values: DynamoDB's JSON form on one side, CBOR on the other.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from orderlab.cloud.dax.protocol import cbor
from orderlab.cloud.dax.protocol.cbor import BadCbor, SetOf

Value = dict[str, Any]
Item = dict[str, Value]
_SET_TAGS = {
    "SS": cbor.head(6, cbor.TAG_STRING_SET),
    "NS": cbor.head(6, cbor.TAG_NUMBER_SET),
    "BS": cbor.head(6, cbor.TAG_BINARY_SET),
}
_BOOLEANS = {True: b"\xf5", False: b"\xf4"}


def value_of(read: Any) -> Value:
    """An attribute value in JSON's form from what the reader made of it. Raises BadCbor."""
    if isinstance(read, str):
        return {"S": read}
    if isinstance(read, bool):
        return {"BOOL": read}
    if isinstance(read, int | Decimal):
        return {"N": number_text(read)}
    if read is None:
        return {"NULL": True}
    if isinstance(read, bytes):
        return {"B": b64encode(read).decode()}
    if isinstance(read, list):
        return {"L": [value_of(each) for each in read]}
    if isinstance(read, dict):
        return {"M": {_name(name): value_of(each) for name, each in read.items()}}
    if isinstance(read, SetOf):
        return {read.kind: [_member(read.kind, each) for each in read.values]}
    raise BadCbor("no attribute value")


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise BadCbor("no name of an attribute")
    return name


def _member(kind: str, read: Any) -> str:
    """A member of a set, in JSON's form."""
    ((found, content),) = value_of(read).items()
    if found != kind[0] or not isinstance(content, str):
        raise BadCbor("a set has a member of another type")
    return content


def number_text(number: Decimal | int) -> str:
    """A number as DynamoDB writes it: no exponent, no needless zeros."""
    if isinstance(number, int):
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number(text: str) -> bytes:
    """A number that DynamoDB wrote, as CBOR that the clients write in the same way again."""
    whole, point, fraction = text.partition(".")
    if not point:
        return cbor.integer(int(text))
    return cbor.decimal(int(whole + fraction), -len(fraction))


def encode(value: Value) -> bytes:
    """An attribute value as CBOR."""
    out = bytearray()
    _append(out, value)
    return bytes(out)


_SCALARS: dict[str, Callable[[Any], bytes]] = {
    "S": cbor.text,
    "N": number,
    "B": lambda content: cbor.binary(b64decode(content)),
    "BOOL": _BOOLEANS.__getitem__,
    "NULL": lambda content: cbor.NULL,
}


def _append(out: bytearray, value: Value) -> None:
    ((kind, content),) = value.items()
    scalar = _SCALARS.get(kind)
    if scalar is not None:
        out += scalar(content)
    elif kind == "L":
        out += cbor.head(4, len(content))
        for each in content:
            _append(out, each)
    elif kind == "M":
        out += cbor.head(5, len(content))
        for name, each in content.items():
            out += cbor.text(name)
            _append(out, each)
    else:
        out += _SET_TAGS[kind] + cbor.head(4, len(content))
        for each in content:
            _append(out, {kind[0]: each})
