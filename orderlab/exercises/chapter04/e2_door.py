"""4.2: POST /orders writes into the inbox, without a function between."""

from __future__ import annotations

from orderlab.exercises.chapter04.door_attempts import (
    ROLE,
    attempt,
    by_json,
    denying,
    only_the_role,
    other_way,
    role_gone,
)
from orderlab.exercises.chapter04.door_check import judge
from orderlab.exercises.chapter04.door_silence import integration_of
from orderlab.exercises.chapter04.notebook_names import door_names
from orderlab.exercises.chapter04.starting_points import (
    ensure_inbox,
    lead_to_accept_order,
    method_of,
)
from orderlab.exercises.engine import Exercise, Proof, Workspace
from orderlab.orders.parts.api import api_address, find_api
from orderlab.orders.parts.roles import remove_role
from orderlab.practice.http import request


def _undo(workspace: Workspace) -> None:
    lead_to_accept_order(workspace.target)
    remove_role(workspace.target, ROLE)


def _prepare(workspace: Workspace) -> None:
    if not method_of(workspace.target, "/orders", "POST"):
        lead_to_accept_order(workspace.target)


def _stands(workspace: Workspace) -> bool:
    if find_api(workspace.target) is None:
        return False
    uri = str(integration_of(workspace.target).get("uri", ""))
    answered = request(f"{api_address(workspace.target)}/orders", {}).status == 400
    return ":sqs:" in uri and answered


def _solve(workspace: Workspace) -> None:
    ensure_inbox(workspace.target)
    attempt()(workspace)


DOOR = Exercise(
    id="4.2",
    title="Into the inbox",
    check=judge,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=_solve,
    names=door_names,
    needs=("4.1",),
    solution=r"""role = gateway_role(
    "order-api-role",
    allow("sqs:SendMessage", arn("sqs", "orders-inbox")),
)
template = (
    "#set($context.requestOverride.path.order_id = $input.path('$.order_id'))"
    "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
)
made = gateway.put_integration(
    **POST_ORDERS,
    type="AWS",
    integrationHttpMethod="POST",
    credentials=role,
    uri=QUEUE.format(ACCOUNT, "orders-inbox"),
    requestParameters=FORM,
    requestTemplates={"application/json": template},
    passthroughBehavior="NEVER",
)
accepted = (
    "#set($id = $context.requestOverride.path.order_id)"
    '{"order_id": "$id", "status": "ACCEPTED", '
    '"status_url": "/orders/$id/status?accepted=$context.requestTimeEpoch"}'
)
sorry = '{"message": "The order could not be taken. Send it again: it is stored once."}'
answer_with(POST_ORDERS, "202", r"2\d{2}", accepted)
answer_with(POST_ORDERS, "503", "", sorry)
gateway.create_deployment(restApiId=api, stageName="live")
# The first template makes SQS's request of the customer's, the second the customer's answer.
""",
    hints=(
        "It is the API of the notes once more, with other names: a role, an integration, two answers, "
        "a deployment.",
        "gateway_role, put_integration (POST_ORDERS, the uri of orders-inbox, FORM, NEVER), "
        "answer_with for 202 and for 503, create_deployment.",
        "The request template puts $input.path('$.order_id') aside and sends "
        "MessageBody=$util.urlEncode($input.body). The 202's template begins with "
        "#set($id = $context.requestOverride.path.order_id).",
    ),
    waits=True,
    proofs=(
        Proof("still the function", only_the_role, says="still leads to accept-order"),
        Proof("not deployed", attempt(deploy=False), says="still answers with accept-order"),
        Proof("cut at the &", attempt(body="$input.body"), says="first &"),
        Proof(
            "encoded twice",
            attempt(body="$util.urlEncode($util.urlEncode($input.body))"),
            says="more often",
        ),
        Proof(
            "escaped as for JavaScript",
            attempt(body="$util.urlEncode($util.escapeJavaScript($input.body))"),
            says="backslashes",
        ),
        Proof(
            "written anew",
            attempt(body="$util.urlEncode($input.json('$'))"),
            says="taken apart",
        ),
        Proof(
            "another message",
            attempt(body="$util.urlEncode(\"order $input.path('$.order_id')\")"),
            says="isn't the order",
        ),
        Proof(
            "encoded for something else",
            attempt(body="$util.urlEncode($util.base64Encode($input.body))"),
            says="in base64",
        ),
        Proof("another type of integration", attempt(kind="MOCK"), says="type is MOCK"),
        Proof("a request that SQS refuses", attempt(body="&MessageBdy=x"), says="it refuses"),
        Proof("a template for another type", attempt(only="text/plain"), says="has no template"),
        Proof("not by POST", attempt(verb="GET"), says="by GET"),
        Proof("another address", attempt(queue="orders-inbox-dlq"), says="doesn't name"),
        Proof("a form that doesn't say so", attempt(form={}), says="takes for JSON"),
        Proof(
            "a role that the gateway can't take on",
            attempt(service="lambda.amazonaws.com"),
            says="lambda.amazonaws.com",
        ),
        Proof(
            "a role without the right", attempt(right_to="orders-inbox-dlq"), says="may not send"
        ),
        Proof("a role that is gone", role_gone, says="no such role"),
        Proof("another status", attempt(status="200"), says="Nothing is done yet"),
        Proof("an older deployment", attempt(early=True), says="serves an older one"),
        Proof("sorry for what was taken", attempt(pattern="202"), says="sends it again"),
        Proof(
            "SQS's refusal handed on",
            attempt(sorry='{"message": "$util.escapeJavaScript($input.body)"}'),
            says="names of your account",
        ),
        Proof(
            "another time",
            attempt(
                answer='{"order_id": "$id", "status": "ACCEPTED", '
                '"status_url": "/orders/$id/status?accepted=1700000000000"}'
            ),
            says="that of this request",
        ),
        Proof("SQS's own answer", attempt(answer="$input.body"), says="said to the gateway"),
        Proof("no order_id", attempt(aside=""), says="isn't in it"),
        Proof("no JSON", attempt(answer="accepted"), says="not JSON"),
        Proof(
            "nowhere to ask",
            attempt(answer='{"order_id": "$id", "status": "ACCEPTED"}'),
            says="where to ask",
        ),
        Proof(
            "no time",
            attempt(
                answer='{"order_id": "$id", "status": "ACCEPTED", '
                '"status_url": "/orders/$id/status?accepted=$context.requestTime"}'
            ),
            says="milliseconds",
        ),
        Proof(
            "passed through as it is", attempt(passthrough="WHEN_NO_MATCH"), says="form for a name"
        ),
        Proof("another type gets in", attempt(more="text/plain"), says="sent as text/plain"),
        Proof("some refusals only", attempt(refusals=r"4\d{2}"), says="because of its own"),
        Proof("a promise without a message", attempt(pattern=""), says="it is nowhere"),
        Proof("no answer for a refusal", attempt(sorry=None), says="may try again"),
        Proof("503 without a word", attempt(sorry='{"sorry": true}'), says="no message"),
        Proof("wrong orders get in", attempt(validated=False), says="not refused at the door"),
        Proof("a role for every queue", attempt(right_to="*"), says="It was allowed"),
        Proof(
            "a role that may do more",
            attempt(action=["sqs:SendMessage", "sqs:PurgeQueue"]),
            says="sqs:PurgeQueue on orders-inbox",
        ),
        Proof("WHEN_NO_TEMPLATES, other texts", other_way, "right"),
        Proof("as JSON, by the action", by_json, "right"),
        Proof("a policy with lists, and what is denied", denying, "right"),
        Proof("any status of SQS below 300", attempt(pattern=r"20\d"), "right"),
    ),
)
