"""Stage variables in addresses and roles of integrations.

https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
"""

from __future__ import annotations

import re
from typing import Protocol

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


class OfAStage(Protocol):
    """A request to a stage, of a REST API or an HTTP API."""

    @property
    def stage_variables(self) -> dict[str, str]:
        """The values of the stage's variables, by their names."""

    @property
    def api_arn(self) -> str:
        """The ARN of the stage."""


def with_stage_variables(text: str, request: OfAStage) -> str:
    """The text with the values of stage variables in place of `${stageVariables.name}`."""
    if "${" not in text:
        return text
    variables = request.stage_variables
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)
