"""API Gateway's control plane: what builds an API, and what AWS says to mistakes.

https://docs.aws.amazon.com/apigateway/latest/api/Welcome.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.rest_api import ACCOUNT, RestApi, patches

GONE = f"Invalid API identifier specified {ACCOUNT}:nosuch"
FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f/invocations"
)
QUEUE = f"arn:aws:apigateway:us-east-1:sqs:path/{ACCOUNT}/q"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


@pytest.fixture(scope="module")
def api(cloud: Any) -> RestApi:
    return RestApi(cloud, "gw-control", description="first", tags={"team": "a"})


def _refused(code: str, text: str, call: Callable[..., Any], **parameters: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    found = error.value.response["Error"]
    assert (found["Code"], text in found["Message"]) == (code, True), found


def test_an_api_is_created_read_changed_listed_and_deleted(cloud: Any) -> None:
    gateway = cloud.client("apigateway")
    made = gateway.create_rest_api(name="gw-life", endpointConfiguration={"types": ["REGIONAL"]})
    assert made["apiKeySource"] == "HEADER"
    assert made["endpointConfiguration"]["types"] == ["REGIONAL"]
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    changed = gateway.update_rest_api(
        restApiId=made["id"],
        patchOperations=patches(
            ("replace", "/name", "gw-renamed"),
            ("add", "/binaryMediaTypes/image~1png", None),
            ("replace", "/disableExecuteApiEndpoint", "true"),
        ),
    )
    assert changed["name"] == "gw-renamed"
    assert changed["binaryMediaTypes"] == ["image/png"]
    assert changed["disableExecuteApiEndpoint"] is True
    listed = [a for p in gateway.get_paginator("get_rest_apis").paginate() for a in p["items"]]
    assert made["id"] in {each["id"] for each in listed}
    gateway.delete_rest_api(restApiId=made["id"])
    _refused(
        "NotFoundException",
        f"Invalid API identifier specified {ACCOUNT}:{made['id']}",
        gateway.get_rest_api,
        restApiId=made["id"],
    )


def test_a_new_api_has_its_two_models(api: RestApi) -> None:
    models = api.gateway.get_models(restApiId=api.id)["items"]
    assert {"Empty", "Error"} <= {model["name"] for model in models}


def test_mistakes_in_apis_are_named(api: RestApi) -> None:
    gateway = api.gateway
    _refused("BadRequestException", "non-empty", gateway.create_rest_api, name="")
    _refused("NotFoundException", GONE, gateway.get_resources, restApiId="nosuch")
    _refused("NotFoundException", GONE, gateway.get_stages, restApiId="nosuch")
    _refused(
        "ValidationException", "enum value set", gateway.create_rest_api,
        name="x", apiKeySource="COOKIE",
    )  # fmt: skip
    _refused(
        "BadRequestException", "Invalid patch path  '/nothing'", gateway.update_rest_api,
        restApiId=api.id, patchOperations=patches(("replace", "/nothing", "x")),
    )  # fmt: skip
    _refused(
        "BadRequestException", "Invalid policy document", gateway.create_rest_api,
        name="x", policy="{",
    )  # fmt: skip


def test_the_tree_of_resources_stays_unambiguous(api: RestApi) -> None:
    create, root = api.gateway.create_resource, api.resource("/")
    orders = api.resource("/orders")
    api.resource("/orders/{id}")
    greedy = api.resource("/files/{path+}")

    def refuse(code: str, text: str, parent: str, part: str) -> None:
        _refused(code, text, create, restApiId=api.id, parentId=parent, pathPart=part)

    refuse("ConflictException", "already has this name: orders", root, "orders")
    refuse("BadRequestException", "A sibling ({id})", orders, "{other}")
    refuse("BadRequestException", "greedy path variable: {path+}", greedy, "below")
    refuse("BadRequestException", "path part only allow", root, "a b")
    refuse("BadRequestException", "path part only allow", root, "x{id}")
    refuse("NotFoundException", "Invalid Resource identifier", "nosuch", "a")
    listed = api.gateway.get_resources(restApiId=api.id)["items"]
    assert {"/", "/orders", "/orders/{id}"} <= {each["path"] for each in listed}


def test_deleting_a_resource_deletes_what_is_below(api: RestApi) -> None:
    child = api.resource("/gone/child")
    api.gateway.delete_resource(restApiId=api.id, resourceId=api.resource("/gone"))
    _refused(
        "NotFoundException", "Invalid Resource identifier", api.gateway.get_resource,
        restApiId=api.id, resourceId=child,
    )  # fmt: skip
    _refused(
        "BadRequestException", "Root resource", api.gateway.delete_resource,
        restApiId=api.id, resourceId=api.resource("/"),
    )  # fmt: skip


def test_a_resource_can_be_moved(api: RestApi) -> None:
    api.resource("/old/leaf")
    changed = api.gateway.update_resource(
        restApiId=api.id,
        resourceId=api.resource("/old"),
        patchOperations=patches(("replace", "/pathPart", "new")),
    )
    assert changed["path"] == "/new"
    leaf = api.gateway.get_resource(restApiId=api.id, resourceId=api.resources["/old/leaf"])
    assert leaf["path"] == "/new/leaf"


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ({"httpMethod": "FETCH"}, "BadRequestException", "Invalid HttpMethod"),
        ({"authorizationType": "CUSTOM"}, "BadRequestException", "Invalid authorizer ID"),
        ({"requestValidatorId": "zzz"}, "BadRequestException", "Invalid Request Validator"),
        (
            {"requestModels": {"application/json": "Nope"}},
            "BadRequestException",
            "Invalid model identifier specified: Nope",
        ),
        ({"requestParameters": {"header.X": True}}, "BadRequestException", "Invalid mapping"),
        ({"authorizationType": "COGNITO_USER_POOLS"}, "NotImplementedByOrderlab", "Cognito"),
    ],
)
def test_mistakes_in_methods_are_named(
    api: RestApi, settings: dict[str, Any], code: str, text: str
) -> None:
    place = {"restApiId": api.id, "resourceId": api.resource("/wrong"), "httpMethod": "GET"}
    given = {**place, "authorizationType": "NONE", **settings}
    _refused(code, text, api.gateway.put_method, **given)


def test_a_method_is_made_once_and_patched(api: RestApi) -> None:
    place = api.method("GET", "/methods", requestParameters={"method.request.querystring.a": True})
    _refused(
        "ConflictException", "Method already exists", api.gateway.put_method,
        **place, authorizationType="NONE",
    )  # fmt: skip
    changed = api.gateway.update_method(
        **place,
        patchOperations=patches(
            ("replace", "/apiKeyRequired", "true"),
            ("replace", "/requestParameters/method.request.querystring.a", "false"),
            ("add", "/requestModels/application~1json", "Empty"),
        ),
    )
    assert changed["apiKeyRequired"] is True
    assert changed["requestParameters"] == {"method.request.querystring.a": False}
    assert changed["requestModels"] == {"application/json": "Empty"}
    _refused(
        "BadRequestException", "Invalid patch path /httpMethod", api.gateway.update_method,
        **place, patchOperations=patches(("replace", "/httpMethod", "PUT")),
    )  # fmt: skip
    api.gateway.delete_method(**place)
    _refused(
        "NotFoundException", "Invalid Method identifier specified", api.gateway.get_method, **place
    )


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ({"type": "SMOKE"}, "ValidationException", "enum value set"),
        ({"type": "HTTP", "uri": "http://127.0.0.1"}, "BadRequestException", "HttpMethod must be"),
        ({"type": "AWS", "uri": "nothing"}, "BadRequestException", "Invalid ARN"),
        (
            {"type": "AWS", "uri": QUEUE.replace("path/", "")},
            "BadRequestException",
            "path or action",
        ),
        ({"type": "AWS", "uri": QUEUE}, "BadRequestException", "Role ARN must be specified"),
        ({"type": "AWS_PROXY", "uri": QUEUE}, "BadRequestException", "only supports Lambda"),
        ({"type": "HTTP", "uri": "ftp://x"}, "BadRequestException", "Invalid HTTP endpoint"),
        ({"type": "MOCK", "timeoutInMillis": 30_000}, "BadRequestException", "between 50 ms and"),
        (
            {"type": "MOCK", "passthroughBehavior": "SOMETIMES"},
            "BadRequestException",
            "passthrough",
        ),
        (
            {"type": "MOCK", "requestTemplates": {"application/json": "#if($a)"}},
            "BadRequestException",
            "Invalid mapping template",
        ),
        (
            {"type": "MOCK", "requestTemplates": {"application/json": "#macro(a)b#end"}},
            "BadRequestException",
            "not supported",
        ),
        (
            {"type": "MOCK", "requestParameters": {"integration.request.header.X": "nothing"}},
            "BadRequestException",
            "Invalid mapping expression specified",
        ),
        (
            {
                "type": "AWS",
                "credentials": ROLE,
                "uri": "arn:aws:apigateway:us-east-1:states:action/StartExecution",
            },
            "NotImplementedByOrderlab",
            "states",
        ),
        (
            {"type": "AWS", "uri": QUEUE, "credentials": "arn:aws:iam::999999999999:role/x"},
            "AccessDeniedException",
            "Cross-account pass role",
        ),
    ],
)
def test_mistakes_in_integrations_are_named(
    api: RestApi, settings: dict[str, Any], code: str, text: str
) -> None:
    place = {"restApiId": api.id, "resourceId": api.resource("/integrations"), "httpMethod": "POST"}
    if "POST" not in api.gateway.get_resource(restApiId=api.id, resourceId=place["resourceId"]).get(
        "resourceMethods", {}
    ):
        api.gateway.put_method(**place, authorizationType="NONE")
    if settings["type"].startswith("AWS") or settings.get("uri", "").startswith("ftp"):
        settings = {"integrationHttpMethod": "POST", **settings}
    _refused(code, text, api.gateway.put_integration, **place, **settings)


def test_integrations_and_their_responses_are_read_and_patched(api: RestApi) -> None:
    place = api.function("GET", "/patched", FUNCTION.split("/functions/")[1].split("/inv")[0])
    found = api.gateway.get_integration(**place)
    assert (found["passthroughBehavior"], found["timeoutInMillis"]) == ("WHEN_NO_MATCH", 29_000)
    assert found["cacheNamespace"] == place["resourceId"]
    _refused(
        "NotFoundException", "Invalid Response status code", api.gateway.put_integration_response,
        **place, statusCode="200",
    )  # fmt: skip
    api.respond(place, "200", response="{}")
    changed = api.gateway.update_integration(
        **place,
        patchOperations=patches(
            ("replace", "/timeoutInMillis", "500"),
            ("add", "/requestTemplates/text~1plain", "x"),
        ),
    )
    assert changed["timeoutInMillis"] == 500 and changed["requestTemplates"] == {"text/plain": "x"}
    method = api.gateway.get_method(**place)
    assert method["methodIntegration"]["integrationResponses"]["200"]["statusCode"] == "200"
    api.gateway.delete_integration(**place)
    _refused(
        "NotFoundException", "Invalid Integration identifier specified",
        api.gateway.get_integration, **place,
    )  # fmt: skip
    api.gateway.delete_method(**place)


def test_a_response_header_must_be_declared_by_the_method(cloud: Any) -> None:
    api = RestApi(cloud, "gw-undeclared")
    place = api.mock("GET", "/")
    _refused(
        "BadRequestException", "Invalid mapping expression parameter specified",
        api.gateway.put_integration_response,
        **place, statusCode="200", responseParameters={"method.response.header.X": "'1'"},
    )  # fmt: skip


def test_tags_are_kept(api: RestApi) -> None:
    arn = f"arn:aws:apigateway:us-east-1::/restapis/{api.id}"
    api.gateway.tag_resource(resourceArn=arn, tags={"env": "test"})
    assert api.gateway.get_tags(resourceArn=arn)["tags"] == {"team": "a", "env": "test"}
    api.gateway.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert api.gateway.get_tags(resourceArn=arn)["tags"] == {"env": "test"}


def test_what_is_not_done_is_refused_by_name(api: RestApi) -> None:
    gateway = api.gateway
    _refused(
        "NotImplementedByOrderlab", "CreateDomainName", gateway.create_domain_name, domainName="a.b"
    )
    _refused("NotImplementedByOrderlab", "GetSdkTypes", gateway.get_sdk_types)
    _refused(
        "NotImplementedByOrderlab", "VpcLink", gateway.create_vpc_link, name="x", targetArns=["a"]
    )


def test_the_accounts_role_must_trust_the_gateway(cloud: Any, api: RestApi) -> None:
    assert api.gateway.get_account()["throttleSettings"]["rateLimit"] == 10_000
    iam = cloud.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    arn = iam.create_role(RoleName="gw-not-ours", AssumeRolePolicyDocument=json.dumps(trust))[
        "Role"
    ]["Arn"]
    _refused(
        "BadRequestException", "does not have required permissions", api.gateway.update_account,
        patchOperations=patches(("replace", "/cloudwatchRoleArn", arn)),
    )  # fmt: skip
