"""HTTP and HTTP_PROXY: a request to a web server.

https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
Differs from AWS: only addresses of this machine (127.0.0.1, localhost) are called; any other
endpoint counts as one that cannot be reached, which gives 504.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Invocation, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.headers import passed_to_proxy, sent_to_server
from orderlab.cloud.apigateway.data.integrations.http_exchange import Exchange, Exchanges
from orderlab.cloud.apigateway.data.integrations.lambda_proxy import event_headers

LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def answer(
    exchanges: Exchanges, invocation: Invocation, outgoing: OutgoingRequest
) -> EndpointAnswer:
    """What the server answers; 504 if it cannot be reached."""
    parts = urlsplit(outgoing.uri)
    if parts.hostname not in LOOPBACK:
        raise GatewayFailure(
            "INTEGRATION_FAILURE",
            reason=f"The local cloud calls servers of this machine only, not {parts.hostname}",
        )
    query = {name: list(values) for name, values in outgoing.query.items()}
    if invocation.method.integration.kind == "HTTP_PROXY":
        query = {**invocation.query, **query}
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    fields = "&".join(part for part in (parts.query, urlencode(query, doseq=True)) if part)
    exchange = Exchange(
        scheme=parts.scheme,
        address=parts.netloc,
        method=outgoing.method,
        path=f"{path}?{fields}" if fields else path,
        headers=_headers(invocation, outgoing),
        body=outgoing.body,
        seconds=invocation.method.integration.timeout_seconds,
    )
    status, headers, body = await exchanges.carry_out(exchange)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return EndpointAnswer(status, body, headers)


def _headers(invocation: Invocation, outgoing: OutgoingRequest) -> dict[str, str]:
    """The client's headers if the integration is a proxy, what was mapped, and the gateway's."""
    if invocation.method.integration.kind == "HTTP_PROXY":
        given = {name: ",".join(values) for name, values in event_headers(invocation).items()}
        headers = dict(passed_to_proxy(given.items()))
    else:
        headers = {
            "Accept": "application/json",
            "User-Agent": f"AmazonAPIGateway_{invocation.api.id}",
            "X-Amzn-Trace-Id": str(invocation.context["xrayTraceId"]),
        }
        if outgoing.body:
            headers["Content-Type"] = invocation.header("content-type") or "application/json"
    mapped = {name.lower() for name in outgoing.headers}
    kept = {name: value for name, value in headers.items() if name.lower() not in mapped}
    kept["X-Amzn-Apigateway-Api-Id"] = invocation.api.id
    return sent_to_server({**kept, **outgoing.headers})
