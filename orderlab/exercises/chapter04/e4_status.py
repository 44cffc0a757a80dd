"""4.4: where an accepted order is: stored, on its way, or unknown."""

from __future__ import annotations

import secrets
from typing import Any

from orderlab.exercises.chapter04.notebook_names import door_names
from orderlab.exercises.chapter04.status_attempts import (
    ANOTHER_WAY,
    TELL,
    attempt,
    by_a_function,
    take_away,
    told,
)
from orderlab.exercises.chapter04.status_check import judge
from orderlab.exercises.chapter04.status_way import WITH_PROMISE, ask, integration_of
from orderlab.exercises.engine import Exercise, Proof, Workspace
from orderlab.orders.architecture import INBOX_ROLE
from orderlab.orders.parts.names import role_arn


def _undo(workspace: Workspace) -> None:
    take_away(workspace.target)


def _stands(workspace: Workspace) -> bool:
    target = workspace.target
    if not integration_of(target):
        return False
    return ask(target, f"nobody-{secrets.token_hex(3)}", WITH_PROMISE).status == 202


def _names(workspace: Workspace) -> dict[str, Any]:
    return {**door_names(workspace), "role": role_arn(workspace.target, INBOX_ROLE)}


_NO_PROMISE = TELL.replace("#elseif(@promise)", "#elseif(false)")
_ALL_PROMISED = TELL.replace("#elseif(@promise)", "#elseif(true)")
_PROMISE_FIRST = (
    '#if(@promise)#set($context.responseOverride.status = 202)@later{"status": "ACCEPTED"}'
    '#elseif(@there){"status": "STORED"}'
    '#else#set($context.responseOverride.status = 404){"status": "UNKNOWN"}#end'
)
STATUS = Exercise(
    id="4.4",
    title="Where is my order?",
    check=judge,
    undo=_undo,
    stands=_stands,
    solve=attempt(),
    names=_names,
    needs=("4.1", "4.2"),
    solution=r'''there = gateway.create_resource(
    restApiId=api,
    parentId=paths["/orders/{orderId}"],
    pathPart="status",
)["id"]
GET_STATUS = {"restApiId": api, "resourceId": there, "httpMethod": "GET"}
gateway.put_method(**GET_STATUS, authorizationType="NONE")
may_read = document(allow("dynamodb:GetItem", arn("dynamodb", "table/orders")))
made = iam.put_role_policy(
    RoleName="order-api-role", PolicyName="status", PolicyDocument=may_read)
ask = """{"TableName": "orders", "ConsistentRead": true,
 "Key": {"order_id": {"S": "$util.escapeJavaScript($input.params('orderId'))"}}}"""
made = gateway.put_integration(
    **GET_STATUS,
    type="AWS",
    integrationHttpMethod="POST",
    credentials=role,
    uri=GET_ITEM,
    requestTemplates={"application/json": ask},
)
tell = """#if("$!input.path('$.Item.order_id.S')" != ""){"status": "STORED"}
#elseif("$!input.params('accepted')" != "")#set($context.responseOverride.status = 202)
#set($context.responseOverride.header.Retry-After = "2"){"status": "ACCEPTED"}
#else#set($context.responseOverride.status = 404){"status": "UNKNOWN"}#end"""
answer_with(GET_STATUS, "200", r"2\d{2}", tell)
answer_with(GET_STATUS, "503", "", '{"message": "Nobody can tell now. Ask again."}')
gateway.create_deployment(restApiId=api, stageName="live")
# First the table, then the promise. What the table didn't say is not said.
''',
    hints=(
        "It is the API of the drafts with other names, and one more answer. Which question comes first: "
        "the table's or the promise's?",
        "create_resource, put_method, put_role_policy with a name of its own, put_integration with "
        "GET_ITEM, answer_with for 200 and 503, create_deployment.",
        '#if("$!input.path(\'$.Item.order_id.S\')" != "") ... #elseif("$!input.params(\'accepted\')" '
        '!= "") ... #else ... #end, with $context.responseOverride.status in the second and third.',
    ),
    proofs=(
        Proof("not deployed", attempt(deploy=False), says="the stage doesn't serve it"),
        Proof("an older deployment", attempt(early=True), says="serves an older definition"),
        Proof("another place", attempt(part="state"), says="somewhere else"),
        Proof("a door for some", attempt(who="AWS_IAM"), says="who is there"),
        Proof("not by POST", attempt(call="GET"), says="by GET"),
        Proof(
            "no answer for what the table says",
            attempt(answers=False, sorry=None),
            says="no answer for the customer",
        ),
        Proof("no JSON", attempt(tell=told(TELL.replace("#elseif", "#elsif"))), says="not JSON"),
        Proof(
            "another word for it",
            attempt(tell=told(TELL.replace("STORED", "THERE"))),
            says="say STORED",
        ),
        Proof(
            "another word", attempt(tell=told(TELL.replace("UNKNOWN", "LOST"))), says="say UNKNOWN"
        ),
        Proof(
            "another word for the promise",
            attempt(tell=told(TELL.replace("ACCEPTED", "SOON"))),
            says="say ACCEPTED",
        ),
        Proof(
            "any parameter is a promise",
            attempt(tell=told(TELL.replace("@promise", "$input.params().querystring.size() > 0"))),
            says="other parameters",
        ),
        Proof(
            "another id than the path's",
            attempt(key="$util.urlEncode($input.params('orderId'))"),
            says="asked for another id",
        ),
        Proof("a fault without a word", attempt(sorry=None), says="may ask again"),
        Proof("some silences only", attempt(refusals="500"), says="others are not"),
        Proof("something else between", by_a_function, says="itself"),
        Proof("no right to the table", attempt(action="dynamodb:Query"), says="may not read"),
        Proof(
            "the table refuses the question",
            attempt(key='"}, "x": {"S": "'),
            says="read what DynamoDB says",
        ),
        Proof("a broken promise", attempt(tell=told(_NO_PROMISE)), says="orders again"),
        Proof(
            "everybody has a promise", attempt(tell=told(_ALL_PROMISED)), says="brought no promise"
        ),
        Proof("a promise before the fact", attempt(tell=told(_PROMISE_FIRST)), says="isn't yet"),
        Proof("when to ask again", attempt(tell=told(later="")), says="how many seconds"),
        Proof(
            "everything is stored",
            attempt(tell='{"status": "STORED"}'),
            says="said to be stored",
        ),
        Proof(
            "a stored order isn't found",
            attempt(key="o-$util.escapeJavaScript($input.params('orderId'))"),
            says="in the table is not",
        ),
        Proof("a path that speaks JSON", attempt(key="$input.params('orderId')"), says="quotation"),
        Proof(
            "silence taken for an answer",
            attempt(pattern="", sorry=None),
            says="let the table fail",
        ),
        Proof("a moment late", attempt(consistent="false"), says="eventually consistent"),
        Proof(
            "the door lost its right", attempt(policy="least-privilege"), says="no order gets in"
        ),
        Proof(
            "more rights than it needs",
            attempt(action="dynamodb:*", wide=True),
            says="dynamodb:PutItem on table/orders",
        ),
        Proof(
            "the id and the consistency in variables",
            attempt(
                ask="#set($id = $util.escapeJavaScript($input.params('orderId')))#set($now = true)"
                '{"Key": {"order_id": {"S": "$id"}}, "ConsistentRead": $now, "TableName": "orders"}'
            ),
            "right",
        ),
        Proof("status chosen by variables", attempt(tell=ANOTHER_WAY), "right"),
        Proof(
            "any status below 300, half a minute",
            attempt(
                pattern="20.",
                tell=told(later='#set($context.responseOverride.header.retry-after = "30")'),
            ),
            "right",
        ),
    ),
)
