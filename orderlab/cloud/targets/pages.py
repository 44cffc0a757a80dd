"""Lists in parts, as rules, pipes, schedules and schemas are listed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from orderlab.cloud.aws_error import ValidationException

MAX_LIMIT = 100


def page(key: str, found: Sequence[Any], limit: int | None, token: str | None) -> dict[str, Any]:
    """One part of a list under `key`, with a NextToken if there is more.

    Raises ValidationException for a token that was not given out here.
    """
    start = _start(token)
    end = start + (limit or MAX_LIMIT)
    result: dict[str, Any] = {key: list(found[start:end])}
    if end < len(found):
        result["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return result


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        found = int(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error):
        found = -1
    if found < 0:
        raise ValidationException("Parameter NextToken is not valid. Reason: Invalid token.")
    return found
