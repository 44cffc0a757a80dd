"""The roles under which the gateway calls AWS services."""

from __future__ import annotations

import time
from dataclasses import replace

from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.stage_variables import OfAStage, with_stage_variables
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Principal, RoleSessions

SERVICE = "apigateway.amazonaws.com"
SESSION_NAME = "BackplaneAssumeRoleSession"
SESSION_SECONDS = 5.0


class Roles:
    """Sessions of roles, each kept for a few real seconds for the API that uses it.

    What a role may do is asked at every call.
    """

    def __init__(self, sessions: RoleSessions) -> None:
        self._sessions = sessions
        self._kept: dict[tuple[str, str], tuple[float, Principal]] = {}

    def principal_of(self, request: OfAStage, credentials: str) -> Principal:
        """The session of a role for a request; `credentials` may name stage variables.

        Raises:
            GatewayFailure: 500 if there is no such role, or it does not trust the gateway.
        """
        role_arn = with_stage_variables(credentials, request)
        now = time.monotonic()
        key = role_arn, request.api_arn
        known = self._kept.get(key)
        if known is not None and known[0] > now:
            return known[1]
        try:
            trusted = self._sessions.may_assume(role_arn, SERVICE)
        except AwsError as error:
            raise internal_error(error.message) from None
        if not trusted:
            raise internal_error(
                "Execution failed due to configuration error: API Gateway does not have permission "
                "to assume the provided role"
            )
        session = self._sessions.role_principal(role_arn, SESSION_NAME)
        principal = replace(session, acts_for=request.api_arn)
        self._kept[key] = (now + SESSION_SECONDS, principal)
        return principal
