"""CBOR as it goes over the wire."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderlab.cloud.protocols import cbor

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        cbor.decode(data)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("data", "value"),
    [
        # examples of RFC 8949, appendix A
        ("00", 0), ("1818", 24), ("1bffffffffffffffff", 2**64 - 1), ("20", -1),
        ("f93c00", 1.0), ("fa47c35000", 100000.0), ("f97c00", math.inf), ("f6", None),
        ("f7", None), ("81f7", [None]),
        ("6449455446", "IETF"), ("83010203", [1, 2, 3]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
        ("7f657374726561646d696e67ff", "streaming"),
        ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_examples_of_the_standard(data: str, value: Any) -> None:
    assert cbor.decode(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    "data", ["", "18", "ff", "5f01ff", "9f01", "0000", "9f" * 2000, "1f", "61ff", "e0", "f8ff"]
)
def test_broken_cbor_is_refused(data: str) -> None:
    with pytest.raises(ValueError):
        cbor.decode(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["a201020304", "a1410101", "a1a00101", "a1f601"])
def test_keys_must_be_texts(data: str) -> None:
    with pytest.raises(ValueError):
        cbor.decode(bytes.fromhex(data))


def test_the_only_tag_is_that_of_a_time() -> None:
    known = []
    for number in range(2**16):
        try:
            cbor.decode(b"\xd9" + number.to_bytes(2, "big") + b"\x00")
        except ValueError:
            continue
        known.append(number)
    assert known == [1]


def test_a_value_cannot_hold_itself() -> None:
    with pytest.raises(ValueError):
        cbor.decode(bytes.fromhex("d81c81d81d00"))


@pytest.mark.parametrize("value", ["00", "80", "a0", "60", "f6"])
def test_a_body_may_have_so_many_values_and_no_more(value: str) -> None:
    items = bytes.fromhex(value) * (cbor.MAX_VALUES - 2)
    assert len(cbor.decode(b"\x9f" + items + b"\xff")) == cbor.MAX_VALUES - 2
    with pytest.raises(ValueError, match="too many values"):
        cbor.decode(b"\x9f" + items + 2 * bytes.fromhex(value) + b"\xff")
    with pytest.raises(ValueError, match="too many values"):
        cbor.decode(b"\x9f" + bytes.fromhex(value) * 6_000_000 + b"\xff")


def test_long_texts_and_numbers_are_single_values() -> None:
    body = {"text": "x" * 300_000, "bytes": b"\x80" * 300_000, "numbers": [1.5] * 90_000}
    assert cbor.decode(cbor.encode(body)) == body


@pytest.mark.parametrize(
    "length", ["9b00000000ffffffff", "bbffffffffffffffff", "7b7fffffffffffffff"]
)
def test_a_length_beyond_the_body_makes_nothing(length: str) -> None:
    with pytest.raises(ValueError):
        cbor.decode(bytes.fromhex(length))


def test_halves_of_characters_are_written_as_question_marks() -> None:
    assert cbor.decode(cbor.encode({"a\ud800": ["\udfff", 1]})) == {"a?": ["?", 1]}


def test_what_is_no_value_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        cbor.encode({"a": object()})
