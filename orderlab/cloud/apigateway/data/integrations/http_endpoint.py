"""HTTP and HTTP_PROXY: a request to a web server.

https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
Differs from AWS: only addresses of this machine (127.0.0.1, localhost) are called; any other
endpoint counts as one that cannot be reached, which gives 504.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Execution, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.headers import passed_to_proxy, sent_to_server
from orderlab.cloud.apigateway.data.integrations.http_exchange import Exchange, Exchanges
from orderlab.cloud.apigateway.data.integrations.lambda_proxy import event_headers

LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def answer(
    exchanges: Exchanges, execution: Execution, outgoing: OutgoingRequest
) -> EndpointAnswer:
    """What the server answers.

    Raises:
        GatewayFailure: 504 if it cannot be reached or takes too long.
    """
    integration = execution.method.integration
    parts = urlsplit(outgoing.uri)
    if parts.hostname not in LOOPBACK:
        raise GatewayFailure(
            "INTEGRATION_FAILURE",
            reason=f"The local cloud calls servers of this machine only, not {parts.hostname}",
        )
    query = {name: list(values) for name, values in outgoing.query.items()}
    if integration.kind == "HTTP_PROXY":
        query = {**execution.request.query, **query}
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    fields = "&".join(part for part in (parts.query, urlencode(query, doseq=True)) if part)
    exchange = Exchange(
        scheme=parts.scheme,
        address=parts.netloc,
        method=outgoing.method,
        path=f"{path}?{fields}" if fields else path,
        headers=_headers(execution, outgoing),
        body=outgoing.body,
        seconds=integration.timeout_seconds,
    )
    status, headers, body = await exchanges.carry_out(exchange)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return EndpointAnswer(status, Body(body), headers)


def _headers(execution: Execution, outgoing: OutgoingRequest) -> dict[str, str]:
    """The client's headers if the integration is a proxy, what was mapped, and the gateway's."""
    request = execution.request
    if execution.method.integration.kind == "HTTP_PROXY":
        given = {name: ",".join(values) for name, values in event_headers(execution).items()}
        headers = dict(passed_to_proxy(given.items()))
    else:
        headers = {
            "Accept": "application/json",
            "User-Agent": f"AmazonAPIGateway_{request.api.id}",
            "X-Amzn-Trace-Id": str(execution.context["xrayTraceId"]),
        }
        if outgoing.body:
            headers["Content-Type"] = request.header("content-type") or "application/json"
    mapped = {name.lower() for name in outgoing.headers}
    kept = {name: value for name, value in headers.items() if name.lower() not in mapped}
    kept["X-Amzn-Apigateway-Api-Id"] = request.api.id
    return sent_to_server({**kept, **outgoing.headers})
