"""Build a REST API in a few lines, and call it as a client would."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

ACCOUNT = "123456789012"
ASSUMABLE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["apigateway.amazonaws.com", "lambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}


@dataclass
class Answer:
    """What came back; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class RestApi:
    """One API under construction."""

    def __init__(self, cloud: Any, name: str, **settings: Any) -> None:
        self.cloud = cloud
        self.gateway = cloud.client("apigateway")
        created = self.gateway.create_rest_api(name=name, **settings)
        self.id = created["id"]
        self.resources: dict[str, str] = {"/": created["rootResourceId"]}
        self.deployments: list[str] = []

    def resource(self, path: str) -> str:
        """The id of a resource, made with its ancestors where they are missing."""
        if path not in self.resources:
            parent, _, part = path.rpartition("/")
            made = self.gateway.create_resource(
                restApiId=self.id, parentId=self.resource(parent or "/"), pathPart=part
            )
            self.resources[path] = str(made["id"])
        return self.resources[path]

    def method(self, verb: str, path: str, **settings: Any) -> dict[str, str]:
        """Make a method; what comes back names it in further calls."""
        place = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": verb}
        settings.setdefault("authorizationType", "NONE")
        self.gateway.put_method(**place, **settings)
        return place

    def mock(
        self,
        verb: str,
        path: str,
        *,
        template: str = '{"statusCode": 200}',
        response: str | None = None,
        status: str = "200",
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
        method: dict[str, Any] | None = None,
        **integration: Any,
    ) -> dict[str, str]:
        """A MOCK method with one response."""
        place = self.method(verb, path, **(method or {}))
        self.gateway.put_integration(
            **place, type="MOCK", requestTemplates={content_type: template}, **integration
        )
        self.respond(place, status, response=response, headers=headers)
        return place

    def respond(
        self,
        place: dict[str, str],
        status: str = "200",
        *,
        response: str | None = None,
        pattern: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        """A method response and the integration response that leads to it."""
        places = {
            f"method.response.header.{name}": value for name, value in (headers or {}).items()
        }
        self.gateway.put_method_response(
            **place, statusCode=status, responseParameters=dict.fromkeys(places, False)
        )
        if pattern is not None:
            more["selectionPattern"] = pattern
        if response is not None:
            more.setdefault("responseTemplates", {"application/json": response})
        self.gateway.put_integration_response(
            **place, statusCode=status, responseParameters=places, **more
        )

    def service(self, verb: str, path: str, uri: str, role: str, template: str, **more: Any) -> Any:
        """A method that calls an AWS service."""
        place = self.method(verb, path, **more.pop("method", {}))
        more.setdefault("requestTemplates", {"application/json": template})
        self.gateway.put_integration(
            **place,
            type="AWS",
            integrationHttpMethod="POST",
            credentials=role,
            uri=f"arn:aws:apigateway:us-east-1:{uri}",
            **more,
        )
        return place

    def function(self, verb: str, path: str, arn: str, kind: str = "AWS_PROXY", **more: Any) -> Any:
        """A method that calls a function."""
        place = self.method(verb, path, **more.pop("method", {}))
        self.gateway.put_integration(
            **place,
            type=kind,
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations",
            **more,
        )
        return place

    def deploy(self, stage: str | None = "prod", **settings: Any) -> RestApi:
        if stage is not None:
            settings["stageName"] = stage
        made = self.gateway.create_deployment(restApiId=self.id, **settings)
        self.deployments.append(made["id"])
        return self

    def patch_stage(self, *operations: tuple[str, str, str | None], stage: str = "prod") -> Any:
        return self.gateway.update_stage(
            restApiId=self.id, stageName=stage, patchOperations=patches(*operations)
        )

    def call(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        query: Any = None,
        stage: str = "prod",
    ) -> Answer:
        """Send one request; a dictionary is sent as JSON."""
        address = f"/_aws/execute-api/{self.id}/{stage}{path}"
        if query:
            address += "?" + urlencode(query, doseq=True)
        if isinstance(body, dict | list):
            body = json.dumps(body)
        sent = {"Content-Type": "application/json"} if body is not None else {}
        return send(self.cloud, verb, address, body, {**sent, **(headers or {})})


def send(cloud: Any, verb: str, address: str, body: Any, headers: dict[str, str]) -> Answer:
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    try:
        connection.request(verb, address, body=body, headers=headers)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def patches(*operations: tuple[str, str, str | None]) -> list[dict[str, str]]:
    return [
        {"op": op, "path": path, **({} if value is None else {"value": value})}
        for op, path, value in operations
    ]


def role(cloud: Any, name: str, *actions: str) -> str:
    """A role that the gateway may take on, allowed to do `actions`."""
    iam = cloud.client("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(ASSUMABLE))[
        "Role"
    ]["Arn"]
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return arn


def function(cloud: Any, name: str, code: str, *, permit: bool = True, timeout: int = 10) -> str:
    """A function of one file, which API Gateway may call."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("app.py", code)
    client = cloud.client("lambda")
    arn: str = client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role(cloud, f"{name}-role"),
        Code={"ZipFile": archive.getvalue()},
        Timeout=timeout,
    )["FunctionArn"]
    if permit:
        client.add_permission(
            FunctionName=name,
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
    client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return arn
