"""Authorisation: the API's resource policy, IAM, and Lambda authorizers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.cloud.apigateway.failures import internal_error
from orderlab.cloud.apigateway.invocation import Invocation

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class Authorisation:
    """Who may call the method."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def check(self, invocation: Invocation) -> None:
        """Refuse a caller that the method does not let in."""
        if invocation.method.authorization_type == "NONE":
            return
        raise internal_error("The local cloud does not do authorizers yet")
