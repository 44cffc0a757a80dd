"""The types of gateway responses: the requests that API Gateway answers itself.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResponseType:
    """A gateway response's defaults: status, text, and what `x-amzn-errortype` says.

    `status` is None for the two types that stand in for others, and `message` None where AWS
    gives none.
    """

    status: int | None
    message: str | None
    error_type: str


_SERVER = "InternalServerErrorException"
_INTERNAL = "Internal server error"

RESPONSE_TYPES: dict[str, ResponseType] = {
    "ACCESS_DENIED": ResponseType(
        403, "User is not authorized to access this resource", "AccessDeniedException"
    ),
    "API_CONFIGURATION_ERROR": ResponseType(500, _INTERNAL, _SERVER),
    "AUTHORIZER_CONFIGURATION_ERROR": ResponseType(500, None, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": ResponseType(500, None, "AuthorizerFailureException"),
    "BAD_REQUEST_BODY": ResponseType(400, "Invalid request body", "BadRequestException"),
    "BAD_REQUEST_PARAMETERS": ResponseType(400, "Bad Request", "BadRequestException"),
    "DEFAULT_4XX": ResponseType(None, "Bad Request", "BadRequestException"),
    "DEFAULT_5XX": ResponseType(None, _INTERNAL, _SERVER),
    "EXPIRED_TOKEN": ResponseType(
        403, "The security token included in the request is expired", "ExpiredTokenException"
    ),
    "INTEGRATION_FAILURE": ResponseType(504, "Network error communicating with endpoint", _SERVER),
    "INTEGRATION_TIMEOUT": ResponseType(504, "Endpoint request timed out", _SERVER),
    "INVALID_API_KEY": ResponseType(403, "Forbidden", "ForbiddenException"),
    "INVALID_SIGNATURE": ResponseType(
        403,
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
        "InvalidSignatureException",
    ),
    "MISSING_AUTHENTICATION_TOKEN": ResponseType(
        403, "Missing Authentication Token", "MissingAuthenticationTokenException"
    ),
    "QUOTA_EXCEEDED": ResponseType(429, "Limit Exceeded", "LimitExceededException"),
    "REQUEST_TOO_LARGE": ResponseType(413, "Request Too Long", "RequestTooLargeException"),
    "RESOURCE_NOT_FOUND": ResponseType(404, "Not Found", "NotFoundException"),
    "THROTTLED": ResponseType(429, "Too Many Requests", "TooManyRequestsException"),
    "UNAUTHORIZED": ResponseType(401, "Unauthorized", "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": ResponseType(
        415, "Unsupported Media Type", "UnsupportedMediaTypeException"
    ),
    "WAF_FILTERED": ResponseType(403, "Forbidden", "ForbiddenException"),
}
