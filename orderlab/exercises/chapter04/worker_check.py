"""4.3's check: a batch of good and bad messages, the mapping, the rights, and real orders."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter01.policies import allows, role_of, statements_of
from orderlab.exercises.chapter04 import worker_attempts as attempts
from orderlab.exercises.chapter04.batch_judged import LOOKED, judge_batch, wrong_batch
from orderlab.exercises.chapter04.notebook_names import CONSUME
from orderlab.exercises.chapter04.probes import (
    attributes_of,
    forget,
    probe_order,
    stored,
    until,
    url_of,
)
from orderlab.exercises.chapter04.rights_beyond import beyond
from orderlab.exercises.chapter04.worker_attempts import NAME
from orderlab.exercises.chapter04.worker_batch import BAD, new_batch
from orderlab.exercises.engine import Outcome, Workspace, right, untouched
from orderlab.orders.architecture import INBOX, ORDERS
from orderlab.orders.parts.names import queue_arn, table_arn

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
    if url_of(target, INBOX) is None:
        return untouched(
            "There is no queue orders-inbox to work off.",
            next="Exercise 4.1 makes it; or lab.catch_up('4.1').",
        )
    batch = new_batch()
    try:
        return (
            _reserved(target)
            or judge_batch(workspace, batch)
            or _mapping(workspace)
            or _rights(workspace)
            or _alive(target)
            or right(
                "A bad order comes back alone, and the nine beside it are done. The handler says "
                "which failed, and the mapping listens: each half is nothing without the other.",
                looked_at=f"{LOOKED}; then sent three orders to {INBOX}",
                got=f"three orders stored, {len(BAD)} messages named; and the inbox worked off",
            )
        )
    finally:
        forget(target, *(order["order_id"] for order in batch.orders.values()))


def _reserved(target: Target) -> Outcome | None:
    found = target.client("lambda").get_function_concurrency(FunctionName=target.name(NAME))
    if found.get("ReservedConcurrentExecutions") != 0:
        return None
    return wrong_batch(
        "no call gets through",
        "A concurrency of 0 is reserved for process-order, so Lambda refuses every call.",
        "ReservedConcurrentExecutions 0",
        "delete_function_concurrency takes the limit away.",
        looked_at="the concurrency of process-order",
        expected="calls that are let through",
    )


def _not_fed(workspace: Workspace, looked: dict[str, str]) -> Outcome:
    """No mapping: whether Lambda would take one, by the role's rights and the two clocks."""
    target = workspace.target
    statements = statements_of(workspace, role_of(workspace, NAME))
    missing = [each for each in CONSUME if not allows(statements, each, queue_arn(target, INBOX))]
    timeout = int(
        target.client("lambda").get_function_configuration(FunctionName=target.name(NAME))[
            "Timeout"
        ]
    )
    hidden = int(attributes_of(target, INBOX)["VisibilityTimeout"])
    if missing:
        return wrong_batch(
            "no right to the inbox",
            "Nothing feeds process-order, and Lambda refuses a mapping from orders-inbox: it polls "
            "with the function's role, which may not.",
            f"not allowed: {', '.join(missing)}",
            'allow(CONSUME, arn("sqs", "orders-inbox")), then the mapping',
            **looked,
        )
    if timeout > hidden:
        return wrong_batch(
            "a function longer than the clock",
            "Nothing feeds process-order, and Lambda refuses a mapping: the inbox would show a "
            "message again while the function may still run.",
            f"Timeout {timeout} s, VisibilityTimeout {hidden} s",
            "The settings in the notebook give the function 10 s.",
            **looked,
        )
    return wrong_batch(
        "nobody feeds it",
        "The handler is right, and nothing invokes it: orders wait in the inbox.",
        "no mapping",
        "create_event_source_mapping, from the queue to the function",
        **looked,
    )


def _mapping(workspace: Workspace) -> Outcome | None:
    target = workspace.target
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
            return wrong_batch(
                "another queue",
                "process-order is fed, and not from orders-inbox.",
                f"fed from {', '.join(each.rpartition(':')[2] for each in sources)}",
                'EventSourceArn=arn("sqs", "orders-inbox")',
                **looked,
            )
        return _not_fed(workspace, looked)
    if len(readers) > 1:
        return wrong_batch(
            "two readers",
            "Another function reads orders-inbox too. Each gets some of the orders.",
            ", ".join(each["FunctionArn"].rpartition(":")[2] for each in readers),
            "delete_event_source_mapping takes the other one away.",
            **looked,
        )
    if "ReportBatchItemFailures" not in (mine[0].get("FunctionResponseTypes") or []):
        return wrong_batch(
            "an answer that nobody reads",
            "The handler names what failed. The mapping does not read that: it takes the batch for "
            "done, and deletes the bad orders.",
            "FunctionResponseTypes is empty",
            "What was the difference between the second and the third row of the notes?",
            **looked,
        )
    if not until(lambda: _state(target) == "Enabled", 10.0):
        return wrong_batch(
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
    wanted = [(each, queue_arn(target, INBOX)) for each in CONSUME]
    wanted.append(("dynamodb:PutItem", table_arn(target, ORDERS)))
    found = beyond(statements, wanted, harmless=_HARMLESS)
    if not found:
        return None
    return wrong_batch(
        "more rights than work",
        "The function works. Its role may do more than read the inbox and put items into orders.",
        "; ".join(found[:3]),
        "CONSUME on the inbox, PutItem on the table, each with its own Resource.",
        looked_at="the policies of the function's role",
        expected="reading orders-inbox and putting items into orders, nothing else",
    )


# a consumer's own, and what Lambda's managed policies for logs and traces give
_HARMLESS = ("logs:", "xray:", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl")


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
        return wrong_batch(
            "a closed inbox", "orders-inbox takes no message from me.", str(error), ""
        )
    finally:
        forget(target, *ids)
    if any(each.get("FilterCriteria") for each in attempts.readers(target)):
        return wrong_batch(
            "a filter in the mapping",
            "I sent three orders to orders-inbox. The mapping has a filter: a message that it doesn't "
            "match is deleted, and no function is called with it.",
            f"{count} of 3 stored after {_PATIENCE:g} s",
            "FilterCriteria of the mapping. The worker has to get every order.",
        )
    return wrong_batch(
        "the inbox is not worked off",
        "Handler and mapping look right. I sent three orders to orders-inbox, and waited.",
        f"{count} of 3 stored after {_PATIENCE:g} s",
        "The log group /aws/lambda/process-order, and LastProcessingResult of the mapping.",
    )
