"""Attempts at exercise 4.4: the status endpoint with one thing different."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter01.policies import allows, statements_of
from orderlab.exercises.chapter04.notebook_names import (
    GET_ITEM,
    answer_with,
    api_paths,
    document,
)
from orderlab.exercises.chapter04.starting_points import deploy_api, place_of
from orderlab.exercises.engine import Workspace
from orderlab.orders import architecture
from orderlab.orders.architecture import INBOX, INBOX_ROLE, ORDERS
from orderlab.orders.parts import functions
from orderlab.orders.parts.names import arn, function_arn, queue_arn, role_arn, table_arn
from orderlab.orders.parts.roles import allow

PATH, PARENT = "/orders/{orderId}/status", "/orders/{orderId}"
_ID = "$util.escapeJavaScript($input.params('orderId'))"
ASK = '{"TableName": "%s", "ConsistentRead": %s, "Key": {"order_id": {"S": "%s"}}}'
IN_TABLE = '"$!input.path(\'$.Item.order_id.S\')" != ""'
WITH_PROMISE = '"$!input.params(\'accepted\')" != ""'
LATER = '#set($context.responseOverride.header.Retry-After = "2")'
TELL = (
    '#if(@there){"status": "STORED"}'
    '#elseif(@promise)#set($context.responseOverride.status = 202)@later{"status": "ACCEPTED"}'
    '#else#set($context.responseOverride.status = 404){"status": "UNKNOWN"}#end'
)
SORRY = '{"message": "Nobody can tell now. Ask again."}'


def told(text: str = TELL, later: str = LATER) -> str:
    """The response template, with its two questions filled in."""
    filled = text.replace("@there", IN_TABLE).replace("@promise", WITH_PROMISE)
    return filled.replace("@later", later)


def attempt(**changes: Any) -> Any:
    """The endpoint as a learner would build it, with one thing different."""
    return lambda workspace: _build(workspace, changes)


def _build(workspace: Workspace, changes: dict[str, Any]) -> None:
    target = workspace.target
    take_away(target)
    if PARENT not in api_paths(target)[1]:
        architecture.build(target, 3)
    api, paths = api_paths(target)
    gateway = target.client("apigateway")
    made = gateway.create_resource(
        restApiId=api, parentId=paths[PARENT], pathPart=changes.get("part", "status")
    )
    verb = changes.get("verb", "GET")
    where = {"restApiId": api, "resourceId": made["id"], "httpMethod": verb}
    gateway.put_method(**where, authorizationType=changes.get("who", "NONE"))
    _permit(target, changes)
    ask = changes.get("ask") or ASK % (
        target.name(changes.get("table", ORDERS)),
        changes.get("consistent", "true"),
        changes.get("key", _ID),
    )
    gateway.put_integration(
        **where,
        type="AWS",
        integrationHttpMethod=changes.get("call", "POST"),
        credentials=role_arn(target, INBOX_ROLE),
        uri=GET_ITEM,
        requestTemplates={"application/json": ask},
    )
    if changes.get("early"):
        deploy_api(target)
    if changes.get("answers", True):
        pattern = changes.get("pattern", r"2\d{2}")
        answer_with(target, where, "200", pattern, changes.get("tell", told()))
    if changes.get("sorry", SORRY):
        answer_with(target, where, "503", changes.get("refusals", ""), SORRY)
    if changes.get("deploy", True) and not changes.get("early"):
        deploy_api(target)


def _permit(target: Target, changes: dict[str, Any]) -> None:
    resource = "*" if changes.get("wide") else table_arn(target, ORDERS)
    statement = allow(changes.get("action", "dynamodb:GetItem"), resource)
    target.client("iam").put_role_policy(
        RoleName=target.name(INBOX_ROLE),
        PolicyName=changes.get("policy", "status"),
        PolicyDocument=document(statement),
    )


def take_away(target: Target) -> None:
    """The endpoint, deployed or not, and the right to read the table."""
    gateway = target.client("apigateway")
    api, paths = api_paths(target)
    # a try may have put it in another place
    gone = [
        each
        for path, each in paths.items()
        if path.startswith(f"{PARENT}/") or path.endswith("/status")
    ]
    for each in gone:
        gateway.delete_resource(restApiId=api, resourceId=each)
    if gone:
        deploy_api(target)
    iam, role = target.client("iam"), target.name(INBOX_ROLE)
    try:
        known = iam.list_role_policies(RoleName=role)["PolicyNames"]
    except iam.exceptions.NoSuchEntityException:
        return
    for name in known:
        found = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        if "dynamodb:" in str(found) and "sqs:" not in str(found):
            iam.delete_role_policy(RoleName=role, PolicyName=name)
    _give_back(target)


def _give_back(target: Target) -> None:
    """The right of the door, if a policy of that name was replaced."""
    role = target.name(INBOX_ROLE)
    statements = statements_of(Workspace(target), role)
    if not allows(statements, "sqs:SendMessage", queue_arn(target, INBOX)):
        statement = allow("sqs:SendMessage", queue_arn(target, INBOX))
        target.client("iam").put_role_policy(
            RoleName=role, PolicyName="rights", PolicyDocument=document(statement)
        )


def by_a_function(workspace: Workspace) -> None:
    """The customer's read-orders behind the path."""
    target = workspace.target
    take_away(target)
    api, paths = api_paths(target)
    gateway = target.client("apigateway")
    gateway.create_resource(restApiId=api, parentId=paths[PARENT], pathPart="status")
    where = place_of(target, PATH, "GET")
    assert where is not None
    gateway.put_method(**where, authorizationType="NONE")
    uri = (
        f"arn:aws:apigateway:{target.region}:lambda:path/2015-03-31/functions/"
        f"{function_arn(target, 'read-orders')}/invocations"
    )
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    source = arn(target, "execute-api", f"{api}/*/GET/*")
    functions.permit(target, "read-orders", "status", "apigateway.amazonaws.com", source)
    deploy_api(target)


ANOTHER_WAY = (
    "#set($context.responseOverride.header.Content-Type = 'application/json')"
    "#set($item = $input.path('$.Item'))"
    "#set($known = $input.params().querystring.containsKey('accepted'))"
    '#set($status = "UNKNOWN")#set($code = 404)'
    '#if($known)#set($status = "ACCEPTED")#set($code = 202)'
    '#set($context.responseOverride.header.retry-after = "30")#end'
    '#if($item && $item != "")#set($status = "STORED")#set($code = 200)#end'
    '#set($context.responseOverride.status = $code){"status": "$status", "code": $code}'
)
