"""APIs built from OpenAPI documents.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi, patches, send

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "gw-imported", "version": "7", "description": "from a file"},
    "x-amazon-apigateway-request-validators": {
        "body": {"validateRequestBody": True, "validateRequestParameters": True}
    },
    "x-amazon-apigateway-gateway-responses": {
        "MISSING_AUTHENTICATION_TOKEN": {
            "statusCode": 404,
            "responseTemplates": {"application/json": '{"error": "no such path"}'},
        }
    },
    "components": {
        "schemas": {
            "Line": {"type": "object", "required": ["sku"]},
            "Order": {
                "type": "object",
                "required": ["lines"],
                "properties": {
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}
                },
            },
        },
        "securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}},
    },
    "paths": {
        "/orders": {
            "post": {
                "x-amazon-apigateway-request-validator": "body",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    }
                },
                "responses": {"202": {"headers": {"X-A": {"schema": {"type": "string"}}}}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 202}'},
                    "responses": {
                        "default": {
                            "statusCode": "202",
                            "responseParameters": {"method.response.header.X-A": "'1'"},
                            "responseTemplates": {"application/json": '{"accepted": true}'},
                        }
                    },
                },
            }
        },
        "/orders/{id}": {
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True}],
                "security": [{"key": []}],
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}},
                },
            }
        },
    },
}


def _deployed(cloud: Any, api_id: str) -> RestApi:
    api = RestApi.__new__(RestApi)
    api.cloud, api.gateway, api.id = cloud, cloud.client("apigateway"), api_id
    api.resources, api.deployments = {}, []
    return api.deploy()


def test_an_imported_api_works(cloud: Any) -> None:
    gateway = cloud.client("apigateway")
    made = gateway.import_rest_api(body=json.dumps(DOCUMENT).encode())
    assert (made["name"], made["description"]) == ("gw-imported", "from a file")
    api = _deployed(cloud, made["id"])
    good = api.call("POST", "/orders", {"lines": [{"sku": "a"}]})
    assert (good.status, good.json, good.headers["x-a"]) == (202, {"accepted": True}, "1")
    assert api.call("POST", "/orders", {"lines": [{}]}).json == {"message": "Invalid request body"}
    assert api.call("GET", "/orders/1").json == {"message": "Forbidden"}
    missing = api.call("GET", "/nowhere")
    assert (missing.status, missing.json) == (404, {"error": "no such path"})


def test_a_yaml_document_in_the_older_version_is_merged(cloud: Any) -> None:
    api = RestApi(cloud, "gw-merged")
    api.mock("GET", "/kept", response='{"kept": true}')
    document = """
swagger: "2.0"
info: {title: gw-merged, version: "1"}
paths:
  /added:
    x-amazon-apigateway-any-method:
      responses: {"200": {description: ok}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses:
          default: {statusCode: "200", responseTemplates: {application/json: '{"added": true}'}}
"""
    put = api.gateway.put_rest_api
    put(restApiId=api.id, mode="merge", body=document.encode())
    api.deploy()
    assert api.call("GET", "/kept").json == {"kept": True}
    assert api.call("PUT", "/added").json == {"added": True}
    put(restApiId=api.id, mode="overwrite", body=document.encode())
    api.deploy()
    assert api.call("GET", "/kept").status == 403


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "Invalid OpenAPI input"),
        (b"[]", "Invalid OpenAPI input"),
        (b'{"openapi": "1.0"}', "Only OpenAPI"),
        (b'{"openapi": "3.0.0", "info": {}, "paths": {}}', "info.title"),
        (
            json.dumps({**DOCUMENT, "paths": {"/a b": {}}}).encode(),
            "path part only allow",
        ),
    ],
)
def test_a_document_that_is_wrong_leaves_nothing_behind(cloud: Any, body: bytes, text: str) -> None:
    gateway = cloud.client("apigateway")
    before = {each["id"] for each in gateway.get_rest_apis(limit=500)["items"]}
    with pytest.raises(ClientError, match=text) as error:
        gateway.import_rest_api(body=body)
    assert error.value.response["Error"]["Code"] == "BadRequestException"
    assert {each["id"] for each in gateway.get_rest_apis(limit=500)["items"]} == before


def test_an_api_that_is_disabled_is_forbidden(cloud: Any) -> None:
    api = RestApi(cloud, "gw-disabled")
    api.mock("GET", "/", response="{}")
    api.deploy()
    api.gateway.update_rest_api(
        restApiId=api.id,
        patchOperations=patches(("replace", "/disableExecuteApiEndpoint", "true")),
    )
    assert api.call("GET", "/").status == 200
    api.deploy()
    answer = send(cloud, "GET", f"/_aws/execute-api/{api.id}/prod/", None, {})
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


HEAD = 'openapi: "3.0.0"\ninfo: {title: gw-limits, version: 2020-01-02}\npaths: {}\n'
DOUBLING = "".join(f"x{n}: &a{n} [{f'*a{n - 1}, *a{n - 1}' if n else '1'}]\n" for n in range(40))
MERGED = "".join(
    f"x{n}: &a{n} {{<<: [{f'*a{n - 1}, *a{n - 1}' if n else '{b: 1}'}], k{n}: 1}}\n"
    for n in range(40)
)
SHARED = {f"k{n}": {"type": "object"} for n in range(1000)}


ENDLESS = [
    (HEAD + "x: " + "[" * 100_000, "Invalid OpenAPI input"),
    (HEAD + "x: " + "{a: " * 100_000, "Invalid OpenAPI input"),
    ("[" * 200_000, "Invalid OpenAPI input"),
    ('{"openapi": "3.0.0", "paths": ' + '{"a": ' * 500 + "1" + "}" * 501, "Invalid OpenAPI"),
    (HEAD + DOUBLING, "too many values"),
    (HEAD + MERGED, "too many values"),
    (HEAD + "x: &a [*a]\n", "Invalid OpenAPI input"),
    (HEAD + "x: *nowhere\n", "Invalid OpenAPI input"),
    (HEAD + "x: !!python/object:os.system {}\ny: !!int 'x'\n", "Invalid OpenAPI input"),
    (HEAD + "---\n" + HEAD, "Invalid OpenAPI input"),
    (HEAD + "components: [1]\n", "Invalid OpenAPI input"),
    (HEAD + "components: {schemas: {A: 1}}\n", "Unable to create model for 'A'"),
    (HEAD.replace("{}", "{/a: {get: {parameters: 5}}}"), "Invalid OpenAPI input"),
    (
        HEAD.replace("{}", "{/a: {get: {parameters: [{$ref: 'file:///etc/passwd'}]}}}"),
        "Unable to resolve the reference",
    ),
    (
        HEAD.replace("{}", "{/a: {get: {parameters: [{$ref: '#/p'}]}}}") + "p: {$ref: '#/p'}",
        "references do not end",
    ),
    (HEAD + "x: " + "1:" * 500_000 + "1\n" + "y: " + "9" * 500_000, ""),
]


@pytest.mark.parametrize(("body", "text"), ENDLESS, ids=range(len(ENDLESS)))
def test_a_document_without_end_is_refused_to_its_caller_alone(
    cloud: Any, body: str, text: str
) -> None:
    gateway = cloud.client("apigateway")
    with bystander(cloud):
        if not text:
            made = gateway.import_rest_api(body=body.encode())
            gateway.delete_rest_api(restApiId=made["id"])
            return
        with pytest.raises(ClientError, match=text) as error:
            gateway.import_rest_api(body=body.encode())
    assert error.value.response["Error"]["Code"] == "BadRequestException"


def test_a_large_document_is_read_beside_other_calls(cloud: Any) -> None:
    gateway = cloud.client("apigateway")
    template = "#if($a)x#end" * 20_000
    operation = {
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": template},
            "responses": {"default": {"statusCode": "200"}},
        }
    }
    paths = {f"/p{n}": {"get": operation} for n in range(10)}
    document = {**DOCUMENT, "paths": paths, "components": {"schemas": SHARED}}
    document["info"] = {"title": "gw-large", "version": "1"}
    with bystander(cloud):
        made = gateway.import_rest_api(body=json.dumps(document).encode())
        gateway.put_rest_api(restApiId=made["id"], mode="merge", body=json.dumps(document).encode())
        api = _deployed(cloud, made["id"])
    assert api.call("GET", "/p9").status == 500


def test_yaml_is_read_as_json_would_be(cloud: Any) -> None:
    document = """
openapi: 3.0.0
info: {title: gw-yaml, version: 2020-01-02, description: "true"}
x-defaults: &defaults
  type: mock
  requestTemplates: {application/json: '{"statusCode": 201}'}
paths:
  /a:
    get:
      responses: {201: {description: made}}
      x-amazon-apigateway-integration:
        <<: *defaults
        responses: {default: {statusCode: 201}}
"""
    gateway = cloud.client("apigateway")
    made = gateway.import_rest_api(body=document.encode())
    assert (made["version"], made["description"]) == ("2020-01-02", "true")
    assert _deployed(cloud, made["id"]).call("GET", "/a").status == 201
