"""HTTP and HTTP_PROXY: a request to a web server.

https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
Differs from AWS: only addresses of this machine (127.0.0.1, localhost) are called; any other
endpoint counts as one that cannot be reached, which gives 504.
"""

from __future__ import annotations

import asyncio
import http.client
from urllib.parse import quote, urlencode, urlsplit

from orderlab.cloud.apigateway.failures import GatewayFailure
from orderlab.cloud.apigateway.integrations.lambda_proxy import event_headers
from orderlab.cloud.apigateway.invocation import EndpointAnswer, Invocation, OutgoingRequest

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOP_BY_HOP = {
    "connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade", "te",
}  # fmt: skip


async def answer(invocation: Invocation, outgoing: OutgoingRequest) -> EndpointAnswer:
    """What the server answers; 504 if it cannot be reached."""
    parts = urlsplit(outgoing.uri)
    if parts.hostname not in LOOPBACK:
        raise GatewayFailure(
            "INTEGRATION_FAILURE",
            reason=f"The local cloud calls servers of this machine only, not {parts.hostname}",
        )
    headers, query = dict(outgoing.headers), {k: list(v) for k, v in outgoing.query.items()}
    if invocation.method.integration.kind == "HTTP_PROXY":
        passed = {k: ",".join(v) for k, v in event_headers(invocation, outgoing).items()}
        headers = {**passed, **headers}
        query = {**invocation.query, **query}
    elif "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = invocation.header("content-type") or "application/json"
    headers = {k: v for k, v in headers.items() if k.lower() not in _HOP_BY_HOP}
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    fields = "&".join(part for part in (parts.query, urlencode(query, doseq=True)) if part)
    if fields:
        path += f"?{fields}"
    timeout = invocation.method.integration.timeout_seconds
    return await asyncio.to_thread(
        _exchange,
        parts.scheme,
        parts.netloc,
        outgoing.method,
        path,
        headers,
        outgoing.body,
        timeout,
    )


def _exchange(
    scheme: str,
    netloc: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    timeout: float,
) -> EndpointAnswer:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(netloc, timeout=timeout)
    try:
        sent = {name: value.encode("utf-8", "replace") for name, value in headers.items()}
        connection.request(method, path, body=body or None, headers=sent)
        response = connection.getresponse()
        content = response.read()
        kept = [(k, v) for k, v in response.getheaders() if k.lower() not in _HOP_BY_HOP]
        return EndpointAnswer(response.status, content, kept)
    except TimeoutError:
        raise GatewayFailure("INTEGRATION_TIMEOUT") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise GatewayFailure("INTEGRATION_FAILURE", reason=str(error)) from None
    finally:
        connection.close()
