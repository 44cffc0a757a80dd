"""Function URLs at work: an HTTP request in, payload format 2.0, an HTTP response out.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import base64
import binascii
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from orderlab.cloud.authentication import authenticate
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Keys, Permissions, Principal
from orderlab.cloud.http import Request, Response
from orderlab.cloud.lambda_.entrance import Entrance
from orderlab.cloud.lambda_.errors import TooManyRequests
from orderlab.cloud.lambda_.invoke import Caller, new_trace_id
from orderlab.cloud.lambda_.model import Policy, UrlConfig
from orderlab.cloud.lambda_.names import LATEST, FunctionName
from orderlab.cloud.lambda_.recording import Recording

LIMIT_BYTES = 6_291_456
_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


class UrlRequests:
    """Answers the requests to function URLs."""

    def __init__(
        self, *, entrance: Entrance, recording: Recording, keys: Keys, permissions: Permissions
    ) -> None:
        self._entrance, self._recording = entrance, recording
        self._keys, self._permissions = keys, permissions

    async def answer(self, request: Request, url: UrlConfig, path: str) -> Response:
        """Answer one request to a function URL."""
        preflight = _preflight(request, url)
        if preflight is not None:
            return preflight
        began, request_id = time.perf_counter(), str(uuid.uuid4())
        response = await self._answer(request, url, path, request_id)
        response.headers.append(("x-amzn-requestid", request_id))
        response.headers += _cors_headers(request, url)
        self._note(url, response.status, (time.perf_counter() - began) * 1000)
        return response

    def _note(self, url: UrlConfig, status: int, took_ms: float) -> None:
        """https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html"""
        name = FunctionName(url.function.name, url.qualifier or LATEST)
        metric = self._recording.metric
        metric(url.function, "UrlRequestCount", 1.0, name=name)
        metric(url.function, "UrlRequestLatency", took_ms, "Milliseconds", name)
        if status >= 400:
            metric(url.function, f"Url{status // 100}xxCount", 1.0, name=name)

    async def _answer(
        self, request: Request, url: UrlConfig, path: str, request_id: str
    ) -> Response:
        if request.limit_exceeded or len(request.body) > LIMIT_BYTES:
            return _refused(413, "RequestTooLargeException", "Request Entity Too Large")
        try:
            principal = self._caller(request, url)
        except AwsError as error:
            signed = url.auth_type == "AWS_IAM" and "authorization" in request.headers
            return _refused(403, "AccessDeniedException", error.message if signed else _FORBIDDEN)
        trace_id = request.headers.get("x-amzn-trace-id") or new_trace_id().partition(";")[0]
        payload = payload_2_0(request, url, path, request_id, principal)
        payload["headers"]["x-amzn-trace-id"] = trace_id
        event = json.dumps(payload).encode()
        function = url.function
        name = FunctionName(function.name, url.qualifier)
        caller = Caller(principal, source_arn=f"{function.arn}/url", trace_id=trace_id)
        try:
            result = await self._entrance.invoke(
                function.region, name, event, caller, "RequestResponse", request_id
            )
        except TooManyRequests:
            return _refused(429, "TooManyRequestsException", "Rate Exceeded.")
        except AwsError:
            return _bad_gateway()
        if result.function_error:
            return _bad_gateway()
        return response_of(result.payload)

    def _caller(self, request: Request, url: UrlConfig) -> Principal:
        """The caller; AwsError if the URL is not open to them."""
        function = url.function
        policy = function.policies.get(url.qualifier)
        if url.auth_type == "NONE":
            if not is_public(policy):
                raise AwsError("Forbidden")
            return Principal("service", "anonymous", "anonymous")
        credentials, _ = authenticate(request, self._keys)
        principal = credentials.principal
        if principal.kind != "account":
            arn = f"{function.arn}:{url.qualifier}" if url.qualifier else function.arn
            self._permissions.require(
                principal,
                "lambda:InvokeFunctionUrl",
                arn,
                resource_policy=policy.document() if policy else None,
            )
        return principal


def _refused(status: int, error_type: str, text: str | None) -> Response:
    return Response.json(
        {"Message": text}, status=status, headers=[("x-amzn-errortype", error_type)]
    )


def _bad_gateway() -> Response:
    """What the client sees of a function that failed, or whose answer is no HTTP response."""
    return Response(502, b"Internal Server Error", [("content-type", "application/json")])


def no_such_url() -> Response:
    """What AWS answers at the host name of a function URL that does not exist."""
    return _refused(403, "AccessDeniedException", None)


def is_public(policy: Policy | None) -> bool:
    """Whether anyone may call a URL of auth type NONE.

    Differs from AWS: since October 2025 new URLs want `lambda:InvokeFunction` as well, which is
    not asked for here.
    """
    for statement in policy.statements.values() if policy else ():
        anyone = statement["Principal"] in ("*", {"AWS": "*"})
        action = statement["Action"] in ("lambda:InvokeFunctionUrl", "lambda:*", "*")
        conditions = dict(statement.get("Condition") or {})
        equals = conditions.pop("StringEquals", {})
        if anyone and action and not conditions:
            rest = {k: v for k, v in equals.items() if k != "lambda:FunctionUrlAuthType"}
            if not rest and equals.get("lambda:FunctionUrlAuthType", "NONE") == "NONE":
                return True
    return False


# --- the event


def payload_2_0(
    request: Request, url: UrlConfig, path: str, request_id: str, principal: Principal
) -> dict[str, Any]:
    """The event that a request becomes."""
    context = _context(request, url, path, request_id, principal)
    headers = {name: value for name, value in request.headers.items() if name != "cookie"}
    headers.setdefault("x-forwarded-for", request.source_ip)
    headers.setdefault("x-forwarded-proto", "https")
    headers.setdefault("x-forwarded-port", "443")
    headers["host"] = context["domainName"]
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path or "/",
        "rawQueryString": request.query_string,
        "headers": headers,
        "requestContext": context,
        **_body(request),
    }
    if request.query_string:
        event["queryStringParameters"] = _query(request.query_string)
    if "cookie" in request.headers:
        event["cookies"] = [part.strip() for part in request.headers["cookie"].split(";")]
    return event


def _context(
    request: Request, url: UrlConfig, path: str, request_id: str, principal: Principal
) -> dict[str, Any]:
    now = time.time()
    context: dict[str, Any] = {
        "accountId": principal.account_id,
        "apiId": url.url_id,
        "domainName": f"{url.url_id}.lambda-url.{url.function.region}.on.aws",
        "domainPrefix": url.url_id,
        "http": {
            "method": request.method,
            "path": unquote(path) or "/",
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }
    if url.auth_type == "AWS_IAM":
        context["authorizer"] = {"iam": _identity(principal)}
    return context


def _identity(principal: Principal) -> dict[str, Any]:
    return {
        "accessKey": "", "accountId": principal.account_id, "callerId": principal.arn,
        "cognitoIdentity": None, "principalOrgId": None, "userArn": principal.arn,
        "userId": principal.arn,
    }  # fmt: skip


def _query(query_string: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {"isBase64Encoded": False}
    content_type = request.headers.get("content-type", "")
    if content_type.startswith(_TEXT_TYPES) or "json" in content_type or "+xml" in content_type:
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


# --- the response


def response_of(payload: bytes) -> Response:
    """An HTTP response from what the function returned; 502 if it cannot be one."""
    try:
        result = json.loads(payload)
    except ValueError:
        result = None
    if not isinstance(result, dict) or "statusCode" not in result:
        plain = result.encode() if isinstance(result, str) else payload
        return Response(200, plain, [("content-type", "application/json")])
    try:
        status = int(result["statusCode"])
        body = _response_body(result)
        headers = _response_headers(result)
    except (TypeError, ValueError, AttributeError, binascii.Error):
        return _bad_gateway()
    if not 100 <= status <= 599:
        return _bad_gateway()
    return Response(status, body, headers)


def _response_body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body", "")
    if body is None:
        return b""
    if not isinstance(body, str):
        body = json.dumps(body)
    if result.get("isBase64Encoded"):
        return base64.b64decode(body, validate=True)
    return str(body).encode()


def _response_headers(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = [
        (_clean(name).lower(), _clean(value))
        for name, value in (result.get("headers") or {}).items()
    ]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    headers += [("set-cookie", _clean(cookie)) for cookie in result.get("cookies") or ()]
    return headers


def _clean(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if "\r" in text or "\n" in text:
        raise ValueError("a header of more than one line")
    return text


# --- CORS


def _allowed_origin(request: Request, url: UrlConfig) -> str | None:
    origin = request.headers.get("origin")
    origins = url.cors.get("AllowOrigins") or ()
    if not origin or not origins:
        return None
    return origin if "*" in origins or origin in origins else None


def _cors_headers(request: Request, url: UrlConfig) -> list[tuple[str, str]]:
    origin = _allowed_origin(request, url)
    if origin is None:
        return []
    headers = [("access-control-allow-origin", origin), ("vary", "Origin")]
    if url.cors.get("AllowCredentials"):
        headers.append(("access-control-allow-credentials", "true"))
    if url.cors.get("ExposeHeaders"):
        headers.append(("access-control-expose-headers", ",".join(url.cors["ExposeHeaders"])))
    return headers


def _preflight(request: Request, url: UrlConfig) -> Response | None:
    wanted = request.headers.get("access-control-request-method")
    if request.method != "OPTIONS" or wanted is None or not url.cors:
        return None
    headers = _cors_headers(request, url)
    if headers:
        headers.append(
            ("access-control-allow-methods", ",".join(url.cors.get("AllowMethods") or ()))
        )
        headers.append(
            ("access-control-allow-headers", ",".join(url.cors.get("AllowHeaders") or ()))
        )
        if "MaxAge" in url.cors:
            headers.append(("access-control-max-age", str(url.cors["MaxAge"])))
    return Response(200, b"", headers)
