"""4.3's check: a batch of good and bad messages, the mapping, the rights, and real orders."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.policies import allows, role_of, statements_of
from orderlab.exercises.chapter04 import worker_attempts as attempts
from orderlab.exercises.chapter04.probes import forget, probe_order, stored, until, url_of
from orderlab.exercises.chapter04.worker_attempts import NAME
from orderlab.exercises.chapter04.worker_batch import BAD, CONFLICT, GOOD, REPEAT, Batch, new_batch
from orderlab.exercises.engine import Outcome, Workspace, right, untouched, wrong
from orderlab.orders.architecture import INBOX, ORDERS
from orderlab.orders.parts.names import queue_arn, table_arn
from orderlab.target.base import Target

_LOOKED = (
    "invoked process-order with a batch: three new orders, one of them again, another order under "
    "its id, an order that is too large for an item, and a text that is no order"
)
_EXPECTED = "three orders stored; the messageIds of the last three as batchItemFailures"
_PATIENCE = 25.0


def is_ours(target: Target, mapping: dict[str, Any]) -> bool:
    return bool(mapping["FunctionArn"].endswith(f":{target.name(NAME)}"))


def judge(workspace: Workspace) -> Outcome:
    target = workspace.target
    functions = target.client("lambda")
    try:
        functions.get_function_configuration(FunctionName=target.name(NAME))
    except functions.exceptions.ResourceNotFoundException:
        return untouched(
            "There is no function process-order yet.", next="lab.deploy, then its mapping."
        )
    batch = new_batch()
    try:
        return (
            _judge_batch(target, batch)
            or _mapping(target)
            or _rights(workspace)
            or _alive(target)
            or right(
                "A bad order comes back alone, and the nine beside it are done. The handler says "
                "which failed, and the mapping listens: each half is nothing without the other.",
                looked_at=f"{_LOOKED}; then sent three orders to {INBOX}",
                got="three orders stored, three messages named; and the inbox worked off",
            )
        )
    finally:
        forget(target, *(order["order_id"] for order in batch.orders.values()))


def _wrong(name: str, message: str, got: str, next: str, **more: str) -> Outcome:
    shown = {"looked_at": _LOOKED, "expected": _EXPECTED, **more}
    return wrong(name, message, got=got[:200], next=next, **shown)


def _judge_batch(target: Target, batch: Batch) -> Outcome | None:
    reply = target.client("lambda").invoke(
        FunctionName=target.name(NAME),
        Payload=json.dumps({"Records": list(batch.messages.values())}).encode(),
    )
    answer = json.loads(reply["Payload"].read() or b"null")
    there = {what for what in GOOD if stored(target, batch.orders[what]["order_id"])}
    if "FunctionError" in reply:
        return _raised(answer, there)
    named = _named(answer)
    if named is None:
        return _no_answer(answer)
    unknown = [each for each in named if each not in batch.ids]
    if unknown:
        return _wrong(
            "names something else",
            "The answer names something that is no messageId of the batch. Lambda takes that for a "
            "batch that failed as a whole.",
            f"named: {', '.join(map(str, unknown))[:120]}",
            'itemIdentifier is record["messageId"].',
        )
    return _compare({batch.ids[each] for each in named}, there) or _content(target, batch)


def _named(answer: Any) -> list[Any] | None:
    """What an answer names as failed; None if it has not the agreed form."""
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures"), list):
        return None
    found = answer["batchItemFailures"]
    if not all(isinstance(each, dict) and "itemIdentifier" in each for each in found):
        return None
    return [each["itemIdentifier"] for each in found]


def _raised(answer: Any, there: set[str]) -> Outcome:
    error = answer if isinstance(answer, dict) else {}
    kind, said = str(error.get("errorType")), str(error.get("errorMessage"))
    got = f"{kind}: {said}"
    if kind.startswith("Runtime.") or kind in ("ImportModuleError", "UserCodeSyntaxError"):
        return _wrong(
            "it does not start",
            "Lambda could not load the code.",
            got,
            "Deploy STORE + HANDLER, with the layer in Layers.",
        )
    if "AccessDenied" in got and not there:
        return _no_right(got)
    if len(there) == len(GOOD):
        return _wrong(
            "raises at the end",
            "All three orders were stored, and then the handler raised an error. All seven come back.",
            got,
            "An answer names the failed ones; an error fails them all.",
        )
    if there - {GOOD[0]} or "ClientError" in kind or "Exception" in kind:
        return _wrong(
            "one kind of failure",
            "Some failures were caught, and this one left the handler. The whole batch fails with it.",
            got,
            "Whatever happens to a message must not reach the others: except Exception.",
        )
    return _wrong(
        "one bad order takes all",
        "The handler raised an error at a bad message. The batch fails as a whole, and its good "
        "orders end among the dead letters with it.",
        got,
        "try and except around each message, and a list of those that failed.",
    )


def _no_right(got: str) -> Outcome:
    return _wrong(
        "no right to the table",
        "DynamoDB refuses the function's writes.",
        got,
        'allow("dynamodb:PutItem", arn("dynamodb", "table/orders"))',
    )


def _no_answer(answer: Any) -> Outcome:
    return _wrong(
        "no answer in the agreed form",
        "The handler does not say which messages failed. To Lambda an empty answer is a success, and "
        "the bad orders are deleted.",
        json.dumps(answer)[:120],
        'return {"batchItemFailures": [{"itemIdentifier": ...}, ...]}',
    )


def _compare(named: set[str], there: set[str]) -> Outcome | None:
    """What was named as failed and what was stored, against what should have been."""
    got = f"stored: {len(there)} of 3; named as failed: {'; '.join(sorted(named)) or 'none'}"
    missing = [what for what in GOOD if what not in there]
    if len(missing) == len(GOOD):
        return _wrong(
            "nothing stored",
            "After the batch none of the three orders is in the table.",
            got,
            "The log group /aws/lambda/process-order says why. May its role put items there?",
        )
    if any(what not in named for what in missing):
        return _wrong(
            "stops at the first failure",
            "After a bad message the handler stops. What came behind it was neither stored nor named, "
            "so it is deleted, and lost.",
            got,
            "A failure must not end the loop.",
        )
    if missing:
        return _wrong(
            "the rest is not tried",
            "After a bad message the others are handed back without being tried.",
            got,
            "The order of messages means nothing on a standard queue: try each of them.",
        )
    if REPEAT in named:
        return _wrong(
            "a repeat fails",
            "A copy of a stored order was named as failed. It will be tried again and again, and end "
            "among the dead letters, although all is well.",
            got,
            "store_once returns the order that was there; storage.same_order compares.",
        )
    if named & set(GOOD):
        return _wrong(
            "good ones come back",
            "Orders that were stored are named as failed.",
            got,
            "Only what raised an error belongs into the list.",
        )
    if CONFLICT not in named:
        return _wrong(
            "a conflict is a success",
            "Another order came under an id that is taken. It wasn't stored and wasn't named, so its "
            "customer has a promise that nobody keeps.",
            got,
            "If the order that is there is another one, raise an error.",
        )
    if named != BAD:
        return _wrong(
            "a failure swallowed",
            f"Not named: {'; '.join(sorted(BAD - named))}. What is not named is deleted.",
            got,
            "Each message that raised an error belongs into the list.",
        )
    return None


def _content(target: Target, batch: Batch) -> Outcome | None:
    for what in GOOD:
        order = batch.orders[what]
        if stored(target, order["order_id"]) != order:
            return _wrong(
                "another order stored",
                "An order is in the table, and differs from what was sent.",
                f"{what} differs",
                "storage.store_once puts it as it was sent.",
            )
    return None


def _mapping(target: Target) -> Outcome | None:
    readers = attempts.readers(target)
    mine = [each for each in readers if is_ours(target, each)]
    looked = {
        "looked_at": f"the event source mappings of {INBOX}",
        "expected": "process-order, fed",
    }
    if not mine:
        other = target.client("lambda").list_event_source_mappings(FunctionName=target.name(NAME))
        sources = [each["EventSourceArn"] for each in other["EventSourceMappings"]]
        if sources:
            return _wrong(
                "another queue",
                "process-order is fed, and not from orders-inbox.",
                f"fed from {', '.join(each.rpartition(':')[2] for each in sources)}",
                'EventSourceArn=arn("sqs", "orders-inbox")',
                **looked,
            )
        return _wrong(
            "nobody feeds it",
            "The handler is right, and nothing invokes it: orders wait in the inbox.",
            "no mapping",
            "create_event_source_mapping, from the queue to the function",
            **looked,
        )
    if len(readers) > 1:
        return _wrong(
            "two readers",
            "Another function reads orders-inbox too. Each gets some of the orders.",
            ", ".join(each["FunctionArn"].rpartition(":")[2] for each in readers),
            "delete_event_source_mapping takes the other one away.",
            **looked,
        )
    if "ReportBatchItemFailures" not in (mine[0].get("FunctionResponseTypes") or []):
        return _wrong(
            "an answer that nobody reads",
            "The handler names what failed. The mapping does not read that: it takes the batch for "
            "done, and deletes the bad orders.",
            "FunctionResponseTypes is empty",
            "What was the difference between the second and the third row of the notes?",
            **looked,
        )
    if not until(lambda: _state(target) == "Enabled", 10.0):
        return _wrong(
            "switched off",
            "The mapping is there, and is not enabled.",
            f"State {_state(target)}",
            "Enabled is True by default.",
            **looked,
        )
    return None


def _state(target: Target) -> str:
    return next((str(m["State"]) for m in attempts.readers(target) if is_ours(target, m)), "")


def _rights(workspace: Workspace) -> Outcome | None:
    """What the role may do beyond its task."""
    target = workspace.target
    statements = statements_of(workspace, role_of(workspace, NAME))
    too_much = {
        "write other tables": ("dynamodb:PutItem", table_arn(target, "invoicing")),
        "delete orders": ("dynamodb:DeleteItem", table_arn(target, ORDERS)),
        "read other queues": ("sqs:ReceiveMessage", queue_arn(target, "shipping")),
        "send to the inbox": ("sqs:SendMessage", queue_arn(target, INBOX)),
    }
    found = [what for what, (action, on) in too_much.items() if allows(statements, action, on)]
    if not found:
        return None
    return _wrong(
        "more rights than work",
        f"The function works. Its role may also {', '.join(found)}.",
        f"{len(found)} rights that it does not use",
        "CONSUME on the inbox, PutItem on the table, each with its own Resource.",
        looked_at="the policies of the function's role",
        expected="reading orders-inbox and putting items into orders, nothing else",
    )


def _alive(target: Target) -> Outcome | None:
    """Whether orders in the inbox are really worked off."""
    sqs, url = target.client("sqs"), url_of(target, INBOX)
    orders = [probe_order() for _ in range(3)]
    ids = [order["order_id"] for order in orders]
    try:
        for order in orders:
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))
        if until(lambda: all(stored(target, each) for each in ids), _PATIENCE):
            return None
        count = sum(stored(target, each) is not None for each in ids)
    except ClientError as error:
        return _wrong("a closed inbox", "orders-inbox takes no message from me.", str(error), "")
    finally:
        forget(target, *ids)
    return _wrong(
        "the inbox is not worked off",
        "Handler and mapping look right. I sent three orders to orders-inbox, and waited.",
        f"{count} of 3 stored after {_PATIENCE:g} s",
        "The log group /aws/lambda/process-order, and LastProcessingResult of the mapping.",
    )
