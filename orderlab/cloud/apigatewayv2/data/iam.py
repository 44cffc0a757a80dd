"""IAM authorization of routes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.authentication import authenticate
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Keys, Permissions

_ACTION = "execute-api:Invoke"


def check_iam(request: HttpRequest, keys: Keys, permissions: Permissions) -> None:
    """Refuse (403) who has not signed the request for `execute-api`, or may not make it."""
    if "authorization" not in request.headers:
        raise HttpFailure(403, by_authorizer=True)
    try:
        credentials, scope = authenticate(request.http, keys)
    except AwsError as error:
        raise HttpFailure(403, error.message, by_authorizer=True) from None
    principal = credentials.principal
    if scope.service != "execute-api" or not permissions.allows(
        principal, _ACTION, request.execute_arn
    ):
        raise HttpFailure(403, by_authorizer=True)
    name = principal.arn.rpartition("/")[2] or principal.account_id
    request.identity = {
        "accessKey": credentials.access_key_id,
        "accountId": principal.account_id,
        "caller": name,
        "user": name,
        "userArn": principal.arn,
    }
