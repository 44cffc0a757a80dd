"""Attempts at exercise 4.2: the door with one thing different."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.notebook_names import FORM, GATEWAY, QUEUE, answer_with
from orderlab.exercises.chapter04.starting_points import deploy_api, lead_to_accept_order, place_of
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import INBOX, INBOX_ROLE
from orderlab.orders.parts.names import queue_arn
from orderlab.orders.parts.roles import allow, ensure_role, remove_role

ROLE = INBOX_ROLE
_ASIDE = "#set($context.requestOverride.path.order_id = $input.path('$.order_id'))"
_ANSWER = (
    '{"order_id": "$id", "status": "ACCEPTED", '
    '"status_url": "/orders/$id/status?accepted=$context.requestTimeEpoch"}'
)
_SORRY = '{"message": "The order could not be taken. Send it again: it is stored once."}'


def attempt(**changes: Any) -> Any:
    """The door as a learner would build it, with one thing different."""
    return lambda workspace: _build(workspace, changes)


def _build(workspace: Workspace, changes: dict[str, Any]) -> None:
    target = workspace.target
    lead_to_accept_order(target)
    where = place_of(target, "/orders", "POST")
    assert where is not None
    gateway = target.client("apigateway")
    if not changes.get("validated", True):
        gateway.delete_method(**where)
        gateway.put_method(**where, authorizationType="NONE")
    kinds = [changes.get("only", "application/json")]
    kinds += [changes["more"]] if "more" in changes else []
    body = changes.get("body", "$util.urlEncode($input.body)")
    aside = changes.get("aside", _ASIDE)
    gateway.put_integration(
        **where,
        type=changes.get("kind", "AWS"),
        integrationHttpMethod=changes.get("verb", "POST"),
        uri=QUEUE.format(target.account_id, target.name(changes.get("queue", INBOX))),
        credentials=_role(target, changes),
        requestParameters=changes.get("form", FORM),
        requestTemplates={kind: f"{aside}Action=SendMessage&MessageBody={body}" for kind in kinds},
        passthroughBehavior=changes.get("passthrough", "NEVER"),
    )
    if changes.get("early"):
        deploy_api(target)
    answer = "#set($id = $context.requestOverride.path.order_id)" + changes.get("answer", _ANSWER)
    pattern, status = changes.get("pattern", r"2\d{2}"), changes.get("status", "202")
    answer_with(target, where, status, pattern, answer)
    sorry = changes.get("sorry", _SORRY)
    # with an empty pattern for both, the first would be the answer to everything
    if sorry is not None and pattern:
        answer_with(target, where, "503", changes.get("refusals", ""), sorry)
    if changes.get("deploy", True) and not changes.get("early"):
        deploy_api(target)


def _role(target: Target, changes: dict[str, Any]) -> str:
    to = changes.get("right_to", INBOX)
    resource = "*" if to == "*" else queue_arn(target, to)
    statement = allow(changes.get("action", "sqs:SendMessage"), resource)
    return ensure_role(target, ROLE, changes.get("service", GATEWAY), [statement])


def other_way(workspace: Workspace) -> None:
    """Another passthrough behaviour, an id read anew, other patterns and other words."""
    _build(
        workspace,
        {
            "passthrough": "WHEN_NO_TEMPLATES",
            "aside": "#set($order = $input.path('$'))"
            "#set($context.requestOverride.path.order_id = $order.order_id)",
            "answer": '#set($url = "/orders/$id/status?accepted=$context.requestTimeEpoch")'
            '{"status": "ACCEPTED", "status_url": "$url", "thanks": true, "order_id": "$id"}',
            "pattern": "200",
            "sorry": '{"message": "Please send it again.", "code": 7}',
        },
    )


def only_the_role(workspace: Workspace) -> None:
    """The role, and nothing that takes it on yet."""
    lead_to_accept_order(workspace.target)
    _role(workspace.target, {})


def role_gone(workspace: Workspace) -> None:
    """The door as it should be, and its role taken away."""
    _build(workspace, {})
    remove_role(workspace.target, ROLE)


def by_json(workspace: Workspace) -> None:
    """SQS's JSON protocol in place of the form, and the uri that names the action."""
    target = workspace.target
    _build(workspace, {"deploy": False})
    where = place_of(target, "/orders", "POST")
    assert where is not None
    # escapeJavaScript writes a backslash before an apostrophe, which JSON does not know
    body = r"""$util.escapeJavaScript($input.body).replaceAll("\\'", "'")"""
    queue = f"https://sqs.{target.region}.amazonaws.com/{target.account_id}/{target.name(INBOX)}"
    header = "integration.request.header"
    gateway = target.client("apigateway")
    made = gateway.get_integration(**where)
    gateway.put_integration(
        **where,
        type="AWS",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{target.region}:sqs:action/SendMessage",
        credentials=made["credentials"],
        requestParameters={
            f"{header}.Content-Type": "'application/x-amz-json-1.0'",
            f"{header}.X-Amz-Target": "'AmazonSQS.SendMessage'",
        },
        requestTemplates={
            "application/json": f'{_ASIDE}{{"QueueUrl": "{queue}", "MessageBody": "{body}"}}'
        },
        passthroughBehavior="NEVER",
    )
    answer_with(
        target, where, "202", "200", f"#set($id = $context.requestOverride.path.order_id){_ANSWER}"
    )
    answer_with(target, where, "503", "", _SORRY)
    deploy_api(target)


def denying(workspace: Workspace) -> None:
    """Another policy of the role: lists for texts, and a statement that denies the rest."""
    target = workspace.target
    _build(workspace, {})
    inbox = queue_arn(target, INBOX)
    rest = {"Effect": "Deny", "NotAction": "sqs:SendMessage", "Resource": "*"}
    ensure_role(target, ROLE, GATEWAY, [allow(["sqs:SendMessage"], [inbox]), rest])
