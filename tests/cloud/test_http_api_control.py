"""Building HTTP APIs: what is kept, what comes back, what is refused.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.cloud.http_api import HttpApi, refusal
from tests.cloud.rest_api import ACCOUNT, role

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:some"
INVOCATION = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


@pytest.fixture(scope="module")
def api(cloud: Any) -> HttpApi:
    return HttpApi(cloud, "http-control")


def test_an_api_comes_back_with_its_settings(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    cors = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "MaxAge": 5}
    api = HttpApi(
        cloud, "shop", Description="d", Version="v1", Tags={"a": "b"}, CorsConfiguration=cors
    )
    made = api.gateway.get_api(ApiId=api.id)
    assert made["ApiEndpoint"] == f"https://{api.id}.execute-api.us-east-1.amazonaws.com"
    assert made["CreatedDate"].tzinfo is not None
    wanted = {
        "ApiKeySelectionExpression": "$request.header.x-api-key",
        "CorsConfiguration": cors,
        "Description": "d",
        "DisableExecuteApiEndpoint": False,
        "IpAddressType": "ipv4",
        "Name": "shop",
        "ProtocolType": "HTTP",
        "RouteSelectionExpression": "${request.method} ${request.path}",
        "Tags": {"a": "b"},
        "Version": "v1",
    }
    assert {name: made[name] for name in wanted} == wanted
    changed = api.gateway.update_api(ApiId=api.id, Name="store", Description="other")
    assert (changed["Name"], changed["Description"], changed["Version"]) == ("store", "other", "v1")
    api.gateway.delete_api(ApiId=api.id)
    assert refusal(api.gateway.get_api, ApiId=api.id) == (
        "NotFoundException",
        f"Invalid API identifier specified {ACCOUNT}:{api.id}",
    )


def test_apis_belong_to_their_region(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    there = replace(cloud, region="eu-west-1").client("apigatewayv2")
    assert api.id not in {each["ApiId"] for each in there.get_apis()["Items"]}
    assert refusal(there.get_api, ApiId=api.id)[0] == "NotFoundException"


def test_quick_create_makes_an_integration_a_route_and_a_stage(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    api = HttpApi(cloud, "quick", Target=FUNCTION)
    [integration] = api.gateway.get_integrations(ApiId=api.id)["Items"]
    [route] = api.gateway.get_routes(ApiId=api.id)["Items"]
    [stage] = api.gateway.get_stages(ApiId=api.id)["Items"]
    wanted = {
        "ApiGatewayManaged": True,
        "ConnectionType": "INTERNET",
        "IntegrationMethod": "POST",
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": FUNCTION,
        "PayloadFormatVersion": "2.0",
        "TimeoutInMillis": 30_000,
    }
    assert {name: integration[name] for name in wanted} == wanted
    assert (route["RouteKey"], route["ApiGatewayManaged"]) == ("$default", True)
    assert route["Target"] == f"integrations/{integration['IntegrationId']}"
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    api.gateway.update_api(ApiId=api.id, RouteKey="GET /here", Target=f"{FUNCTION}-2")
    [integration] = api.gateway.get_integrations(ApiId=api.id)["Items"]
    [route] = api.gateway.get_routes(ApiId=api.id)["Items"]
    assert (integration["IntegrationUri"], route["RouteKey"]) == (f"{FUNCTION}-2", "GET /here")


def test_a_route_comes_back_with_its_settings(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html"""
    integration = api.integration(INVOCATION)
    route_id = api.route("GET /a/{b}", integration, OperationName="op")
    route = api.gateway.get_route(ApiId=api.id, RouteId=route_id)
    del route["ResponseMetadata"]
    assert route == {
        "ApiKeyRequired": False,
        "AuthorizationType": "NONE",
        "OperationName": "op",
        "RouteId": route_id,
        "RouteKey": "GET /a/{b}",
        "Target": f"integrations/{integration}",
    }
    changed = api.gateway.update_route(
        ApiId=api.id, RouteId=route_id, RouteKey="PUT /a", AuthorizationType="AWS_IAM"
    )
    assert (changed["RouteKey"], changed["AuthorizationType"]) == ("PUT /a", "AWS_IAM")
    assert changed["OperationName"] == "op"
    api.gateway.delete_route(ApiId=api.id, RouteId=route_id)
    assert refusal(api.gateway.get_route, ApiId=api.id, RouteId=route_id) == (
        "NotFoundException",
        f"Invalid Route identifier specified {route_id}",
    )


@pytest.mark.parametrize(
    "key",
    ["", "GET", "GET here", "FETCH /here", "/here", "get /here", "$connect", "GET /a b", "GET /a/"],
)
def test_route_keys_have_a_form(api: HttpApi, key: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""
    code, message = refusal(api.gateway.create_route, ApiId=api.id, RouteKey=key)
    assert code == "BadRequestException"
    assert message == (
        "The provided route key is not formatted properly for HTTP protocol. Format should be "
        "'<HTTP METHOD> /<RESOURCE PATH>' or '$default'"
    )


def test_routes_that_cannot_be_are_refused(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html"""
    create = api.gateway.create_route
    api.gateway.create_route(ApiId=api.id, RouteKey="GET /twice")
    assert refusal(create, ApiId=api.id, RouteKey="GET /twice") == (
        "ConflictException",
        "Route with key GET /twice already exists for this API",
    )
    for parameters in (
        {"RouteKey": "GET /{a+}/b"},
        {"RouteKey": "GET /{a}/{a}"},
        {"RouteKey": "GET /x", "Target": "somewhere"},
        {"RouteKey": "GET /x", "AuthorizationType": "CUSTOM"},
        {"RouteKey": "GET /x", "ApiKeyRequired": True},
        {"RouteKey": "GET /x", "AuthorizationType": "MAGIC"},
    ):
        assert refusal(create, ApiId=api.id, **parameters)[0] == "BadRequestException", parameters
    for parameters in (
        {"RouteKey": "GET /x", "Target": "integrations/none"},
        {"RouteKey": "GET /x", "AuthorizationType": "CUSTOM", "AuthorizerId": "none"},
    ):
        assert refusal(create, ApiId=api.id, **parameters)[0] == "NotFoundException", parameters


def test_integrations_that_cannot_be_are_refused(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html"""
    create = api.gateway.create_integration
    good = {
        "ApiId": api.id,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": FUNCTION,
        "PayloadFormatVersion": "2.0",
    }
    code, message = refusal(create, **{**good, "IntegrationType": "AWS"})
    assert (code, message) == (
        "BadRequestException",
        "Currently, an API with a protocol type of HTTP may only be associated with proxy "
        "integrations (AWS_PROXY, HTTP_PROXY)",
    )
    for wrong in (
        {"PayloadFormatVersion": "3.0"},
        {"IntegrationUri": "https://example.com"},
        {"IntegrationMethod": "GET"},
        {"TimeoutInMillis": 30_001},
        {"CredentialsArn": f"arn:aws:iam::{ACCOUNT}:role/nobody"},
        {"RequestTemplates": {"application/json": "{}"}},
        {"RequestParameters": {"overwrite:header.Host": "x"}},
        {"RequestParameters": {"change:header.x": "x"}},
        {"RequestParameters": {"append:header.x": "$request.nowhere.x"}},
        {"RequestParameters": {"append:header.x": "$request.body..deep"}},
        {"ResponseParameters": {"999": {"append:header.x": "1"}}},
        {"ResponseParameters": {"200": {"append:querystring.x": "1"}}},
    ):
        assert refusal(create, **{**good, **wrong})[0] == "BadRequestException", wrong
    del good["PayloadFormatVersion"]
    assert refusal(create, **good)[0] == "BadRequestException"


def test_a_service_integration_wants_a_role_and_its_parameters(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html"""
    create = api.gateway.create_integration
    good: dict[str, Any] = {
        "ApiId": api.id,
        "IntegrationType": "AWS_PROXY",
        "IntegrationSubtype": "SQS-SendMessage",
        "CredentialsArn": role(cloud, "http-control-send"),
        "PayloadFormatVersion": "1.0",
        "RequestParameters": {"QueueUrl": "u", "MessageBody": "$request.body"},
    }
    for wrong in (
        {"CredentialsArn": ""},
        {"RequestParameters": {"QueueUrl": "u"}},
        {"RequestParameters": {**good["RequestParameters"], "Other": "x"}},
        {"PayloadFormatVersion": "2.0"},
        {"IntegrationSubtype": "SQS-Nothing"},
    ):
        assert refusal(create, **{**good, **wrong})[0] == "BadRequestException", wrong
    made = create(**good)
    assert made["RequestParameters"] == good["RequestParameters"]
    assert made["IntegrationSubtype"] == "SQS-SendMessage"


def test_what_a_route_uses_cannot_be_deleted(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations-integrationid.html"""
    integration = api.integration(FUNCTION)
    route_id = api.route("GET /used", integration)
    delete = api.gateway.delete_integration
    assert refusal(delete, ApiId=api.id, IntegrationId=integration) == (
        "ConflictException",
        "Cannot delete Integration because it is referenced by the following Routes with Ids: "
        f"[{route_id}]",
    )
    api.gateway.delete_route(ApiId=api.id, RouteId=route_id)
    delete(ApiId=api.id, IntegrationId=integration)
    assert refusal(delete, ApiId=api.id, IntegrationId=integration) == (
        "NotFoundException",
        f"Invalid Integration identifier specified {integration}",
    )


def test_an_integrations_settings_are_changed_and_taken_away(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations-integrationid.html"""
    mapped = {"append:header.x": "$request.querystring.y", "remove:header.z": "''"}
    integration = api.integration(
        FUNCTION,
        RequestParameters=mapped,
        ResponseParameters={"200": {"overwrite:statuscode": "202"}},
        Description="d",
    )
    update = api.gateway.update_integration
    changed = update(ApiId=api.id, IntegrationId=integration, TimeoutInMillis=1000, Description="")
    assert (changed["TimeoutInMillis"], changed["RequestParameters"]) == (1000, mapped)
    assert changed["ResponseParameters"] == {"200": {"overwrite:statuscode": "202"}}
    assert "Description" not in changed
    changed = update(
        ApiId=api.id,
        IntegrationId=integration,
        RequestParameters={"append:header.x": "", "append:header.w": "1"},
        ResponseParameters={"200": {}},
    )
    assert changed["RequestParameters"] == {"append:header.w": "1", "remove:header.z": "''"}
    assert "ResponseParameters" not in changed


def test_cors_settings_that_cannot_be_are_refused(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html"""
    create = cloud.client("apigatewayv2").create_api
    open_to_all = {"AllowOrigins": ["*"], "AllowCredentials": True}
    parameters = {"Name": "n", "ProtocolType": "HTTP", "CorsConfiguration": open_to_all}
    assert refusal(create, **parameters) == (
        "BadRequestException",
        "allow-credentials is not supported if 'allow-origin' is *",
    )
    for cors in (
        {"AllowOrigins": ["shop.example"]},
        {"AllowMethods": ["FETCH"]},
        {"MaxAge": 86_401},
    ):
        parameters = {"Name": "n", "ProtocolType": "HTTP", "CorsConfiguration": cors}
        assert refusal(create, **parameters)[0] == "BadRequestException", cors


def test_tags_of_apis_and_stages(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/tags-resource-arn.html"""
    api = HttpApi(cloud, "http-tags", Tags={"a": "1"})
    api.stage("dev")
    arn = f"arn:aws:apigateway:us-east-1::/apis/{api.id}"
    for each, before in ((arn, {"a": "1"}), (f"{arn}/stages/dev", {})):
        assert api.gateway.get_tags(ResourceArn=each)["Tags"] == before
        api.gateway.tag_resource(ResourceArn=each, Tags={"b": "2", "c": "3"})
        api.gateway.untag_resource(ResourceArn=each, TagKeys=["b"])
        assert api.gateway.get_tags(ResourceArn=each)["Tags"] == {**before, "c": "3"}
    assert api.gateway.get_api(ApiId=api.id)["Tags"] == {"a": "1", "c": "3"}
    tag = api.gateway.tag_resource
    assert refusal(tag, ResourceArn="arn:aws:nothing", Tags={})[0] == "BadRequestException"
    many = {str(number): "x" for number in range(51)}
    assert refusal(tag, ResourceArn=arn, Tags=many)[0] == "BadRequestException"


def test_lists_come_in_pages(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html"""
    api = HttpApi(cloud, "http-pages")
    for number in range(5):
        api.gateway.create_route(ApiId=api.id, RouteKey=f"GET /{number}")
    first = api.gateway.get_routes(ApiId=api.id, MaxResults="2")
    assert len(first["Items"]) == 2
    pages = api.gateway.get_paginator("get_routes").paginate(
        ApiId=api.id, PaginationConfig={"PageSize": 2}
    )
    keys = [route["RouteKey"] for page in pages for route in page["Items"]]
    assert keys == [f"GET /{number}" for number in range(5)]
    wrong = {"ApiId": api.id, "MaxResults": "many"}
    assert refusal(api.gateway.get_routes, **wrong)[0] == "BadRequestException"
    for token in ("x", "-1", "1_0", "\u0661", "9" * 5000):
        wrong = {"ApiId": api.id, "NextToken": token}
        assert refusal(api.gateway.get_routes, **wrong)[0] == "BadRequestException", token


def test_more_routes_than_an_api_may_have_are_refused(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""
    api = HttpApi(cloud, "http-many")
    for number in range(300):
        api.gateway.create_route(ApiId=api.id, RouteKey=f"GET /{number}")
    code, _ = refusal(api.gateway.create_route, ApiId=api.id, RouteKey="GET /more")
    assert code == "BadRequestException"


def test_what_is_not_done_is_refused_by_name(cloud: Any, api: HttpApi) -> None:
    gateway = api.gateway
    jwt = {"Audience": ["a"], "Issuer": "https://example.com"}
    uri = "https://example.com"
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (gateway.create_api, {"Name": "ws", "ProtocolType": "WEBSOCKET"}),
        (gateway.create_api, {"Name": "p", "ProtocolType": "HTTP", "Target": uri}),
        (gateway.import_api, {"Body": "{}"}),
        (gateway.create_domain_name, {"DomainName": "shop.example"}),
        (gateway.create_vpc_link, {"Name": "v", "SubnetIds": ["s"]}),
        (
            gateway.create_integration,
            {"ApiId": api.id, "IntegrationType": "HTTP_PROXY", "IntegrationUri": uri},
        ),
        (
            gateway.create_authorizer,
            {
                "ApiId": api.id,
                "AuthorizerType": "JWT",
                "IdentitySource": ["$request.header.Authorization"],
                "JwtConfiguration": jwt,
                "Name": "j",
            },
        ),
    ]
    for call, parameters in calls:
        assert refusal(call, **parameters)[0] == "NotImplementedByOrderlab", parameters


def test_permissions_name_methods_and_paths(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html"""
    iam = cloud.client("iam")
    iam.create_user(UserName="http-builder")
    resource = f"arn:aws:apigateway:us-east-1::/apis/{api.id}/*"
    statement = {"Effect": "Allow", "Action": "apigateway:GET", "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="http-builder", PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName="http-builder")["AccessKey"]
    theirs = replace(
        cloud, access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"]
    ).client("apigatewayv2")
    assert isinstance(theirs.get_routes(ApiId=api.id)["Items"], list)
    code, message = refusal(theirs.create_route, ApiId=api.id, RouteKey="GET /theirs")
    assert code == "AccessDeniedException"
    assert message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/http-builder is not authorized to perform: "
        f"apigateway:POST on resource: arn:aws:apigateway:us-east-1::/apis/{api.id}/routes "
        "because no identity-based policy allows the apigateway:POST action"
    )
    assert refusal(theirs.get_apis)[0] == "AccessDeniedException"
