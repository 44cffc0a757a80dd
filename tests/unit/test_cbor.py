"""CBOR as it goes over the wire."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
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


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


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
        ("6449455446", "IETF"), ("83010203", [1, 2, 3]), ("a201020304", {"1": 2, "3": 4}),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
        ("7f657374726561646d696e67ff", "streaming"),
        ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_examples_of_the_standard(data: str, value: Any) -> None:
    assert cbor.decode(bytes.fromhex(data)) == value


@pytest.mark.parametrize("data", ["", "18", "ff", "5f01ff", "9f01", "0000", "9f" * 2000, "1f"])
def test_broken_cbor_is_refused(data: str) -> None:
    with pytest.raises(ValueError):
        cbor.decode(bytes.fromhex(data))
