"""Authorisation: the API's resource policy, IAM, and Lambda authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from __future__ import annotations

from collections.abc import Awaitable

from orderlab.cloud.apigateway.data.access_policy import invoke_policy
from orderlab.cloud.apigateway.data.execution import ApiRequest, Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.parts import Parts
from orderlab.cloud.authentication import authenticate
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Credentials, Keys, Permissions, Principal

_ACTION = "execute-api:Invoke"
_ANONYMOUS = Principal("service", "anonymous", "")


def authorise(parts: Parts, execution: Execution) -> Awaitable[None] | None:
    """Refuse a caller that the method does not let in."""
    kind, request = execution.method.authorization_type, execution.request
    if kind == "AWS_IAM":
        _check_iam(parts, execution)
        return None
    if request.deployed.policy:
        _require_allowed(parts.permissions, request, _ANONYMOUS)
    return parts.authorizers.check(execution) if kind == "CUSTOM" else None


def _require_allowed(permissions: Permissions, request: ApiRequest, principal: Principal) -> None:
    policy, arn = request.deployed.policy, request.execute_arn
    if policy:
        policy = invoke_policy(policy, request.api_arn)
    if not permissions.allows(principal, _ACTION, arn, resource_policy=policy):
        raise _denied(principal, request)


def _check_iam(parts: Parts, execution: Execution) -> None:
    credentials = _signer(execution.request, parts.keys)
    principal = credentials.principal
    _require_allowed(parts.permissions, execution.request, principal)
    execution.context["identity"].update(
        accessKey=credentials.access_key_id,
        accountId=principal.account_id,
        caller=principal.arn.rpartition("/")[2] or principal.account_id,
        user=principal.arn.rpartition("/")[2] or principal.account_id,
        userArn=principal.arn,
    )


def _signer(request: ApiRequest, keys: Keys) -> Credentials:
    """Whoever signed the request, for the service `execute-api`."""
    if "authorization" not in request.headers:
        raise GatewayFailure("MISSING_AUTHENTICATION_TOKEN")
    try:
        credentials, scope = authenticate(request.http, keys)
    except AwsError as error:
        raise _bad_signature(error) from None
    if scope.service != "execute-api":
        raise GatewayFailure(
            "INVALID_SIGNATURE", "Credential should be scoped to correct service: 'execute-api'. "
        )
    return credentials


def _denied(principal: Principal, request: ApiRequest) -> GatewayFailure:
    account_id = request.region.account_id
    hidden = "*" * 8 + account_id[-4:]
    arn = request.execute_arn.replace(account_id, hidden, 1)
    return GatewayFailure(
        "ACCESS_DENIED",
        f"User: {principal.arn} is not authorized to perform: {_ACTION} on resource: {arn}",
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
