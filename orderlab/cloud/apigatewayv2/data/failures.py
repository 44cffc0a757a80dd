"""The failures that end a request to an HTTP API with a short answer of the gateway's own.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting.html
"""

from __future__ import annotations

_MESSAGES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
# what access logs call them
_TYPES = {
    401: "UNAUTHORIZED",
    403: "ACCESS_DENIED",
    413: "REQUEST_TOO_LARGE",
    429: "THROTTLED",
    500: "INTEGRATION_FAILURE",
    503: "INTEGRATION_TIMEOUT",
}


class HttpFailure(Exception):
    """Ends a request. `reason` goes to the access log and never to the client.

    `by_integration` tells that the integration failed, `by_authorizer` that the authorizer did.
    """

    def __init__(
        self,
        status: int,
        reason: str = "",
        *,
        by_integration: bool = False,
        by_authorizer: bool = False,
    ) -> None:
        self.status = status
        self.message = _MESSAGES[status]
        self.response_type = _TYPES.get(status, "DEFAULT_4XX")
        self.reason = reason
        self.by_integration = by_integration
        self.by_authorizer = by_authorizer
        super().__init__(reason or self.message)
