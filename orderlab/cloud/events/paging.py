"""Lists in parts, and names that begin alike.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.events.errors import not_valid

MAX_LIMIT = 100


def page(key: str, found: Sequence[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """One part of a list under `key`, with a NextToken if there is more."""
    start = _start(given.get("NextToken"))
    limit = given.get("Limit") or MAX_LIMIT
    result: dict[str, Any] = {key: list(found[start : start + limit])}
    if start + limit < len(found):
        result["NextToken"] = base64.b64encode(str(start + limit).encode()).decode()
    return result


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        found = int(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error):
        found = -1
    if found < 0:
        raise not_valid("NextToken", "Invalid token.")
    return found
