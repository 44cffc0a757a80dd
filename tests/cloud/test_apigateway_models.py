"""Models lead nowhere else, and compare any body with any schema within a budget.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi

# every alternative leads to all of them again
ALTERNATIVES = {"anyOf": [{"items": {"$ref": "#"}, "not": {}}] * 4}
SCHEMAS: dict[str, dict[str, Any]] = {
    "unique": {"properties": {"x": {"type": "array", "uniqueItems": True}}},
    "enum": {"properties": {"x": {"enum": [[n] for n in range(30_000)]}}},
    "multiple": {"items": {"multipleOf": 1e-300}},
    "combined": {"oneOf": [{"allOf": [{"not": {"required": [f"p{n}"]}}] * 3} for n in range(500)]},
    "alternatives": ALTERNATIVES,
    "circle": {"$ref": "#"},
    "names": {"additionalProperties": {"patternProperties": {"^(a+)+$": {"type": "integer"}}}},
}


@pytest.fixture(scope="module")
def api(cloud: Any) -> RestApi:
    api = RestApi(cloud, "models")
    validator = api.gateway.create_request_validator(
        restApiId=api.id, name="body", validateRequestBody=True
    )["id"]
    for name, schema in SCHEMAS.items():
        api.gateway.create_model(
            restApiId=api.id,
            name=name,
            contentType="application/json",
            schema=json.dumps(schema),
        )
        method = {"requestValidatorId": validator, "requestModels": {"application/json": name}}
        api.mock("POST", f"/{name}", method=method, response="fits")
    return api.deploy()


def _nested(depth: int) -> Any:
    value: Any = [1]
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("unique", {"x": [{"a": n} for n in range(40_000)]}, 200),
        ("unique", {"x": [{"a": n} for n in range(40_000)] + [{"a": 1.0}]}, 400),
        ("unique", {"x": [n * (2**61 - 1) for n in range(40_000)]}, 200),
        ("unique", {"x": [1, "1", True, [1], {"a": 1}, None, 1.5]}, 200),
        ("unique", {"x": [0, False, "", None, [], {}]}, 200),
        ("unique", {"x": [1, 1.0]}, 400),
        ("enum", {"x": [29_999.0]}, 200),
        ("enum", {"x": list(range(300_000))}, 400),
        ("multiple", [1e308] * 2_000, 200),
        ("combined", {}, 400),
        ("alternatives", _nested(3), 400),
        ("circle", {}, 400),
        ("names", {"a" * 40 + "!": {"a" * 40 + "!": 1}}, 200),
    ],
)
def test_large_bodies_are_compared_with_a_model_in_linear_time(
    cloud: Any, api: RestApi, name: str, body: Any, status: int
) -> None:
    with bystander(cloud):
        answer = api.call("POST", f"/{name}", body)
    assert answer.status == status, answer.text[:200]


def test_alternatives_without_end_give_500_to_their_caller_alone(cloud: Any, api: RestApi) -> None:
    with bystander(cloud):
        answer = api.call("POST", "/alternatives", _nested(100))
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server that never answers, and what it was sent."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        try:
            while True:
                connection, _ = server.accept()
                with connection:
                    calls.append(connection.recv(100))
        except OSError:
            return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield server.getsockname()[1], calls
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


OTHERS = (
    "http://127.0.0.1:{port}/schema.json",
    "file:///etc/hostname",
    "ftp://127.0.0.1:{port}/x",
    "https://apigateway.amazonaws.com/restapis/other/models/Empty",
    "http://apigateway.amazonaws.com/restapis/{api}/models/Empty",
    "Empty",
    "#/definitions/nowhere",
    "//127.0.0.1:{port}/x",
)


@pytest.mark.parametrize("reference", OTHERS)
def test_a_reference_out_of_the_api_is_refused(
    api: RestApi, listener: tuple[int, list[bytes]], reference: str
) -> None:
    port, calls = listener
    reference = reference.format(port=port, api=api.id)
    schema = json.dumps({"properties": {"x": {"$ref": reference}}})
    gateway = api.gateway
    refused = r"errors : \[Model reference must be in canonical form\]"
    with pytest.raises(ClientError, match=refused) as error:
        gateway.create_model(
            restApiId=api.id, name="Other", contentType="application/json", schema=schema
        )
    assert error.value.response["Error"]["Code"] == "BadRequestException"
    patch = [{"op": "replace", "path": "/schema", "value": schema}]
    with pytest.raises(ClientError, match=refused):
        gateway.update_model(restApiId=api.id, modelName="Empty", patchOperations=patch)
    if "/restapis/" in reference:
        return  # an import takes it for a model of its own
    for place in (
        {"definitions": {"Other": json.loads(schema)}},
        _as_parameter(json.loads(schema)),
    ):
        document = {"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}, **place}
        with pytest.raises(ClientError, match=r"canonical form|Unable to resolve"):
            gateway.import_rest_api(body=json.dumps(document).encode())
    assert calls == []


def _as_parameter(schema: Any) -> dict[str, Any]:
    parameter = {"in": "body", "name": "b", "schema": schema}
    return {"paths": {"/": {"post": {"parameters": [parameter]}}}}


def test_a_reference_to_the_apis_own_models_is_followed(api: RestApi) -> None:
    address = f"https://apigateway.amazonaws.com/restapis/{api.id}/models/Error"
    for name, schema in (
        ("Own", {"items": {"$ref": address}}),
        ("Local", {"definitions": {"a/b": {}}, "items": {"$ref": "#/definitions/a~1b"}}),
    ):
        api.gateway.create_model(
            restApiId=api.id, name=name, contentType="application/json", schema=json.dumps(schema)
        )


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"$id": "x"}, r'Unsupported keyword\(s\): \["\$id"\]'),
        ({"properties": {"a": {"example": 1}}}, r'Unsupported keyword\(s\): \["example"\]'),
        ({"required": []}, "Invalid model schema specified"),
        ({"required": "a"}, "Invalid model schema specified"),
        ({"minLength": -1}, "Invalid model schema specified"),
        ({"pattern": "("}, "Invalid model schema specified"),
        ({"properties": []}, "Invalid model schema specified"),
        ({"multipleOf": 0}, "Invalid model schema specified"),
        ({"allOf": [_nested(120)]}, "Invalid model schema specified"),
        ({"description": "x" * 410_000}, "larger than 400 KB"),
    ],
)
def test_a_schema_that_awss_validator_does_not_take_is_refused(
    api: RestApi, schema: Any, text: str
) -> None:
    with pytest.raises(ClientError, match=text):
        api.gateway.create_model(
            restApiId=api.id,
            name="Bad",
            contentType="application/json",
            schema=json.dumps(schema),
        )


def test_models_that_refer_to_others_twice_do_not_flatten_without_end(api: RestApi) -> None:
    before = "Empty"
    for number in range(25):
        address = f"https://apigateway.amazonaws.com/restapis/{api.id}/models/{before}"
        before = f"Twice{number}"
        api.gateway.create_model(
            restApiId=api.id,
            name=before,
            contentType="application/json",
            schema=json.dumps({"allOf": [{"$ref": address}, {"$ref": address}]}),
        )
    with bystander(api.cloud), pytest.raises(ClientError, match="too large"):
        api.gateway.get_model(restApiId=api.id, modelName=before, flatten=True)
    flat = api.gateway.get_model(restApiId=api.id, modelName="Twice1", flatten=True)["schema"]
    assert flat.count('"title": "Empty Schema"') == 4
