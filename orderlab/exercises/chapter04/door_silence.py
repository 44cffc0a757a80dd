"""4.2's check: why nothing came into the inbox, or something else than the order."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.door_answer import wrong_door
from orderlab.exercises.chapter04.door_attempts import ROLE
from orderlab.exercises.chapter04.notebook_names import QUEUE
from orderlab.exercises.chapter04.probes import forget
from orderlab.exercises.chapter04.role_tried import does, said_by, trusted
from orderlab.exercises.chapter04.starting_points import method_of
from orderlab.exercises.engine import Outcome
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts.names import role_arn
from orderlab.practice.http import Answer


def integration_of(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = method_of(target, "/orders", "POST").get("methodIntegration") or {}
    return found


def nothing(target: Target, answer: Answer, sent: str) -> Outcome:
    """Nothing came: why, as far as it can be tried."""
    got = f"{answer.status} {answer.text.strip()[:120]}"
    integration = integration_of(target)
    return (
        _another_address(target, integration, got)
        or _no_form(integration, got)
        or _no_right(target, integration, got)
        or _refused(target, integration, sent, got)
    )


def _another_address(target: Target, integration: dict[str, Any], got: str) -> Outcome | None:
    if integration.get("type") != "AWS":
        return wrong_door(
            "another type of integration",
            f"The integration's type is {integration.get('type')}. SQS is called by one of type AWS.",
            got,
            'type="AWS"',
        )
    uri = str(integration.get("uri", ""))
    if not uri.endswith(":sqs:action/SendMessage") and uri != QUEUE.format(
        target.account_id, target.name(INBOX)
    ):
        return wrong_door(
            "another address",
            "The integration doesn't name orders-inbox.",
            f"uri {uri}",
            'uri=QUEUE.format(ACCOUNT, "orders-inbox")',
        )
    return None


def _no_form(integration: dict[str, Any], got: str) -> Outcome | None:
    form = str((integration.get("requestParameters") or {}).get(_CONTENT_TYPE, ""))
    template = str((integration.get("requestTemplates") or {}).get("application/json", ""))
    if "x-www-form-urlencoded" not in form and "Action=" in template:
        return wrong_door(
            "a form that doesn't say so",
            "API Gateway says application/json unless it is told otherwise, and SQS finds no Action "
            "in what it takes for JSON.",
            got,
            "requestParameters=FORM",
        )
    verb = str(integration.get("httpMethod", ""))
    if verb != "POST" and "Action=" in template:
        return not_by_post(verb, got)
    return None


def _no_right(target: Target, integration: dict[str, Any], got: str) -> Outcome | None:
    who = trusted(target, ROLE)
    if who is not None and "apigateway.amazonaws.com" not in who and "*" not in who:
        return wrong_door(
            "a role that the gateway can't take on",
            f"The trust policy of order-api-role names {', '.join(who) or 'nobody'}.",
            got,
            "The one who takes it on is the service apigateway.amazonaws.com.",
        )
    role = str(integration.get("credentials", ""))
    if not role:
        return wrong_door(
            "nobody's call",
            "The integration has no credentials, so the gateway calls SQS as nobody.",
            got,
            "credentials is the ARN of the role.",
        )
    if role == role_arn(target, ROLE) and who is None:
        return wrong_door(
            "a role that is gone",
            "The integration names order-api-role, and there is no such role.",
            got,
            'gateway_role("order-api-role", ...) makes it.',
        )
    if not does(target, role, INBOX, _PROBE_SEND):
        return wrong_door(
            "a role without the right",
            f"I called SQS as this role: it may not send to orders-inbox. ({role.rpartition('/')[2]})",
            got,
            'allow("sqs:SendMessage", arn("sqs", "orders-inbox"))',
        )
    return None


def _refused(target: Target, integration: dict[str, Any], sent: str, got: str) -> Outcome:
    forget(target, _PROBE_WORD)
    heard = said_by(target, integration, sent)
    if heard.status >= 300:
        return wrong_door(
            "a request that SQS refuses",
            "I sent an order through your template once more and read what SQS says to it: it "
            "refuses the request.",
            f"{heard.status} {_in_short(heard.text)}",
            "The request template makes the form: Action=SendMessage&MessageBody=...",
        )
    return wrong_door(
        "nothing arrives",
        "The order was sent, and it is neither in orders-inbox nor in the table.",
        got,
        "The request template makes the form: Action=SendMessage&MessageBody=...",
    )


def _in_short(text: str) -> str:
    """The code and the message of an error of SQS, which comes as XML or JSON."""
    found = re.findall(r"<(?:Code|Message)>(.*?)</", text, re.DOTALL)
    return ": ".join(found) if found else text.strip()[:150]


def not_by_post(verb: str, got: str) -> Outcome:
    return wrong_door(
        "not by POST",
        f"The gateway is told to call SQS by {verb or 'no method'}. A form travels in the body of "
        "a POST.",
        got,
        'integrationHttpMethod="POST"',
    )


_CONTENT_TYPE = "integration.request.header.Content-Type"
_PROBE_WORD = "probe-of-the-role"
_PROBE_SEND = f"Action=SendMessage&MessageBody={_PROBE_WORD}"


def changed(there: str, sent: str, order: dict[str, Any]) -> Outcome:
    got = f"in the queue: {there[:90]} ... ({len(there)} of {len(sent)} characters)"
    if sent.startswith(there):
        return wrong_door(
            "cut at the &",
            "The message ends where the order has its first &. In a form that is the end of a field.",
            got,
            "$util.urlEncode(...) makes a text safe for a form.",
        )
    if _decoded(there) == sent:
        return wrong_door(
            "encoded for something else",
            "The message is the order in base64.",
            got,
            "$util.urlEncode(...) makes a text safe for a form, and SQS undoes it.",
        )
    if "%22" in there or "%7B" in there:
        return wrong_door(
            "encoded twice",
            "The message is still encoded: it was encoded more often than the form undoes.",
            got,
            "Encode once.",
        )
    if ("\\" in there and "\\'" in there) or there.startswith('{\\"'):
        return wrong_door(
            "escaped as for JavaScript",
            "The message has backslashes that the order hasn't. escapeJavaScript is for text within "
            "JSON; the body of a message is no JSON text.",
            got,
            "The body goes into the form as it is, encoded for a form.",
        )
    try:
        same = json.loads(there) == order
    except ValueError:
        same = False
    if same:
        return wrong_door(
            "written anew",
            "The message says the same as the order, but it was taken apart and written again. Exactly "
            "as it was sent is the promise: what the customer wrote can be checked against it.",
            got,
            "$input.body is the body as it came; $input.json('$') is a new text.",
        )
    return wrong_door(
        "another message",
        "A message came that isn't the order.",
        got,
        "MessageBody is the whole body, and nothing else.",
    )


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""
