"""Request validators, models, and a gateway that stays standing whatever it is sent.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cloud.rest_api import ACCOUNT, RestApi, role, send

ORDER = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["orderId", "lines"],
    "properties": {
        "orderId": {"type": "string", "pattern": "^o-[0-9]+$"},
        "lines": {"type": "array", "minItems": 1, "items": {"$ref": "LINE"}},
    },
}
LINE = {
    "type": "object",
    "required": ["sku"],
    "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
GOOD = {"orderId": "o-1", "lines": [{"sku": "a", "quantity": 2}]}


@pytest.fixture(scope="module")
def api(cloud: Any) -> Iterator[RestApi]:
    api = RestApi(cloud, "gw-validation")
    line_url = f"https://apigateway.amazonaws.com/restapis/{api.id}/models/Line"
    order = json.dumps(ORDER).replace("LINE", line_url)
    for name, schema in (("Line", json.dumps(LINE)), ("Order", order)):
        api.gateway.create_model(
            restApiId=api.id, name=name, contentType="application/json", schema=schema
        )
    validators = {
        name: api.gateway.create_request_validator(
            restApiId=api.id,
            name=name,
            validateRequestBody=body,
            validateRequestParameters=not body,
        )["id"]
        for name, body in (("body", True), ("parameters", False))
    }
    body = {
        "requestValidatorId": validators["body"],
        "requestModels": {"application/json": "Order"},
    }
    parameters = {
        "method.request.querystring.page": True,
        "method.request.header.X-Shop": True,
        "method.request.querystring.optional": False,
    }
    api.mock("POST", "/orders", response="{}", method=body)
    api.mock(
        "POST",
        "/default",
        response="{}",
        method={**body, "requestModels": {"$default": "Order"}},
    )
    api.mock(
        "GET",
        "/list",
        response="{}",
        method={"requestValidatorId": validators["parameters"], "requestParameters": parameters},
    )
    api.gateway.put_gateway_response(
        restApiId=api.id,
        responseType="BAD_REQUEST_BODY",
        responseTemplates={
            "application/json": '{"message": $context.error.messageString,'
            ' "why": "$context.error.validationErrorString"}'
        },
    )
    cloud.client("sqs").create_queue(QueueName="gw-fuzzed")
    place = api.service(
        "POST",
        "/first/{id}",
        f"sqs:path/{ACCOUNT}/gw-fuzzed",
        role(cloud, "gw-fuzz", "sqs:SendMessage"),
        "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$'))"
        "&MessageAttribute.1.Name=id&MessageAttribute.1.Value.DataType=String"
        "&MessageAttribute.1.Value.StringValue=$util.urlEncode($input.params('id'))",
        requestParameters={
            "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
        },
        passthroughBehavior="NEVER",
        method=body,
    )
    api.respond(place, "202", response='{"accepted": true}')
    api.respond(place, "400", pattern="4..", response='{"accepted": false}')
    yield api.deploy()


def test_a_body_that_fits_its_model_passes(api: RestApi) -> None:
    assert api.call("POST", "/orders", GOOD).status == 200


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"lines": GOOD["lines"]}, "orderId"),
        ({**GOOD, "orderId": 7}, "instance type (integer) does not match"),
        ({**GOOD, "lines": [{"sku": "a", "quantity": 0}]}, "minimum"),
        ({**GOOD, "lines": [{"sku": "a", "colour": "red"}]}, "colour"),
        ("{", "Invalid JSON"),
        ("", "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
        ('{"orderId": NaN}', "Invalid JSON"),
        ("null", "object"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(api: RestApi, body: Any, why: str) -> None:
    answer = api.call("POST", "/orders", body)
    assert answer.status == 400
    assert '"Invalid request body"' in answer.text
    assert answer.headers["x-amzn-errortype"] == "BadRequestException"
    assert why in answer.text


def test_a_content_type_without_a_model_is_not_validated(api: RestApi) -> None:
    text = {"Content-Type": "text/plain"}
    # no template for text either, so that the gateway passes it on and MOCK finds no status
    assert api.call("POST", "/orders", "anything", headers=text).status == 500
    assert api.call("POST", "/default", "anything", headers=text).status == 400
    charset = {"Content-Type": "application/json; charset=utf-8"}
    assert api.call("POST", "/orders", {}, headers=charset).status == 400


def test_missing_and_blank_parameters_are_named(api: RestApi) -> None:
    answer = api.call("GET", "/list")
    assert answer.status == 400
    assert answer.json == {"message": "Missing required request parameters: [page, X-Shop]"}
    blank = api.call("GET", "/list", query={"page": " "}, headers={"x-shop": "s"})
    assert blank.json == {"message": "Missing required request parameters: [page]"}
    assert api.call("GET", "/list", query={"page": "1"}, headers={"x-shop": "s"}).status == 200


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("{", "Invalid model specified"),
        ("[]", "Invalid model specified"),
        ('{"type": "banana"}', "Invalid model specified"),
        ("", "at least 1 property"),
    ],
)
def test_a_bad_schema_is_refused(api: RestApi, schema: str, text: str) -> None:
    with pytest.raises(ClientError, match=text) as error:
        api.gateway.create_model(
            restApiId=api.id, name="Bad", contentType="application/json", schema=schema
        )
    assert error.value.response["Error"]["Code"] == "BadRequestException"


def test_a_model_that_is_used_cannot_be_deleted(api: RestApi) -> None:
    with pytest.raises(ClientError, match="is referenced in method request: /orders/POST"):
        api.gateway.delete_model(restApiId=api.id, modelName="Order")
    with pytest.raises(ClientError, match="is referenced in model: Order"):
        api.gateway.delete_model(restApiId=api.id, modelName="Line")


_PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
_BODIES = st.one_of(
    st.binary(max_size=50),
    st.text(max_size=50).map(lambda text: text.encode("utf-8", "replace")),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["orderId", "lines", "sku", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.text(max_size=8).map(lambda sku: json.dumps({**GOOD, "lines": [{"sku": sku}]}).encode()),
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.one_of(_PRINTABLE.map(lambda part: f"/first/{part}"), _PRINTABLE),
    body=_BODIES,
    content_type=st.one_of(st.just("application/json"), _PRINTABLE),
    name=st.text("abcXYZ-_09", min_size=1, max_size=10),
    value=_PRINTABLE,
)
def test_no_request_makes_the_gateway_fail(
    cloud: Any, api: RestApi, path: str, body: bytes, content_type: str, name: str, value: str
) -> None:
    safe = path.replace("#", "%23")
    headers = {f"X-{name}": value, "Content-Type": content_type, "Accept": value}
    address = f"/_aws/execute-api/{api.id}/prod/{safe.lstrip('/')}"
    assert send(cloud, "POST", address, body, headers).status < 500
