"""Patches that unset values, parameters of the wrong type, and quotas of the control plane.

https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.cloud.rest_api import RestApi, function, patches

Unset = tuple[str, ...]


@pytest.fixture(scope="module")
def api(cloud: Any) -> RestApi:
    policy = {"Version": "2012-10-17", "Statement": []}
    api = RestApi(cloud, "gw-patches", description="d", version="1", policy=json.dumps(policy))
    api.function("POST", "/f", function(cloud, "gw-patches", "def handler(event, context): pass"))
    api.mock("GET", "/m", method={"operationName": "get"}, response="x")
    return api.deploy()


def _emptied(names: Unset, value: str | None) -> list[dict[str, str]]:
    return patches(*(("replace", f"/{name}", value) for name in names))


@pytest.mark.parametrize("value", ["", None])
def test_an_apis_settings_are_unset_by_an_empty_value_or_none(api: RestApi, value: str) -> None:
    names = ("description", "version", "policy", "minimumCompressionSize", "apiKeySource")
    operations = _emptied(names, value)
    changed = api.gateway.update_rest_api(restApiId=api.id, patchOperations=operations)
    assert not {"description", "version", "policy", "minimumCompressionSize"} & changed.keys()
    assert changed["apiKeySource"] == "HEADER"


@pytest.mark.parametrize("value", ["", None])
def test_settings_of_what_is_in_an_api_are_unset(api: RestApi, value: str) -> None:
    gateway = api.gateway
    place = {"restApiId": api.id, "resourceId": api.resource("/m"), "httpMethod": "GET"}
    method = gateway.update_method(
        **place, patchOperations=_emptied(("operationName", "requestValidatorId"), value)
    )
    assert not {"operationName", "requestValidatorId"} & method.keys()
    names = ("contentHandling", "credentials", "passthroughBehavior", "timeoutInMillis")
    integration = gateway.update_integration(**place, patchOperations=_emptied(names, value))
    assert not {"contentHandling", "credentials"} & integration.keys()
    assert integration["passthroughBehavior"] == "WHEN_NO_MATCH"
    assert integration["timeoutInMillis"] == 29_000
    answer = gateway.update_integration_response(
        **place,
        statusCode="200",
        patchOperations=_emptied(("contentHandling", "selectionPattern"), value),
    )
    assert not {"contentHandling", "selectionPattern"} & answer.keys()
    model = gateway.update_model(
        restApiId=api.id, modelName="Error", patchOperations=_emptied(("description",), value)
    )
    assert "description" not in model
    stage = gateway.update_stage(
        restApiId=api.id,
        stageName="prod",
        patchOperations=_emptied(
            ("description", "cacheClusterSize", "clientCertificateId", "*/*/throttling/rateLimit"),
            value,
        ),
    )
    assert "description" not in stage
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 10_000
    changed = gateway.update_gateway_response(
        restApiId=api.id, responseType="THROTTLED", patchOperations=_emptied(("statusCode",), value)
    )
    assert changed["statusCode"] == "429"
    gateway.update_account(patchOperations=_emptied(("cloudwatchRoleArn",), value))


@pytest.mark.parametrize("value", ["", None])
def test_settings_of_authorizers_keys_and_plans_are_unset(api: RestApi, value: str) -> None:
    gateway = api.gateway
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"
    authorizer = gateway.create_authorizer(
        restApiId=api.id,
        name=f"by-{value}",
        type="TOKEN",
        authorizerUri=uri,
        identityValidationExpression="a+",
        authorizerResultTtlInSeconds=5,
    )
    texts = ("authorizerCredentials", "identityValidationExpression")
    names = (*texts, "authorizerResultTtlInSeconds")
    changed = gateway.update_authorizer(
        restApiId=api.id, authorizerId=authorizer["id"], patchOperations=_emptied(names, value)
    )
    assert not set(texts) & changed.keys()
    assert changed["authorizerResultTtlInSeconds"] == 300
    key = gateway.create_api_key(name="k", description="d", customerId="c")["id"]
    changed = gateway.update_api_key(
        apiKey=key, patchOperations=_emptied(("description", "customerId"), value)
    )
    assert not {"description", "customerId"} & changed.keys()
    plan = gateway.create_usage_plan(name="p", description="d", throttle={"rateLimit": 1.0})["id"]
    changed = gateway.update_usage_plan(
        usagePlanId=plan, patchOperations=_emptied(("description", "throttle/rateLimit"), value)
    )
    assert "description" not in changed and not changed.get("throttle", {}).get("rateLimit")


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("/name", "", "API name must be non-empty"),
        ("/minimumCompressionSize", "-1", "Invalid minimum compression size, must be between 0"),
        ("/minimumCompressionSize", "x", "Invalid minimum compression size, must be between 0"),
        ("/binaryMediaTypes", "a/b", "Invalid patch path /binaryMediaTypes"),
        ("/endpointConfiguration/ipAddressType", "x", "ipAddressType must be either ipv4"),
        ("/endpointConfiguration/types/0", "x", "Valid options are REGIONAL,EDGE,PRIVATE"),
    ],
)
def test_a_value_that_cannot_be_unset_or_set_is_named(
    api: RestApi, path: str, value: str, text: str
) -> None:
    with pytest.raises(ClientError, match=text) as error:
        api.gateway.update_rest_api(
            restApiId=api.id, patchOperations=patches(("replace", path, value))
        )
    assert error.value.response["Error"]["Code"] == "BadRequestException"


def test_a_binary_type_that_is_replaced_comes_last(api: RestApi) -> None:
    def types(*operations: tuple[str, str, str | None]) -> Any:
        return api.gateway.update_rest_api(restApiId=api.id, patchOperations=patches(*operations))[
            "binaryMediaTypes"
        ]

    added = [("add", f"/binaryMediaTypes/image~1{kind}", None) for kind in ("png", "jpeg")]
    assert types(*added) == ["image/png", "image/jpeg"]
    replaced = ("replace", "/binaryMediaTypes/image~1png", "image/gif")
    assert types(replaced) == ["image/jpeg", "image/gif"]


def test_parameters_of_the_wrong_type_are_refused_before_they_are_kept(
    cloud: Any, api: RestApi
) -> None:
    client = boto3.client(
        "apigateway",
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"max_attempts": 0}),
    )
    place = {"restApiId": api.id, "resourceId": api.resource("/m"), "httpMethod": "GET"}
    number = "TruncatingBigNumber can not be converted to an String"
    cases: tuple[tuple[Callable[..., Any], str, dict[str, Any]], ...] = (
        (client.put_integration, number, {"type": "MOCK", "requestTemplates": {"a/b": 5}}),
        (client.put_integration, "an Integer", {"type": "MOCK", "timeoutInMillis": True}),
        (client.put_method, "an Boolean", {"requestParameters": {"method.request.header.a": "x"}}),
        (client.put_integration_response, number, {"statusCode": "200", "selectionPattern": 5}),
    )
    for refused, text, parameters in cases:
        with pytest.raises(ClientError, match=text) as error:
            refused(**place, **parameters)
        assert error.value.response["Error"]["Code"] == "SerializationException"
    templates: dict[str, Any] = {"application/json": 5}
    with pytest.raises(ClientError, match=number):
        client.put_gateway_response(
            restApiId=api.id, responseType="THROTTLED", responseTemplates=templates
        )


def test_what_is_too_large_for_aws_is_refused(api: RestApi) -> None:
    gateway, large = api.gateway, {"application/json": "x" * 307_201}
    place = {"restApiId": api.id, "resourceId": api.resource("/m"), "httpMethod": "GET"}
    with pytest.raises(ClientError, match="longer than 307200 characters"):
        gateway.put_integration(**place, type="MOCK", requestTemplates=large)
    with pytest.raises(ClientError, match="longer than 307200 characters"):
        gateway.put_integration_response(**place, statusCode="200", responseTemplates=large)
    with pytest.raises(ClientError, match="longer than 307200 characters"):
        gateway.put_gateway_response(
            restApiId=api.id, responseType="THROTTLED", responseTemplates=large
        )
    with pytest.raises(ClientError, match="more than 100 stage variables"):
        api.deploy("other", variables={f"v{n}": "1" for n in range(101)})
    for variables in ({"k" * 65: "1"}, {"k": "v" * 513}):
        with pytest.raises(ClientError, match="characters long"):
            api.deploy("other", variables=variables)
    with pytest.raises(ClientError, match="longer than 8192 characters"):
        gateway.create_rest_api(name="x", policy="{" + " " * 8192 + "}")
    for number in range(9):
        api.deploy(f"stage{number}")
    with pytest.raises(ClientError, match="Maximum number of Stages") as error:
        api.deploy("stage9")
    assert error.value.response["Error"]["Code"] == "LimitExceededException"


def test_a_template_of_a_gateway_response_does_not_make_an_answer_without_end(cloud: Any) -> None:
    api = RestApi(cloud, "gw-long-refusals")
    api.mock("POST", "/closed", method={"apiKeyRequired": True})
    api.gateway.put_gateway_response(
        restApiId=api.id,
        responseType="INVALID_API_KEY",
        responseTemplates={"application/json": "$input.body" * 20_000},
        responseParameters={
            "gatewayresponse.header.x-all": "method.request.body.$..*",
            "gatewayresponse.header.x-own": "'own'",
        },
    )
    api.deploy()
    answer = api.call("POST", "/closed", json.dumps({"a": ["x"] * 100_000}))
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    assert answer.headers["x-own"] == "own" and "x-all" not in answer.headers
