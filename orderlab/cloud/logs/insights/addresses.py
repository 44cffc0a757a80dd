"""IP addresses in Insights queries: what is one, and which lie in a block.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from orderlab.cloud.patterns.networks import Network

# no address is longer when it is written out
_LONGEST = 45


def _version(value: Any) -> int:
    """4 or 6; 0 for what is no address."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return 0
    try:
        return ipaddress.ip_address(value).version
    except ValueError:
        return 0


@lru_cache(maxsize=256)
def _network(text: str) -> Network | None:
    try:
        return Network(text)
    except ValueError:
        return None


def _is_in(value: Any, block: Any, *versions: int) -> float:
    network = _network(str(block)[:100])
    return float(network is not None and _version(value) in versions and network.holds(value))


ADDRESSES: dict[str, Callable[..., Any]] = {
    "isvalidip": lambda value: float(_version(value) > 0),
    "isvalidipv4": lambda value: float(_version(value) == 4),
    "isvalidipv6": lambda value: float(_version(value) == 6),
    "isipinsubnet": lambda value, block: _is_in(value, block, 4, 6),
    "isipv4insubnet": lambda value, block: _is_in(value, block, 4),
    "isipv6insubnet": lambda value, block: _is_in(value, block, 6),
}
