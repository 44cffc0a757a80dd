"""Lists in pages of one hundred, as SNS gives them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from orderlab.cloud.contracts import Parameters
from orderlab.cloud.sns.errors import InvalidParameter

PAGE = 100


def page_of(name: str, found: list[Any], parameters: Parameters) -> dict[str, Any]:
    """The page that NextToken asks for, the first without one."""
    start = _start(parameters.get("NextToken"))
    page: dict[str, Any] = {name: found[start : start + PAGE]}
    if start + PAGE < len(found):
        page["NextToken"] = base64.b64encode(f"from {start + PAGE}".encode()).decode()
    return page


def _start(token: Any) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(str(token), validate=True).decode().partition(" ")
        if word == "from" and number.isdecimal():
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise InvalidParameter("NextToken")
