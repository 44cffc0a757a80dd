"""Attribute values in the form they travel in: `{"S": "text"}`, `{"N": "1"}`, `{"L": [...]}` ...

Values stay in that form. `measure` checks one, brings it into its normal form in place (numbers
without needless zeros, sets in order) and returns its size, so that equal values are equal as
Python objects and nothing is walked twice.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb import numbers
from orderlab.cloud.dynamodb.errors import INVALID, Counted, SerializationException, invalid
from orderlab.cloud.dynamodb.numbers import LONGEST_REMEMBERED, remembered

MAX_NESTING = 32
# more than any item, and any value of a request, may take
MAX_BYTES = 2 * 1024 * 1024
# how much of a set is shown in an error
MAX_SHOWN = 2000
# what a list or a map costs beyond its elements, and what each element costs beyond itself
CONTAINER_BYTES = 3
ELEMENT_BYTES = 1

Value = dict[str, Any]
Item = dict[str, Value]


class TooLarge(ValidationException):
    """A value that is not measured to its end, since it is larger than may be already."""

    def __init__(self) -> None:
        super().__init__("Item size has exceeded the maximum allowed size")


def measure_item(item: Item, limit: int = MAX_BYTES) -> int:
    """Check a whole item (or key) and return its size in bytes, names included.

    Raises TooLarge as soon as documents and sets in it are found to take more than `limit` bytes:
    a request may hold millions of values, and measuring takes time that others wait for.
    """
    if type(item) is not dict:
        raise not_expected(item)
    return _measure_members(item, 0, limit)


def _measure_members(members: dict[str, Any], depth: int, limit: int) -> int:
    """The sizes of names and values; the shortest way for plain text, which is most of it."""
    if len(members) > limit:
        raise TooLarge
    size = 0
    for name, value in members.items():
        size += len(name) if name.isascii() else text_size(name)
        if type(value) is dict and len(value) == 1:
            content = value.get("S")
            if type(content) is str and content.isascii():
                size += len(content)
                continue
        size += measure(value, depth, limit)
        if size > limit:
            raise TooLarge
    return size


def measure(value: Any, depth: int = 0, limit: int = MAX_BYTES) -> int:
    """Check one value, normalise it in place and return its size in bytes; see `measure_item`."""
    if type(value) is not dict:
        raise not_expected(value)
    if len(value) != 1:
        _keep_the_only_type(value)
    for kind, content in value.items():
        check = _CHECKS.get(kind)
        if check is None:
            break
        return check(value, content, depth, limit)
    raise ValidationException(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    )


def _keep_the_only_type(value: Value) -> None:
    """Members that are null do not count as sent."""
    for kind in [kind for kind, content in value.items() if content is None]:
        del value[kind]
    if len(value) > 1:
        raise ValidationException(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )


def kind_of(value: Value) -> str:
    """The type of a checked value: S, N, B, SS, NS, BS, M, L, BOOL or NULL."""
    return next(iter(value))


def text_size(text: str) -> int:
    """The bytes of a text in UTF-8. Raises SerializationException for half a surrogate pair."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise SerializationException("Invalid UTF-8 in a string value") from None


def binary(text: Any) -> bytes:
    """The bytes behind a binary value's base64 text."""
    if type(text) is not str:
        raise not_expected(text)
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:  # covers binascii.Error and characters beyond ASCII
        raise SerializationException("Invalid base64 in a binary value") from None


def not_expected(content: Any, wanted: str = "String") -> SerializationException:
    """A value of another JSON type than the one the API has there."""
    if isinstance(content, dict):
        return SerializationException("Start of structure or map found where not expected")
    if isinstance(content, list):
        return SerializationException("Start of list found where not expected")
    return SerializationException(f"{_json_kind(content)} cannot be converted to {wanted}")


def _json_kind(content: Any) -> str:
    if isinstance(content, bool):
        return "TRUE_VALUE" if content else "FALSE_VALUE"
    if isinstance(content, int):
        return "NUMBER_VALUE"
    return "DECIMAL_VALUE" if isinstance(content, float) else "STRING_VALUE"


def _string(_: Value, content: Any, __: int, ___: int) -> int:
    if type(content) is not str:
        raise not_expected(content)
    return text_size(content)


def _number(value: Value, content: Any, _: int, __: int) -> int:
    if type(content) is not str:
        raise not_expected(content)
    measured = remembered if len(content) <= LONGEST_REMEMBERED else numbers.normalise_and_size
    value["N"], size = measured(content)
    return size


def _binary(_: Value, content: Any, __: int, ___: int) -> int:
    return len(binary(content))


def _boolean(_: Value, content: Any, __: int, ___: int) -> int:
    if type(content) is not bool:
        raise not_expected(content, "Boolean")
    return 1


def _null(_: Value, content: Any, __: int, ___: int) -> int:
    if type(content) is not bool:
        raise not_expected(content, "Boolean")
    if not content:
        raise invalid("Null attribute value types must have the value of true")
    return 1


def _list(_: Value, content: Any, depth: int, limit: int) -> int:
    if type(content) is not list:
        raise not_expected(content, "List")
    depth = _deeper(depth)
    size = CONTAINER_BYTES + ELEMENT_BYTES * len(content)
    for element in content:
        if size > limit:
            raise TooLarge
        size += measure(element, depth, limit)
    return size


def _map(_: Value, content: Any, depth: int, limit: int) -> int:
    if type(content) is not dict:
        raise not_expected(content, "Map")
    depth = _deeper(depth)
    overhead = CONTAINER_BYTES + ELEMENT_BYTES * len(content)
    return overhead + _measure_members(content, depth, limit)


def _deeper(depth: int) -> int:
    if depth >= MAX_NESTING:
        raise ValidationException("Nesting Levels have exceeded supported limits")
    return depth + 1


def _string_set(value: Value, content: Any, _: int, limit: int) -> int:
    _elements(content, "An string set  may not be empty", limit)
    size = sum(text_size(element) for element in content)
    if len(set(content)) != len(content):
        raise invalid(f"Input collection {_listed(content)} contains duplicates.")
    value["SS"] = sorted(content)
    return size


def _number_set(value: Value, content: Any, _: int, limit: int) -> int:
    _elements(content, "An number set  may not be empty", limit)
    normal = [numbers.normalise(element) for element in content]
    if len(set(normal)) != len(normal):
        raise ValidationException("Input collection contains duplicates")
    value["NS"] = sorted(normal, key=numbers.parse)
    return sum(map(numbers.size, normal))


def _binary_set(value: Value, content: Any, _: int, limit: int) -> int:
    _elements(content, "Binary sets should not be empty", limit)
    decoded = {element: binary(element) for element in content}
    if len(set(decoded.values())) != len(content):
        raise ValidationException(
            f"{INVALID}Input collection {_listed(content)}of type BS contains duplicates."
        )
    value["BS"] = sorted(content, key=decoded.__getitem__)
    return sum(map(len, decoded.values()))


def _listed(content: list[str]) -> str:
    text = ", ".join(content)
    return f"[{text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + '...'}]"


def _elements(content: Any, when_empty: str, limit: int) -> None:
    if type(content) is not list:
        raise not_expected(content, "List")
    if not content:
        raise Counted(INVALID + when_empty)
    if len(content) > limit:
        raise TooLarge
    for element in content:
        if type(element) is not str:
            raise not_expected(element)
    # two digits, or four letters of base64, stand for one byte at least
    if sum(map(len, content)) > 4 * limit:
        raise TooLarge


_CHECKS: dict[str, Callable[[Value, Any, int, int], int]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _string_set,
    "NS": _number_set,
    "BS": _binary_set,
}
