"""4.3's check of one batch: what the handler stored of it, and what it named as failed."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter01.policies import allows, role_of, statements_of
from orderlab.exercises.chapter04.probes import forget, stored
from orderlab.exercises.chapter04.worker_attempts import NAME
from orderlab.exercises.chapter04.worker_batch import (
    BAD,
    CONFLICTS,
    GOOD,
    NO_ORDER,
    REPEAT,
    Batch,
    one_good,
)
from orderlab.exercises.engine import Outcome, Workspace, wrong
from orderlab.orders.architecture import ORDERS
from orderlab.orders.parts.names import table_arn
from orderlab.practice.functions import payload_of

LOOKED = (
    "invoked process-order with a batch: three new orders, one of them again, three other orders "
    "under its id, an order that is too large for an item, and a text that is no order"
)
_EXPECTED = "three orders stored; the messageIds of the last five as batchItemFailures"


def wrong_batch(name: str, message: str, got: str, next: str, **more: str) -> Outcome:
    shown = {"looked_at": LOOKED, "expected": _EXPECTED, **more}
    return wrong(name, message, got=got[:200], next=next, **shown)


def judge_batch(workspace: Workspace, batch: Batch) -> Outcome | None:
    target = workspace.target
    reply, answer = _invoke(target, batch)
    there = {what for what in GOOD if stored(target, batch.orders[what]["order_id"])}
    if "FunctionError" in reply:
        return _raised(target, answer, there)
    named = _named(answer)
    if named is None:
        return _no_answer(answer)
    unknown = [each for each in named if each not in batch.ids]
    if unknown:
        return wrong_batch(
            "names something else",
            "The answer names something that is no messageId of the batch. Lambda takes that for a "
            "batch that failed as a whole.",
            f"named: {', '.join(map(str, unknown))[:120]}",
            'itemIdentifier is record["messageId"].',
        )
    return (
        _compare(workspace, batch, {batch.ids[each] for each in named}, there, _heard(reply))
        or _content(target, batch)
        or _second_call(target)
    )


def _invoke(target: Target, batch: Batch) -> tuple[dict[str, Any], Any]:
    reply = target.client("lambda").invoke(
        FunctionName=target.name(NAME),
        LogType="Tail",
        Payload=json.dumps({"Records": list(batch.messages.values())}).encode(),
    )
    return reply, payload_of(target, reply)


def _heard(reply: dict[str, Any]) -> str:
    """The first line of the call's log that speaks of an error."""
    text = base64.b64decode(reply.get("LogResult", "")).decode(errors="replace")
    found = re.search(r"^.*(?:rror|xception).*$", text, re.MULTILINE)
    return found[0].strip() if found else ""


def _second_call(target: Target) -> Outcome | None:
    """A good order in a call of its own: what the handler keeps from the call before shows."""
    batch = one_good()
    try:
        reply, answer = _invoke(target, batch)
        named = _named(answer) if "FunctionError" not in reply else None
        if named == []:
            return None
    finally:
        forget(target, batch.orders[GOOD[0]]["order_id"])
    return wrong_batch(
        "what the last call left",
        "I called the function once more, with one good order. Its answer is not an empty list: an "
        "environment keeps what stands outside the handler, from one batch to the next.",
        json.dumps(answer)[:160],
        "The list of failures begins empty in each call: inside the handler.",
    )


def _named(answer: Any) -> list[Any] | None:
    """What an answer names as failed; None if it has not the agreed form."""
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures"), list):
        return None
    found = answer["batchItemFailures"]
    if not all(isinstance(each, dict) and "itemIdentifier" in each for each in found):
        return None
    return [each["itemIdentifier"] for each in found]


def _raised(target: Target, answer: Any, there: set[str]) -> Outcome:
    error = answer if isinstance(answer, dict) else {}
    kind, said = str(error.get("errorType")), str(error.get("errorMessage"))
    got = f"{kind}: {said}"
    for known, name, message, hint in _ENDINGS:
        if known in kind:
            return wrong_batch(name, message, got, hint)
    if kind.startswith("Runtime."):
        return wrong_batch(
            "it does not start",
            "Lambda could not load the code.",
            got,
            "Deploy STORE + HANDLER, with the layer in Layers.",
        )
    if "AccessDenied" in got and not there:
        return _no_right(got)
    if not there:
        return wrong_batch(
            "raises at once",
            "The handler raised an error before it stored anything, and the first message is a good "
            "order.",
            got,
            "Lambda calls handler(event, context), with the messages in event['Records'].",
        )
    if len(there) == len(GOOD):
        return wrong_batch(
            "raises at the end",
            "All three orders were stored, and then the handler raised an error. The whole batch comes "
            "back.",
            got,
            "An answer names the failed ones; an error fails them all.",
        )
    if there - {GOOD[0]}:
        return wrong_batch(
            "one kind of failure",
            "Some failures were caught, and this one left the handler. The whole batch fails with it.",
            got,
            "Whatever happens to a message must not reach the others: except Exception.",
        )
    return wrong_batch(
        "one bad order takes all",
        "The handler raised an error at a bad message. The batch fails as a whole, and its good "
        "orders end among the dead letters with it.",
        got,
        "try and except around each message, and a list of those that failed.",
    )


# how a call can end that has nothing to do with a message
_ENDINGS = (
    (
        "Timedout",
        "it does not end",
        "The handler had not ended when its Timeout was over. The whole batch comes back.",
        "A loop over event['Records'] ends by itself.",
    ),
    (
        "MarshalError",
        "no JSON",
        "The handler's answer can't be written as JSON, and the whole batch comes back.",
        "A plain def, which returns a dictionary of a list of dictionaries.",
    ),
    (
        "ExitError",
        "it ends its environment",
        "The handler ended its process in the middle of the batch, and the whole batch comes back.",
        "An error of one message is caught; sys.exit() ends the environment.",
    ),
)


def _no_right(got: str) -> Outcome:
    return wrong_batch(
        "no right to the table",
        "DynamoDB refuses the function's writes.",
        got,
        'allow("dynamodb:PutItem", arn("dynamodb", "table/orders"))',
    )


def _no_answer(answer: Any) -> Outcome:
    shown = json.dumps(answer)[:120]
    if answer is None or (isinstance(answer, dict) and answer.get("batchItemFailures") is None):
        return wrong_batch(
            "no answer in the agreed form",
            "The handler does not say which messages failed. To Lambda an empty answer is a success, "
            "and the bad orders are deleted.",
            shown,
            'return {"batchItemFailures": [{"itemIdentifier": ...}, ...]}',
        )
    return wrong_batch(
        "an answer in another form",
        "Lambda can't read this answer, and takes the batch for one that failed as a whole: the good "
        "orders come back too.",
        shown,
        'return {"batchItemFailures": [{"itemIdentifier": ...}, ...]}',
    )


def _compare(
    workspace: Workspace, batch: Batch, named: set[str], there: set[str], heard: str
) -> Outcome | None:
    """What was named as failed and what was stored, against what should have been."""
    got = f"stored: {len(there)} of 3; named as failed: {'; '.join(sorted(named)) or 'none'}"
    missing = [what for what in GOOD if what not in there]
    if len(missing) == len(GOOD):
        return _nothing_stored(workspace, heard or got)
    lost = [what for what in missing if what not in named]
    if lost:
        return _lost(lost, named, there, got)
    if missing:
        return wrong_batch(
            "the rest is not tried",
            "After a bad message the others are handed back without being tried.",
            got,
            "The order of messages means nothing on a standard queue: try each of them.",
        )
    first, conflicts, repeats = _under_one_id(workspace.target, batch)
    if not named & ({first, *repeats} | conflicts) and first != GOOD[0]:
        return wrong_batch(
            "another order takes its place",
            "Another order came under an id that is taken. It replaced the one that was there, and "
            "nothing was named: the first customer's order is gone.",
            got,
            "storage.store_once puts an order on the condition that its id is free.",
        )
    return _named_wrongly(named, {first, *GOOD[1:]}, conflicts, repeats, got)


def _under_one_id(target: Target, batch: Batch) -> tuple[str, set[str], set[str]]:
    """Which order is stored under the first one's id, which ones conflict with it, which repeat
    it: a handler may take messages in any order."""
    same = (GOOD[0], *CONFLICTS)
    there = stored(target, batch.orders[GOOD[0]]["order_id"])
    first = next((what for what in same if batch.orders[what] == there), GOOD[0])
    conflicts = {what for what in same if what != first}
    return (
        (first, conflicts, {REPEAT}) if first == GOOD[0] else (first, conflicts | {REPEAT}, set())
    )


def _nothing_stored(workspace: Workspace, heard: str) -> Outcome:
    target = workspace.target
    statements = statements_of(workspace, role_of(workspace, NAME))
    if not allows(statements, "dynamodb:PutItem", table_arn(target, ORDERS)):
        return _no_right(heard)
    return wrong_batch(
        "nothing stored",
        "After the batch none of the three orders is in the table.",
        heard,
        "The log group /aws/lambda/process-order says why.",
    )


def _lost(lost: list[str], named: set[str], there: set[str], got: str) -> Outcome:
    if there == {GOOD[0]} and named == {NO_ORDER}:
        return wrong_batch(
            "stops at the first failure",
            "After a bad message the handler stops. What came behind it was neither stored nor named, "
            "so it is deleted, and lost.",
            got,
            "A failure must not end the loop.",
        )
    return wrong_batch(
        "not every message is tried",
        f"Neither stored nor named: {', '.join(lost)}. What is not named is deleted, and lost.",
        got,
        "handler tries every record of event['Records'].",
    )


def _named_wrongly(
    named: set[str], good: set[str], conflicts: set[str], repeats: set[str], got: str
) -> Outcome | None:
    bad = BAD - set(CONFLICTS) | conflicts
    if named & good:
        return wrong_batch(
            "good ones come back",
            "Orders that were stored are named as failed.",
            got,
            "Only what raised an error belongs into the list.",
        )
    if named & repeats:
        return wrong_batch(
            "a repeat fails",
            "A copy of a stored order was named as failed. It will be tried again and again, and end "
            "among the dead letters, although all is well.",
            got,
            "store_once returns the order that was there; storage.same_order compares.",
        )
    forgotten = bad - named
    if forgotten and forgotten <= conflicts:
        return wrong_batch(
            "a conflict is a success",
            "Another order came under an id that is taken. It wasn't stored and wasn't named, so its "
            "customer has a promise that nobody keeps.",
            f"not named: {'; '.join(sorted(forgotten))}",
            "If the order that is there is another one, raise an error. storage.same_order compares "
            "all of it.",
        )
    if forgotten:
        return wrong_batch(
            "a failure swallowed",
            f"Not named: {'; '.join(sorted(forgotten))}. What is not named is deleted.",
            got,
            "Each message that raised an error belongs into the list.",
        )
    return None


def _content(target: Target, batch: Batch) -> Outcome | None:
    same = [batch.orders[what] for what in (GOOD[0], *CONFLICTS)]
    for what in GOOD:
        order = batch.orders[what]
        there = stored(target, order["order_id"])
        if there != order and not (what == GOOD[0] and there in same):
            return wrong_batch(
                "another order stored",
                "An order is in the table, and differs from what was sent.",
                f"{what} differs",
                "storage.store_once puts it as it was sent.",
            )
    return None
