"""MOCK: no back end; the request template's `statusCode` picks the integration response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import re
from typing import Any

from orderlab.cloud.apigateway.data.execution import (
    EndpointAnswer,
    Invocation,
    OutgoingRequest,
    read_json,
)
from orderlab.cloud.apigateway.data.failures import internal_error

# AWS takes templates whose keys lack quotes
_BARE_KEY = re.compile(r"([{,]\s*)'?([A-Za-z_]\w*)'?\s*:")


def answer(invocation: Invocation, outgoing: OutgoingRequest) -> EndpointAnswer:
    """The status that the template names; without one the request is misconfigured (500)."""
    invocation.budget.spend(len(outgoing.body) >> 2)
    status = _status(outgoing.body.decode("utf-8", "replace"))
    if status is None:
        raise internal_error(
            "Execution failed due to configuration error: Unable to parse statusCode. "
            "It should be an integer."
        )
    return EndpointAnswer(status)


def _status(text: str) -> int | None:
    try:
        found: Any = read_json(_BARE_KEY.sub(r'\1"\2":', text))
    except ValueError:
        return None
    code = found.get("statusCode") if isinstance(found, dict) else None
    if isinstance(code, str) and code.isdecimal():
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None
