"""Headers that the gateway drops, renames or adds, and what decides whether an answer is binary.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.cloud.rest_api import RestApi, function

FUNCTION = """
import base64, json
def handler(event, context):
    body = event["body"]
    given = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    return given if given else {"statusCode": 200, "body": json.dumps(event["headers"])}
"""
DROPPED = ("content-md5", "max-forwards", "proxy-authenticate", "server", "te", "trailer",
           "upgrade", "www-authenticate")  # fmt: skip
SENT = {
    **dict.fromkeys(DROPPED, "x"), "Age": "7", "Authorization": "Bearer t", "Via": "1.1 p",
    "Content-Encoding": "none", "Range": "bytes=0-9", "X-Own": "1",
}  # fmt: skip


class _Server(BaseHTTPRequestHandler):
    def version_string(self) -> str:
        return "mine"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        for name in ("WWW-Authenticate", "Via", "X-Amzn-RequestId", "X-Own"):
            self.send_header(name, "b")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def api(cloud: Any, server: str) -> RestApi:
    api = RestApi(cloud, "gw-headers", binaryMediaTypes=["image/png", "application/*"])
    arn = function(cloud, "gw-headers", FUNCTION)
    api.function("POST", "/function", arn)
    for header in ("Authorization", "Connection", "Content-Length", "TE"):
        mapping = {f"integration.request.header.{header}": "'x'"}
        api.function("POST", f"/function-{header}", arn, requestParameters=mapping)
    mapping = {"integration.request.header.X-Mapped": "'mapped'"}
    api.function("POST", "/function-mapped", arn, requestParameters=mapping)
    for kind in ("HTTP", "HTTP_PROXY"):
        place = api.method("POST", f"/{kind}")
        api.gateway.put_integration(
            **place,
            type=kind,
            integrationHttpMethod="POST",
            uri=server,
            requestParameters={
                "integration.request.header.Max-Forwards": "'2'",
                "integration.request.header.Via": "'never'",
            },
        )
        if kind == "HTTP":
            api.respond(place, headers={"Server": "integration.response.header.Server"})
    names = ("Authorization", "Content-MD5", "Expect", "Host", "User-Agent", "WWW-Authenticate")
    api.mock(
        "POST",
        "/mock",
        template='{"statusCode": 200}',
        response="$input.params('X-Own') $input.params('Upgrade') $input.params().header.Server",
        headers={name: "'m'" for name in (*names, "Via", "Transfer-Encoding", "X-Own")},
    )
    return api.deploy()


def _call(api: RestApi, path: str, body: Any, headers: dict[str, str]) -> Any:
    return api.call("POST", path, body, headers=headers)


def test_a_function_does_not_see_headers_that_end_at_the_gateway(api: RestApi) -> None:
    seen = {name.lower(): value for name, value in _call(api, "/function", {}, SENT).json.items()}
    assert seen.keys().isdisjoint({*DROPPED, "connection", "content-length", "transfer-encoding"})
    assert (seen["age"], seen["via"], seen["x-own"]) == ("7", "1.1 p", "1")
    assert seen["authorization"] == "Bearer t"
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=x"}
    assert "Authorization" not in _call(api, "/function", {}, signed).json


def test_a_functions_headers_are_renamed_where_they_are_the_gateways_own(api: RestApi) -> None:
    given = ("WWW-Authenticate", "Server", "Date", "Connection", "Content-Length", "User-Agent")
    dropped = ("Transfer-Encoding", "Upgrade", "TE", "Via", "Expect", "Trailer")
    headers = dict.fromkeys((*given, *dropped, "X-Own"), "mine")
    answer = _call(api, "/function", {"statusCode": 401, "headers": headers, "body": "no"}, {})
    assert (answer.status, answer.text, answer.headers["x-own"]) == (401, "no", "mine")
    for name in given:
        assert answer.headers[f"x-amzn-remapped-{name.lower()}"] == "mine"
    assert not {"upgrade", "te", "via", "expect", "www-authenticate"} & answer.headers.keys()
    assert answer.headers["x-amzn-trace-id"].startswith("Root=1-")


def test_mappings_do_not_show_in_a_functions_event(api: RestApi) -> None:
    assert "X-Mapped" not in _call(api, "/function-mapped", {}, {}).json


@pytest.mark.parametrize("header", ["Authorization", "Connection", "Content-Length", "TE"])
def test_a_mapping_to_a_header_of_the_gateways_own_gives_500(api: RestApi, header: str) -> None:
    answer = _call(api, f"/function-{header}", {}, {})
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})
    assert "x-amzn-trace-id" not in answer.headers


def test_a_server_behind_a_proxy_gets_the_clients_headers(api: RestApi) -> None:
    answer = _call(api, "/HTTP_PROXY", {}, SENT)
    seen = answer.json
    assert seen.keys().isdisjoint({*DROPPED, "via", "content-encoding"} - {"max-forwards"})
    assert (seen["age"], seen["authorization"], seen["max-forwards"]) == ("7", "Bearer t", "2")
    assert seen["x-amzn-apigateway-api-id"] == api.id
    assert answer.headers["x-amzn-remapped-server"] == "mine"
    assert answer.headers["x-amzn-remapped-www-authenticate"] == "b"
    assert answer.headers["x-amzn-remapped-content-length"] == str(len(answer.body))
    assert answer.headers["x-amzn-remapped-x-amzn-requestid"] == "b"
    assert answer.headers["content-type"] == "application/json"
    assert not {"via", "x-amzn-trace-id", "www-authenticate"} & answer.headers.keys()


def test_a_server_behind_a_custom_integration_gets_the_gateways_headers(api: RestApi) -> None:
    answer = _call(api, "/HTTP", {}, {**SENT, "Accept": "application/json"})
    seen = answer.json
    assert seen.keys().isdisjoint(
        {*DROPPED, "age", "via", "x-own", "authorization"} - {"max-forwards"}
    )
    assert seen["user-agent"] == f"AmazonAPIGateway_{api.id}"
    assert (seen["accept"], seen["max-forwards"]) == ("application/json", "2")
    assert answer.headers["x-amzn-remapped-server"] == "mine"
    assert answer.headers["x-amzn-trace-id"].startswith("Root=1-")


def test_mapped_response_headers_are_renamed_and_templates_see_what_is_passed_on(
    api: RestApi,
) -> None:
    answer = _call(api, "/mock", {}, SENT)
    for name in ("authorization", "content-md5", "expect", "host", "user-agent"):
        assert answer.headers[f"x-amzn-remapped-{name}"] == "m"
    assert (answer.headers["via"], answer.headers["x-own"]) == ("m", "m")
    assert "transfer-encoding" not in answer.headers
    assert answer.text == "1"


PNG = b"\x89PNG"


@pytest.mark.parametrize(
    ("accept", "binary"),
    [
        ("image/png", True),
        ("image/png,text/html", True),
        ("image/png;q=0.5", True),
        ("application/whatever", True),
        ("text/html,image/png", False),
        ("image/*", False),
        ("*/*", False),
        ("application", False),
        (None, False),
    ],
)
@pytest.mark.parametrize("content_type", ["image/png", "text/plain", None])
def test_the_first_type_that_the_client_accepts_decides_whether_an_answer_is_binary(
    api: RestApi, accept: str | None, binary: bool, content_type: str | None
) -> None:
    encoded = base64.b64encode(PNG).decode()
    given: dict[str, Any] = {"statusCode": 200, "isBase64Encoded": True, "body": encoded}
    if content_type:
        given["headers"] = {"Content-Type": content_type}
    address = f"/_aws/execute-api/{api.id}/prod/function"
    connection = http.client.HTTPConnection(api.cloud.endpoint.removeprefix("http://"))
    connection.request("POST", address, json.dumps(given), {"Accept": accept} if accept else {})
    body = connection.getresponse().read()
    connection.close()
    assert body == (PNG if binary else encoded.encode())


def test_a_binary_answer_that_is_no_base64_gives_500(api: RestApi) -> None:
    given = {"statusCode": 200, "isBase64Encoded": True, "body": "èé+à)("}
    assert _call(api, "/function", given, {"Accept": "image/png"}).status == 500
    text = {**given, "isBase64Encoded": False}
    assert _call(api, "/function", text, {"Accept": "image/png"}).text == "èé+à)("
