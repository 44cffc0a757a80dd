"""The settings by which API Gateway answers web pages of other origins.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.model.state import Document

_METHODS = {"*", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
_LISTS = ("AllowHeaders", "AllowMethods", "AllowOrigins", "ExposeHeaders")
_MOST = 100


def checked_cors(cors: Document | None) -> Document | None:
    """The settings as they are kept; None if there are none.

    Raises BadRequestException for origins, methods and ages that cannot be.
    """
    if not cors:
        return None
    for name in _LISTS:
        if len(cors.get(name) or ()) > _MOST:
            raise bad_request(f"Too many values for {name[:1].lower()}{name[1:]}")
    origins = list(cors.get("AllowOrigins") or ())
    for origin in origins:
        if origin != "*" and "://" not in origin:
            raise bad_request(f"Invalid format for origin {origin}")
    for method in cors.get("AllowMethods") or ():
        if method not in _METHODS:
            raise bad_request(f"Invalid method {method} specified for allowMethods")
    if cors.get("AllowCredentials") and "*" in origins:
        raise bad_request("allow-credentials is not supported if 'allow-origin' is *")
    if not -1 <= int(cors.get("MaxAge") or 0) <= 86_400:
        raise bad_request("maxAge must be between -1 and 86400")
    headers = [each.lower() for each in cors.get("AllowHeaders") or ()]
    return {**cors, **({"AllowHeaders": headers} if headers else {})}
