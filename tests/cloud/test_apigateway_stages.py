"""Deployments, stages and gateway responses: the control plane of what is served.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.rest_api import RestApi, patches, role


def _refused(code: str, text: str, call: Callable[..., Any], **parameters: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    found = error.value.response["Error"]
    assert (found["Code"], text in found["Message"]) == (code, True), found


def test_deployments_want_methods_with_integrations(cloud: Any) -> None:
    api = RestApi(cloud, "gw-deployments")
    deploy = api.gateway.create_deployment
    _refused("BadRequestException", "doesn't contain any methods", deploy, restApiId=api.id)
    api.method("GET", "/")
    _refused("BadRequestException", "No integration defined for method", deploy, restApiId=api.id)
    api.mock("POST", "/")
    _refused("BadRequestException", "No integration defined for method", deploy, restApiId=api.id)
    api.gateway.delete_method(restApiId=api.id, resourceId=api.resource("/"), httpMethod="GET")
    api.deploy()
    _refused(
        "BadRequestException", "Active stages pointing to this deployment",
        api.gateway.delete_deployment, restApiId=api.id, deploymentId=api.deployments[0],
    )  # fmt: skip
    _refused(
        "NotImplementedByOrderlab", "canary", deploy,
        restApiId=api.id, stageName="prod", canarySettings={"percentTraffic": 10.0},
    )  # fmt: skip


def test_stages_are_created_patched_and_deleted(cloud: Any) -> None:
    api = RestApi(cloud, "gw-stages")
    log_role = role(cloud, "gw-stage-logs", "logs:*")
    api.gateway.update_account(patchOperations=patches(("replace", "/cloudwatchRoleArn", log_role)))
    api.mock("GET", "/", response="{}")
    api.deploy(None)
    create = api.gateway.create_stage
    _refused(
        "BadRequestException", "Deployment id does not exist", create,
        restApiId=api.id, stageName="v1", deploymentId="nosuch",
    )  # fmt: skip
    made = create(restApiId=api.id, stageName="v1", deploymentId=api.deployments[0])
    assert made["cacheClusterStatus"] == "NOT_AVAILABLE" and made["methodSettings"] == {}
    _refused(
        "ConflictException", "Stage already exists", create,
        restApiId=api.id, stageName="v1", deploymentId=api.deployments[0],
    )  # fmt: skip
    changed = api.patch_stage(
        ("replace", "/*/*/throttling/rateLimit", "12.5"),
        ("replace", "/*/*/logging/loglevel", "INFO"),
        ("replace", "/~1/GET/metrics/enabled", "true"),
        ("replace", "/variables/colour", "red"),
        stage="v1",
    )
    assert changed["methodSettings"]["*/*"]["throttlingRateLimit"] == 12.5
    assert changed["methodSettings"]["*/*"]["loggingLevel"] == "INFO"
    assert changed["methodSettings"]["~1/GET"]["metricsEnabled"] is True
    assert changed["variables"] == {"colour": "red"}

    def refuse(code: str, text: str, *operation: Any) -> None:
        _refused(
            code, text, api.gateway.update_stage,
            restApiId=api.id, stageName="v1", patchOperations=patches(tuple(operation)),
        )  # fmt: skip

    refuse(
        "BadRequestException", "Invalid method setting path: /nothing", "replace", "/nothing", ""
    )
    refuse("NotFoundException", "Invalid Deployment", "replace", "/deploymentId", "nosuch")
    refuse("NotImplementedByOrderlab", "canary", "replace", "/canarySettings/percentTraffic", "5")
    refuse("NotImplementedByOrderlab", "cache", "replace", "/cacheClusterEnabled", "true")
    refuse(
        "BadRequestException", "log format", "replace", "/accessLogSettings/format", "$context.ip"
    )
    api.gateway.delete_stage(restApiId=api.id, stageName="v1")
    _refused(
        "NotFoundException", "Invalid Stage identifier specified", api.gateway.get_stage,
        restApiId=api.id, stageName="v1",
    )  # fmt: skip


def test_gateway_responses_are_listed_changed_and_reset(cloud: Any) -> None:
    api = RestApi(cloud, "gw-responses")
    gateway = api.gateway
    listed = gateway.get_gateway_responses(restApiId=api.id)["items"]
    assert len(listed) == 21 and all(each["defaultResponse"] for each in listed)
    gateway.put_gateway_response(restApiId=api.id, responseType="THROTTLED", statusCode="420")
    changed = gateway.update_gateway_response(
        restApiId=api.id,
        responseType="THROTTLED",
        patchOperations=patches(("add", "/responseParameters/gatewayresponse.header.X", "'1'")),
    )
    assert (changed["statusCode"], changed["defaultResponse"]) == ("420", False)
    gateway.delete_gateway_response(restApiId=api.id, responseType="THROTTLED")
    assert gateway.get_gateway_response(restApiId=api.id, responseType="THROTTLED")[
        "statusCode"
    ] == "429"  # fmt: skip
    _refused(
        "ValidationException", "enum value set", gateway.get_gateway_response,
        restApiId=api.id, responseType="TEAPOT",
    )  # fmt: skip
