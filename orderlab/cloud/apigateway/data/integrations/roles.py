"""The roles under which the gateway calls AWS services."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.steps.integration_request import with_stage_variables
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Principal

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

SERVICE = "apigateway.amazonaws.com"
SESSION_NAME = "BackplaneAssumeRoleSession"
# the special credentials under which the caller's own identity is passed on
CALLER = "arn:aws:iam::*:user/*"
SESSION_SECONDS = 5.0


def principal_of(cloud: Cloud, invocation: Invocation, credentials: str) -> Principal:
    """The session of the integration's role; a role that does not let the gateway in gives 500.

    A session is kept for a few seconds. What the role may do is asked at every call.
    """
    role_arn = with_stage_variables(credentials, invocation)
    now = time.monotonic()
    sessions = cloud.gateway.role_sessions
    key = role_arn, invocation.api_arn
    known = sessions.get(key)
    if known is not None and known[0] > now:
        return known[1]
    try:
        trusted = cloud.permissions.may_assume(role_arn, SERVICE)
    except AwsError as error:
        raise internal_error(error.message) from None
    if not trusted:
        raise internal_error(
            "Execution failed due to configuration error: API Gateway does not have permission "
            "to assume the provided role"
        )
    session = cloud.permissions.role_principal(role_arn, SESSION_NAME)
    principal = replace(session, acts_for=invocation.api_arn)
    sessions[key] = (now + SESSION_SECONDS, principal)
    return principal


def require_credentials(invocation: Invocation) -> str:
    """The role of an integration with a service."""
    credentials = invocation.method.integration.credentials
    if not credentials:
        raise internal_error(
            "Execution failed due to configuration error: Invalid credentials: AWS service "
            "integrations need a role"
        )
    return credentials
