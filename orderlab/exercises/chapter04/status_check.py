"""4.4's check: what the endpoint says of orders that are stored, promised, unknown."""

from __future__ import annotations

import json
import re
import secrets

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter01.policies import statements_of
from orderlab.exercises.chapter04.probes import discard, forget, probe_order, url_of
from orderlab.exercises.chapter04.rights_beyond import beyond
from orderlab.exercises.chapter04.role_tried import does
from orderlab.exercises.chapter04.shop import table_there
from orderlab.exercises.chapter04.starting_points import method_of
from orderlab.exercises.chapter04.status_attempts import PATH
from orderlab.exercises.chapter04.status_way import (
    LOOKED,
    WITH_PROMISE,
    ask,
    elsewhere,
    integration_of,
    said,
    status_for,
    way,
    word,
    wrong_status,
)
from orderlab.exercises.engine import Outcome, Workspace, right, untouched
from orderlab.faults import Faults
from orderlab.orders.architecture import INBOX, INBOX_ROLE, ORDERS
from orderlab.orders.parts.names import queue_arn, role_arn, table_arn
from orderlab.practice.http import Answer
from orderlab.practice.items import item_of


def judge(workspace: Workspace) -> Outcome:
    target = workspace.target
    if not method_of(target, PATH, "GET"):
        return elsewhere(target)
    if not table_there(target):
        return untouched(
            "There is no table orders to ask, so nothing could be tried.",
            next="`lab.build()` makes what is missing.",
        )
    order = probe_order()
    # an id that not every way to escape leaves as it is
    other = probe_order(f'probe-{secrets.token_hex(3)} "{secrets.token_hex(2)}" 100 %')
    for each in (order, other):
        target.client("dynamodb").put_item(TableName=target.name(ORDERS), Item=item_of(each))
    try:
        return (
            way(target)
            or _unknown(target)
            or _stored(target, order["order_id"])
            or _promised(target)
            or _inside(target, order["order_id"])
            or _as_it_is(target, other["order_id"])
            or _silent(target)
            or _at_once(target)
            or _role(workspace)
            or right(
                "Three answers, each true. The queue can't be asked, so the one who knows brings it "
                "along; and when the table is silent, so is the endpoint.",
                looked_at=LOOKED,
                got="200, 202, 404 and 503, each where it belongs",
            )
        )
    finally:
        forget(target, order["order_id"], other["order_id"])


def _stored(target: Target, order_id: str) -> Outcome | None:
    for query in ("", WITH_PROMISE):
        answer = ask(target, order_id, query)
        if answer.status == 200 and word(answer) == "STORED":
            continue
        if answer.status == 202 and word(answer) == "ACCEPTED":
            return wrong_status(
                "a promise before the fact",
                "The order is in the table, and whoever asks with `accepted` reads that it isn't yet.",
                said(answer),
                "First the table, then the promise.",
            )
        if answer.status == 200 and word(answer):
            return wrong_status(
                "another word for it",
                "The status is right, and the text doesn't say STORED.",
                said(answer),
                '{"status": "STORED"}',
            )
        return _no_json(answer) or wrong_status(
            "a stored order isn't found",
            "An order that is in the table is not answered with 200 and STORED.",
            said(answer),
            "$input.path('$.Item.order_id.S') is the id in DynamoDB's answer, if there is an item.",
        )
    return None


def _no_json(answer: Answer) -> Outcome | None:
    """Whether the template has left something that is no JSON."""
    try:
        json.loads(answer.text or "{}")
    except ValueError:
        return wrong_status(
            "no JSON",
            "The answer is not JSON.",
            said(answer),
            "What begins with # and is no word of VTL is left as it is: #if, #elseif, #else, #end.",
        )
    return None


def _promised(target: Target) -> Outcome | None:
    # any time will do, and it is another one each time
    promise = f"?accepted={1700000000000 + secrets.randbelow(10**11)}"
    answer = ask(target, f"nobody-{secrets.token_hex(4)}", promise)
    if answer.status == 404:
        return wrong_status(
            "a broken promise",
            "The request brought the promise along, and reads 404. This customer orders again.",
            said(answer),
            "$input.params('accepted') is the parameter of the query.",
        )
    if answer.status == 202 and word(answer) != "ACCEPTED":
        return _no_json(answer) or wrong_status(
            "another word for the promise",
            "The status is right, and the text doesn't say ACCEPTED.",
            said(answer),
            '{"status": "ACCEPTED"}',
        )
    if answer.status != 202:
        return wrong_status(
            "not on its way",
            "An order with a promise that isn't stored yet is not answered with 202.",
            said(answer),
            "#set($context.responseOverride.status = 202)",
        )
    after = answer.headers.get("retry-after", "")
    if re.fullmatch(r"[1-9]\d{0,4}", after) is None:
        return wrong_status(
            "when to ask again",
            "The answer doesn't say in how many seconds to ask again.",
            f"Retry-After: {after or 'none'}",
            '#set($context.responseOverride.header.Retry-After = "2")',
        )
    return None


def _unknown(target: Target) -> Outcome | None:
    answer = ask(target, f"nobody-{secrets.token_hex(4)}")
    if answer.status == 404 and word(answer) == "UNKNOWN":
        return _no_promise(target)
    if answer.status == 404:
        return _no_json(answer) or wrong_status(
            "another word",
            "The status is right, and the text doesn't say UNKNOWN.",
            said(answer),
            '{"status": "UNKNOWN"}',
        )
    if word(answer) == "STORED":
        return wrong_status(
            "everything is stored",
            "I asked for an order that nobody sent. It is said to be stored.",
            said(answer),
            "When there is no item, DynamoDB's answer is {}. What is $.Item then?",
        )
    return _no_json(answer) or wrong_status(
        "everybody has a promise",
        "I asked for an order that nobody sent, and brought no promise. The answer is not 404.",
        said(answer),
        "Without `accepted` there was no 202, as far as anybody knows.",
    )


def _no_promise(target: Target) -> Outcome | None:
    answer = ask(target, f"nobody-{secrets.token_hex(4)}", "?lang=de&from=shop")
    if answer.status == 404:
        return None
    return wrong_status(
        "any parameter is a promise",
        "I asked for an order that nobody sent, with other parameters than `accepted`. The answer is "
        "not 404.",
        said(answer),
        "$input.params('accepted')",
    )


def _as_it_is(target: Target, order_id: str) -> Outcome | None:
    answer = ask(target, order_id)
    # what an answer shows of such an id, beside its status, is its own affair
    if answer.status == 200 and '"STORED"' in answer.text:
        return None
    return wrong_status(
        "another id than the path's",
        "An order whose id holds a space, quotation marks and a % is in the table. I asked for it, and "
        "it isn't found: the table was asked for another id.",
        said(answer),
        "$util.escapeJavaScript(...) writes a text so that JSON gives it back as it was.",
    )


def _inside(target: Target, order_id: str) -> Outcome | None:
    """A path that holds JSON of its own, which would ask for another order."""
    forged = f'nobody"}}}},"Key":{{"order_id":{{"S":"{order_id}'
    answer = ask(target, forged)
    if answer.status == 404:
        return None
    return wrong_status(
        "a path that speaks JSON",
        "I asked for an id with quotation marks and braces in it, and the template took them for its "
        "own. The table was asked for something else than the id.",
        said(answer),
        "$util.escapeJavaScript(...) around what comes from outside",
    )


def _silent(target: Target) -> Outcome | None:
    with Faults(target).fail(f"{ORDERS} (table)"):
        answer = ask(target, f"nobody-{secrets.token_hex(4)}")
    if answer.status >= 500 and answer.status != 503:
        return wrong_status(
            "a fault without a word",
            "I let the table fail and asked. The customer's client can't know from this answer that "
            "it may ask again.",
            said(answer),
            'answer_with(GET_STATUS, "503", "", ...)',
        )
    if answer.status != 503:
        return wrong_status(
            "silence taken for an answer",
            "I let the table fail and asked. The answer says more than anybody knew.",
            said(answer),
            'answer_with(GET_STATUS, "200", r"2\\d{2}", ...) and answer_with(GET_STATUS, "503", "", ...)',
        )
    others = {each: status_for(integration_of(target), each) for each in ("400", "500", "503")}
    left = [
        f"{each}: {given or 'no answer of yours'}"
        for each, given in others.items()
        if given != "503"
    ]
    if not left:
        return None
    return wrong_status(
        "some silences only",
        "The table's failure is answered with 503, and others are not. DynamoDB answers 400 when it "
        "throttles, 500 or 503 when it fails.",
        f"for DynamoDB's {'; '.join(left)}",
        "An empty selectionPattern is for all that no other pattern matches.",
    )


def _at_once(target: Target) -> Outcome | None:
    """A strongly consistent read of nothing is metered as one unit, another as half of one."""
    before = _units(target)
    ask(target, f"nobody-{secrets.token_hex(4)}")
    units = _units(target) - before
    if units >= 1:
        return None
    return wrong_status(
        "a moment late",
        "The read is eventually consistent. A customer whose order was stored a moment ago may read "
        "that it wasn't.",
        f"{units:g} read units for one question",
        '"ConsistentRead": true',
        looked_at="what a question costs in read units",
        expected="a strongly consistent read",
    )


def _units(target: Target) -> float:
    metered = target.page("meter")["resources"].get("dynamodb.read_units", {})
    return float(metered.get(target.name(ORDERS), 0))


def _may_send(target: Target) -> bool:
    mark = f"probe-{secrets.token_hex(4)}"
    form = f"Action=SendMessage&MessageBody={mark}"
    may: bool = does(target, role_arn(target, INBOX_ROLE), INBOX, form)
    discard(target, mark)
    return may


def _role(workspace: Workspace) -> Outcome | None:
    target = workspace.target
    used = str(integration_of(target).get("credentials", ""))
    if url_of(target, INBOX) is not None and not _may_send(target):
        return wrong_status(
            "the door lost its right",
            "order-api-role may not send to orders-inbox any more: no order gets in.",
            "AccessDenied for SendMessage",
            "put_role_policy replaces the policy of that name. `ex.again()` puts the other one back; "
            "then give yours a name of its own.",
        )
    name = used.rpartition("/")[2]
    statements = statements_of(workspace, name)
    wanted = [
        ("sqs:SendMessage", queue_arn(target, INBOX)),
        ("dynamodb:GetItem", table_arn(target, ORDERS)),
    ]
    found = beyond(statements, wanted, harmless=_OTHER_READS)
    if not found:
        return None
    return wrong_status(
        "more rights than it needs",
        "The endpoint works. Its role may do more than read an order.",
        "; ".join(found[:3]),
        "dynamodb:GetItem on the table orders",
        looked_at=f"the policies of {name}",
        expected="GetItem on orders, and SendMessage on orders-inbox for the door",
    )


# reads of the same table by its key, which another way to ask may need
_OTHER_READS = ("dynamodb:Query", "dynamodb:BatchGetItem", "logs:", "xray:")
