"""Stage variables in addresses and roles of integrations.

https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.data.execution import ApiRequest

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


def with_stage_variables(text: str, request: ApiRequest) -> str:
    """The text with the values of stage variables in place of `${stageVariables.name}`."""
    if "${" not in text:
        return text
    variables = request.stage_variables
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)
