"""Blocks of IP addresses, and which addresses lie in them.

A message may hold very many addresses and a pattern very many blocks: an address is read once.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any

# no address is longer when it is written out
_LONGEST = 45


class Network:
    """A block such as 10.0.0.0/8; ValueError if the text is none."""

    def __init__(self, text: str) -> None:
        network = ipaddress.ip_network(text, strict=False)
        self._version = network.version
        self._first = int(network.network_address)
        self._last = int(network.broadcast_address)

    def holds(self, value: Any) -> bool:
        """Whether a value is the text of an address in this block."""
        if not isinstance(value, str) or len(value) > _LONGEST:
            return False
        version, number = _address(value)
        return version == self._version and self._first <= number <= self._last


@lru_cache(maxsize=4096)
def _address(text: str) -> tuple[int, int]:
    """The version of an address and its number; version 0 for what is no address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return 0, 0
    return address.version, int(address)
