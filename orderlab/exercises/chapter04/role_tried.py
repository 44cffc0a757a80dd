"""What an integration's role may do: tried through an API of the check's own, and read."""

from __future__ import annotations

import json
import secrets
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.notebook_names import FORM, GATEWAY, QUEUE
from orderlab.orders.parts.api import STAGE
from orderlab.practice.http import Answer, request


def trusted(target: Target, role: str) -> list[str] | None:
    """Who may take a role on; None if there is no such role."""
    try:
        found = target.client("iam").get_role(RoleName=target.name(role))["Role"]
    except ClientError:
        return None
    statements = found["AssumeRolePolicyDocument"]
    if isinstance(statements, str):
        statements = json.loads(statements)
    listed = statements["Statement"]
    said: list[str] = []
    for each in listed if isinstance(listed, list) else [listed]:
        if each.get("Effect") == "Allow":
            said += _words(each.get("Principal"))
    return said


def only_the_gateway(who: list[str]) -> bool:
    return set(who) == {GATEWAY}


def _words(principal: Any) -> list[str]:
    if isinstance(principal, dict):
        return [word for value in principal.values() for word in _words(value)]
    return list(principal) if isinstance(principal, list) else [str(principal)]


def sends_elsewhere(target: Target, role_arn: str) -> bool:
    """Whether the role may send to a queue that is none of its business."""
    sqs, name = target.client("sqs"), f"probe-{secrets.token_hex(4)}"
    made = sqs.create_queue(QueueName=target.name(name))["QueueUrl"]
    try:
        form = "Action=SendMessage&MessageBody=probe"
        return _status(target, role_arn, QUEUE.format(target.account_id, name), form) == 200
    finally:
        sqs.delete_queue(QueueUrl=made)


def does(target: Target, role_arn: str, queue: str, form: str) -> bool:
    """Whether the role may do something else with a queue: `form` is the call."""
    uri = QUEUE.format(target.account_id, target.name(queue))
    return _status(target, role_arn, uri, form) == 200


def said_by(
    target: Target, integration: dict[str, Any], body: str, path: str = "", asked: str = ""
) -> Answer:
    """What the service answers to a body that goes through a learner's integration.

    `path` names the parameter of the path that the integration reads, `asked` is its value.
    """
    known = ("credentials", "requestParameters", "requestTemplates", "uri")
    wanted = {name: integration[name] for name in known if integration.get(name)}
    return _through(target, body, "$input.body", path, asked, **wanted)


def _status(target: Target, role_arn: str, uri: str, form: str) -> int:
    """The status of a call that an API of the check's own makes as the role."""
    return _through(
        target,
        "{}",
        "",
        uri=uri,
        credentials=role_arn,
        requestParameters=FORM,
        requestTemplates={"application/json": form},
    ).status


def _through(
    target: Target, body: str, template: str, path: str = "", asked: str = "", **integration: Any
) -> Answer:
    """Send a body through an integration, in an API of the check's own."""
    gateway = target.client("apigateway")
    api = gateway.create_rest_api(name="probe-of-a-check")["id"]
    try:
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        if path:
            made = gateway.create_resource(restApiId=api, parentId=root, pathPart=f"{{{path}}}")
            root = made["id"]
        where = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(
            **where,
            type="AWS",
            integrationHttpMethod="POST",
            **integration,
        )
        for status, pattern in (("200", r"2\d{2}"), ("403", "")):
            gateway.put_method_response(**where, statusCode=status)
            gateway.put_integration_response(
                **where,
                statusCode=status,
                selectionPattern=pattern,
                responseTemplates={"application/json": template},
            )
        gateway.create_deployment(restApiId=api, stageName=STAGE)
        return request(target.api_url(api, STAGE) + f"/{asked}", body)
    finally:
        gateway.delete_rest_api(restApiId=api)
