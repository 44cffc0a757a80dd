"""The failures that end a request with a gateway response."""

from __future__ import annotations

from orderlab.cloud.apigateway.model.response_types import RESPONSE_TYPES


class GatewayFailure(Exception):
    """Ends a request with a gateway response.

    `reason` goes to the execution log and never to the client; `status` overrides the type's own.
    """

    def __init__(
        self,
        response_type: str,
        message: str | None = None,
        *,
        status: int | None = None,
        validation_error: str = "",
        reason: str = "",
    ) -> None:
        defaults = RESPONSE_TYPES[response_type]
        super().__init__(reason or message or defaults.message)
        self.response_type = response_type
        self.message = defaults.message if message is None else message
        self.status = status or defaults.status
        self.error_type = defaults.error_type
        self.validation_error = validation_error
        self.reason = reason


def internal_error(reason: str, status: int = 500) -> GatewayFailure:
    """A fault of the API's set-up or of its back end: the client learns nothing but the status."""
    if status == 500:
        return GatewayFailure("API_CONFIGURATION_ERROR", reason=reason)
    return GatewayFailure("DEFAULT_5XX", status=status, reason=reason)
