"""Authorisation: the API's resource policy, IAM, and Lambda authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.cloud.apigateway.data.access_policy import invoke_policy
from orderlab.cloud.apigateway.data.authorizer import LambdaAuthorizers
from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.authentication import authenticate
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Principal

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.control.calls import ControlCall
    from orderlab.cloud.cloud import Cloud

_ACTION = "execute-api:Invoke"
_ANONYMOUS = Principal("service", "anonymous", "")


class Authorisation:
    """Who may call a method."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._authorizers = LambdaAuthorizers(cloud)

    def flush(self, call: ControlCall) -> None:
        """FlushStageAuthorizersCache."""
        self._authorizers.forget(call.api().id, call.stage()["stageName"])

    async def check(self, invocation: Invocation) -> None:
        """Refuse a caller that the method does not let in."""
        kind = invocation.method.authorization_type
        if kind == "AWS_IAM":
            self._check_iam(invocation)
            return
        if invocation.deployed.policy:
            self._check_policy(invocation, _ANONYMOUS)
        if kind == "CUSTOM":
            await self._authorizers.check(invocation)

    def _check_policy(self, invocation: Invocation, principal: Principal) -> None:
        policy = invoke_policy(invocation.deployed.policy or "", invocation.api_arn)
        allowed = self._cloud.permissions.allows(
            principal, _ACTION, invocation.execute_arn, resource_policy=policy
        )
        if not allowed:
            raise _denied("anonymous", invocation)

    def _check_iam(self, invocation: Invocation) -> None:
        if "authorization" not in invocation.headers:
            raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
        try:
            credentials, scope = authenticate(invocation.request, self._cloud.keys)
        except AwsError as error:
            raise _bad_signature(error) from None
        if scope.service != "execute-api":
            raise GatewayFailure(
                "INVALID_SIGNATURE",
                "Credential should be scoped to correct service: 'execute-api'. ",
            )
        principal = credentials.principal
        policy = None
        if invocation.deployed.policy:
            policy = invoke_policy(invocation.deployed.policy, invocation.api_arn)
        allowed = self._cloud.permissions.allows(
            principal, _ACTION, invocation.execute_arn, resource_policy=policy
        )
        if not allowed:
            raise _denied(principal.arn, invocation)
        invocation.context["identity"].update(
            accessKey=credentials.access_key_id,
            accountId=principal.account_id,
            caller=principal.arn.rpartition("/")[2] or principal.account_id,
            user=principal.arn.rpartition("/")[2] or principal.account_id,
            userArn=principal.arn,
        )


def _denied(who: str, invocation: Invocation) -> GatewayFailure:
    hidden = "*" * 8 + invocation.account_id[-4:]
    arn = invocation.execute_arn.replace(invocation.account_id, hidden, 1)
    return GatewayFailure(
        "ACCESS_DENIED", f"User: {who} is not authorized to perform: {_ACTION} on resource: {arn}"
    )


def _bad_signature(error: AwsError) -> GatewayFailure:
    if error.code == "MissingAuthenticationToken":
        return GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
    if error.code in ("UnrecognizedClientException", "InvalidClientTokenId"):
        failure = GatewayFailure("ACCESS_DENIED", error.message)
        failure.error_type = "UnrecognizedClientException"
        failure.response_type = "INVALID_SIGNATURE"
        return failure
    return GatewayFailure("INVALID_SIGNATURE", error.message)
