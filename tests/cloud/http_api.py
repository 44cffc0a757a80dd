"""Build an HTTP API in a few lines, and call it as a client would."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError

# answers with its event, or with what the query asks for
ECHO = """
import base64, json, time

def handler(event, context):
    what = (event.get("queryStringParameters") or {}).get("what")
    answers = {
        "inferred": {"message": "hello"},
        "text": "just text",
        "nothing": None,
        "cookies": {"statusCode": 201, "cookies": ["a=1; Path=/", "b=2"],
                    "headers": {"X-One": 1, "X-Flag": True}, "body": "made"},
        "numeric": {"statusCode": "404", "body": "none"},
        "binary": {"statusCode": 200, "isBase64Encoded": True,
                   "headers": {"Content-Type": "image/png"},
                   "body": base64.b64encode(b"\\x89PNG").decode()},
        "multi": {"statusCode": 200, "multiValueHeaders": {"X-M": ["a", "b"]}, "body": ""},
        "bad-status": {"statusCode": "abc"},
        "bad-body": {"statusCode": 200, "body": {"a": 1}},
        "bad-headers": {"statusCode": 200, "headers": ["a"]},
        "cors": {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "https://own"}},
    }
    if what == "raise":
        raise ValueError("broken")
    if what == "slow":
        time.sleep(1.5)
    if what in answers:
        return answers[what]
    return {"statusCode": 200, "headers": {"content-type": "application/json"},
            "body": json.dumps(event)}
"""


@dataclass
class Answer:
    """What came back; header names are in lower case, with every value."""

    status: int
    headers: dict[str, list[str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """The values of a header, joined by commas; empty if there is none."""
        return ",".join(self.headers.get(name, []))


class HttpApi:
    """One HTTP API under construction."""

    def __init__(self, cloud: Any, name: str, **settings: Any) -> None:
        self.cloud = cloud
        self.gateway = cloud.client("apigatewayv2")
        self.made = self.gateway.create_api(Name=name, ProtocolType="HTTP", **settings)
        self.id = self.made["ApiId"]

    def integration(self, arn: str, version: str = "2.0", **settings: Any) -> str:
        """The id of a new integration with a function."""
        made: str = self.gateway.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=arn,
            PayloadFormatVersion=version,
            **settings,
        )["IntegrationId"]
        return made

    def service(self, subtype: str, credentials: str, parameters: dict[str, str]) -> str:
        """The id of a new integration with a service."""
        made: str = self.gateway.create_integration(
            ApiId=self.id,
            IntegrationType="AWS_PROXY",
            IntegrationSubtype=subtype,
            PayloadFormatVersion="1.0",
            CredentialsArn=credentials,
            RequestParameters=parameters,
        )["IntegrationId"]
        return made

    def route(self, key: str, integration_id: str, **settings: Any) -> str:
        """The id of a new route."""
        made: str = self.gateway.create_route(
            ApiId=self.id, RouteKey=key, Target=f"integrations/{integration_id}", **settings
        )["RouteId"]
        return made

    def stage(self, name: str = "$default", **settings: Any) -> HttpApi:
        """Make a stage that deploys automatically."""
        self.gateway.create_stage(ApiId=self.id, StageName=name, **{"AutoDeploy": True, **settings})
        return self

    def call(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
        query: Any = None,
    ) -> Answer:
        """Send one request; a dictionary is sent as JSON. A named stage begins the path."""
        sent = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if isinstance(body, dict | list):
            body = json.dumps(body)
            if not any(name.lower() == "content-type" for name, _ in sent):
                sent.append(("content-type", "application/json"))
        address = f"/_aws/execute-api/{self.id}{path}"
        if query:
            address += "?" + urlencode(query, doseq=True)
        return send(self.cloud, verb, address, body, sent)


def send(cloud: Any, verb: str, address: str, body: Any, headers: list[tuple[str, str]]) -> Answer:
    """Send one request to the cloud's own address."""
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    try:
        own_host = any(name.lower() == "host" for name, _ in headers)
        connection.putrequest(verb, address, skip_host=own_host, skip_accept_encoding=True)
        content = body.encode() if isinstance(body, str) else body
        for name, value in headers:
            connection.putheader(name, value)
        if content is not None:
            connection.putheader("content-length", str(len(content)))
        connection.endheaders(content)
        response = connection.getresponse()
        found: dict[str, list[str]] = {}
        for name, value in response.getheaders():
            found.setdefault(name.lower(), []).append(value)
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """The code and the text of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
