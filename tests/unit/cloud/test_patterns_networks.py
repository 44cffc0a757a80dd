"""Which addresses lie in a block."""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.cloud.patterns.networks import Network


@pytest.mark.parametrize(
    ("block", "inside", "outside"),
    [
        ("10.0.0.0/24", "10.0.0.255", "10.0.1.0"),
        ("10.0.0.7/24", "10.0.0.0", "9.255.255.255"),
        ("10.0.0.7/32", "10.0.0.7", "10.0.0.8"),
        ("0.0.0.0/0", "255.255.255.255", "::1"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
        ("::/0", "::1", "0.0.0.1"),
    ],
)
def test_an_address_lies_in_a_block_or_not(block: str, inside: str, outside: str) -> None:
    assert Network(block).holds(inside)
    assert not Network(block).holds(outside)


@pytest.mark.parametrize("value", ["", "10.0.0", "10.0.0.0/8", "1" * 100_000, 10, None, True])
def test_what_is_no_address_lies_nowhere(value: Any) -> None:
    assert not Network("0.0.0.0/0").holds(value)
    assert not Network("::/0").holds(value)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0/8", "x/8", ""])
def test_what_is_no_block_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Network(text)
