"""Stages and deployments of HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

from typing import Any

from tests.cloud.http_api import HttpApi, refusal
from tests.cloud.rest_api import ACCOUNT

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:some"


def test_a_stage_comes_back_with_its_settings(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html"""
    api = HttpApi(cloud, "http-stages")
    api.route("GET /here", api.integration(FUNCTION))
    logs = {
        "DestinationArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:access",
        "Format": "$context.requestId $context.status",
    }
    stage = api.gateway.create_stage(
        ApiId=api.id,
        StageName="dev",
        Description="d",
        StageVariables={"a": "b"},
        Tags={"t": "1"},
        AccessLogSettings=logs,
        RouteSettings={"GET /here": {"ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 2.0}},
    )
    assert stage["AutoDeploy"] is False
    assert "DeploymentId" not in stage
    assert stage["DefaultRouteSettings"] == {"DetailedMetricsEnabled": False}
    assert stage["RouteSettings"]["GET /here"] == {
        "DetailedMetricsEnabled": False,
        "ThrottlingBurstLimit": 1,
        "ThrottlingRateLimit": 2.0,
    }
    assert (stage["AccessLogSettings"], stage["Tags"]) == (logs, {"t": "1"})
    update = api.gateway.update_stage
    changed = update(ApiId=api.id, StageName="dev", StageVariables={"a": "", "c": "d"})
    assert changed["StageVariables"] == {"c": "d"}
    assert changed["LastUpdatedDate"] >= stage["CreatedDate"]
    assert "DeploymentId" in update(ApiId=api.id, StageName="dev", AutoDeploy=True)
    api.gateway.delete_access_log_settings(ApiId=api.id, StageName="dev")
    api.gateway.delete_route_settings(ApiId=api.id, StageName="dev", RouteKey="GET /here")
    stage = api.gateway.get_stage(ApiId=api.id, StageName="dev")
    assert "AccessLogSettings" not in stage
    assert stage["RouteSettings"] == {}
    api.gateway.delete_stage(ApiId=api.id, StageName="dev")
    assert refusal(api.gateway.get_stage, ApiId=api.id, StageName="dev") == (
        "NotFoundException",
        "Invalid stage identifier specified",
    )


def test_stages_that_cannot_be_are_refused(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html"""
    api = HttpApi(cloud, "http-bad-stages")
    api.stage("taken")
    create = api.gateway.create_stage
    assert refusal(create, ApiId=api.id, StageName="taken")[0] == "ConflictException"
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g"
    for wrong in (
        {"StageName": "a b"},
        {"StageName": "$other"},
        {"DefaultRouteSettings": {"LoggingLevel": "INFO"}},
        {"AccessLogSettings": {"DestinationArn": "nowhere", "Format": "$context.requestId"}},
        {"AccessLogSettings": {"DestinationArn": group, "Format": "$context.status"}},
        {"AccessLogSettings": {"DestinationArn": group, "Format": "$context.requestId\nx"}},
        {"StageVariables": {"a-b": "c"}},
        {"StageVariables": {"a": "<"}},
        {"ClientCertificateId": "x"},
    ):
        parameters = {"ApiId": api.id, "StageName": "new", **wrong}
        assert refusal(create, **parameters)[0] == "BadRequestException", wrong
    unknown = {"GET /none": {"ThrottlingBurstLimit": 1}}
    assert refusal(create, ApiId=api.id, StageName="new", RouteSettings=unknown) == (
        "NotFoundException",
        "Unable to find Route by key GET /none within the provided RouteSettings",
    )
    parameters = {"ApiId": api.id, "StageName": "new", "DeploymentId": "none"}
    assert refusal(create, **parameters)[0] == "NotFoundException"


def test_deployments(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html"""
    api = HttpApi(cloud, "http-deployments")
    create = api.gateway.create_deployment
    assert refusal(create, ApiId=api.id) == (
        "BadRequestException",
        "Unable to deploy API because no routes exist in this API",
    )
    api.stage("auto")
    stage = api.gateway.get_stage(ApiId=api.id, StageName="auto")
    assert stage["LastDeploymentStatusMessage"] == (
        "Deployment attempt failed: Unable to deploy API because no routes exist in this API"
    )
    api.route("GET /", api.integration(FUNCTION))
    made = create(ApiId=api.id, Description="first")
    assert (made["AutoDeployed"], made["Description"]) == (False, "first")
    update = api.gateway.update_stage
    assert refusal(create, ApiId=api.id, StageName="auto")[0] == "BadRequestException"
    where = {"ApiId": api.id, "StageName": "auto", "DeploymentId": made["DeploymentId"]}
    assert refusal(update, **where)[0] == "BadRequestException"
    assert update(**where, AutoDeploy=False)["DeploymentId"] == made["DeploymentId"]
    named = {"ApiId": api.id, "DeploymentId": made["DeploymentId"]}
    assert refusal(api.gateway.delete_deployment, **named)[0] == "BadRequestException"
    changed = api.gateway.update_deployment(**named, Description="other")
    assert changed["Description"] == "other"
    api.gateway.delete_stage(ApiId=api.id, StageName="auto")
    api.gateway.delete_deployment(**named)
    assert refusal(api.gateway.get_deployment, **named)[0] == "NotFoundException"
