"""Settings of all routes of a stage, and of single ones.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.model.state import Document


def checked_settings(settings: Document) -> Document:
    """Settings that routes may have.

    Raises BadRequestException for execution logs, which HTTP APIs do not have, and limits below 0.
    """
    if settings.get("DataTraceEnabled") or settings.get("LoggingLevel", "OFF") != "OFF":
        raise bad_request("Execution logs are not supported on protocolType HTTP")
    for name in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
        if (settings.get(name) or 0) < 0:
            raise bad_request(f"{name[:1].lower()}{name[1:]} must not be negative")
    kept = {k: v for k, v in settings.items() if k not in ("DataTraceEnabled", "LoggingLevel")}
    return {"DetailedMetricsEnabled": False, **kept}
