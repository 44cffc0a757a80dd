"""Answers to web pages of other origins: preflight requests, and headers of all other answers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.model.state import Document
from orderlab.cloud.http import Request, Response

Headers = list[tuple[str, str]]


def preflight_answer(request: Request, cors: Document | None) -> Response | None:
    """The gateway's own answer to a preflight request; None if it is none, or not configured."""
    if (
        cors is None
        or request.method != "OPTIONS"
        or "origin" not in request.headers
        or "access-control-request-method" not in request.headers
    ):
        return None
    headers = _allowed(request, cors)
    if headers:
        headers += _listed(cors, ("AllowMethods", "AllowHeaders"))
        if (age := cors.get("MaxAge")) is not None:
            headers.append(("access-control-max-age", str(age)))
    return Response(204, b"", headers)


def add_cors_headers(request: Request, cors: Document | None, response: Response) -> None:
    """Put the configured headers in place of those that the back end sent."""
    if cors is None:
        return
    kept = [each for each in response.headers if not each[0].startswith("access-control-")]
    headers = _allowed(request, cors)
    response.headers = kept + (headers and headers + _listed(cors, ("ExposeHeaders",)))


def _allowed(request: Request, cors: Document) -> Headers:
    """The header that lets the page's origin in; none if it is not among those configured."""
    origin = request.headers.get("origin", "")
    if not origin:
        return []
    fitting = (_fitting(each, origin) for each in cors.get("AllowOrigins") or ())
    value = next(filter(None, fitting), "")
    if not value:
        return []
    headers = [("access-control-allow-origin", value)]
    if value != "*":
        headers.append(("vary", "Origin"))
    if cors.get("AllowCredentials"):
        headers.append(("access-control-allow-credentials", "true"))
    return headers


def _fitting(configured: str, origin: str) -> str:
    """What the answer shows if a configured origin fits: `*`, or the page's own."""
    if configured == "*":
        return "*"
    scheme, _, host = configured.partition("://")
    if host == "*" and origin.startswith(f"{scheme}://"):
        return origin
    return origin if configured.lower() == origin.lower() else ""


def _listed(cors: Document, names: tuple[str, ...]) -> Headers:
    wire = {"AllowMethods": "allow-methods", "AllowHeaders": "allow-headers"}
    return [
        (f"access-control-{wire.get(name, 'expose-headers')}", ",".join(cors[name]))
        for name in names
        if cors.get(name)
    ]
