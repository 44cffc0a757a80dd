"""The control plane's errors, in AWS's words.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


def bad_request(message: str) -> AwsError:
    """BadRequestException (400): the call asks for something that is not allowed."""
    return AwsError(message, code="BadRequestException", status=400)


def not_found(kind: str, identifier: str) -> AwsError:
    """NotFoundException (404): the call names something that does not exist."""
    return AwsError(
        f"Invalid {kind} identifier specified {identifier}".rstrip(),
        code="NotFoundException",
        status=404,
        ResourceType=kind,
    )


def conflict(message: str) -> AwsError:
    """ConflictException (409): something like it exists, or is still in use."""
    return AwsError(message, code="ConflictException", status=409)


def too_many(kind: str, most: int) -> AwsError:
    """More than an API may have."""
    return bad_request(f"Maximum number of {kind} has been reached for this API: {most}.")
