"""MOCK: no back end; the request template's `statusCode` picks the integration response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
"""

from __future__ import annotations

import re
from typing import Any

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Execution
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.json_text import read_json

# AWS takes templates whose keys lack quotes
_BARE_KEY = re.compile(r"([{,]\s*)'?([A-Za-z_]\w*)'?\s*:")


def answer(execution: Execution) -> None:
    """Answer with the status that the template names.

    Raises:
        GatewayFailure: 500 if the template names none.
    """
    outgoing = execution.outgoing
    assert outgoing is not None
    execution.note(f"Sending request to {outgoing.uri}")
    execution.budget.spend(len(outgoing.body) >> 2)
    status = _status(outgoing.body.decode("utf-8", "replace"))
    if status is None:
        raise internal_error(
            "Execution failed due to configuration error: Unable to parse statusCode. "
            "It should be an integer."
        )
    execution.answer = EndpointAnswer(status, Body())
    execution.note(f"Received response. Status: {status}")


def _status(text: str) -> int | None:
    try:
        found: Any = read_json(_BARE_KEY.sub(r'\1"\2":', text))
    except ValueError:
        return None
    code = found.get("statusCode") if isinstance(found, dict) else None
    if isinstance(code, str) and code.isdecimal():
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None
