"""The shop behind its inbox, as exercises 4.5 to 4.7 find it, and what is looked at in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.exercises.chapter03.probes import until, url_of
from orderlab.exercises.engine import Outcome, wrong
from orderlab.orders import architecture
from orderlab.orders.architecture import INBOX, ORDERS
from orderlab.orders.parts.api import find_api
from orderlab.orders.parts.names import ignoring, queue_arn

FUNCTION = "process-order"
# so long a mapping may take until it is as it was asked to be
SETTLING_SECONDS = 20.0


def ensure_shop(target: Target) -> None:
    """The chapter's system, if the inbox is not worked off yet."""
    there = url_of(target, INBOX) and mapping(target) and find_api(target)
    if not there or not _function_there(target) or not table_there(target):
        architecture.build(target, 4)


def missing_part(target: Target) -> Outcome | None:
    """What orders can't do without, if it was taken away."""
    parts = {
        "queue orders-inbox": url_of(target, INBOX) is not None,
        "API order-api": find_api(target) is not None,
        "function process-order": _function_there(target),
        "table orders": table_there(target),
    }
    gone = [name for name, there in parts.items() if not there]
    if not gone:
        return None
    return wrong(
        "a part is gone",
        f"There is no {gone[0]} any more, so no order gets through.",
        looked_at="the door, the inbox, the worker and the table",
        next="`lab.build()` makes what is missing.",
    )


def _function_there(target: Target) -> bool:
    with ignoring("ResourceNotFoundException"):
        target.client("lambda").get_function_configuration(FunctionName=target.name(FUNCTION))
        return True
    return False


def table_there(target: Target) -> bool:
    """Whether the table of orders is there and can be used."""
    with ignoring("ResourceNotFoundException"):
        found = target.client("dynamodb").describe_table(TableName=target.name(ORDERS))
        return str(found["Table"]["TableStatus"]) in ("ACTIVE", "UPDATING")
    return False


def mapping(target: Target) -> dict[str, Any] | None:
    """The mapping from the inbox to process-order, if there is one."""
    client = target.client("lambda")
    with ignoring("ResourceNotFoundException"):
        found: list[dict[str, Any]] = client.list_event_source_mappings(
            FunctionName=target.name(FUNCTION), EventSourceArn=queue_arn(target, INBOX)
        )["EventSourceMappings"]
        return found[0] if found else None
    return None


def settled_mapping(target: Target) -> dict[str, Any] | None:
    """The mapping, as soon as it is no longer being changed."""
    until(
        lambda: (mapping(target) or {}).get("State") in (None, "Enabled", "Disabled"),
        SETTLING_SECONDS,
    )
    return mapping(target)


def change_mapping(target: Target, **settings: Any) -> None:
    """Change the mapping, once it can be changed."""
    found = settled_mapping(target)
    if found is not None:
        client = target.client("lambda")
        try:
            client.update_event_source_mapping(UUID=found["UUID"], **settings)
        except client.exceptions.InvalidParameterValueException as refusal:
            if "visibility timeout" not in str(refusal):
                raise
            raise LearnerError(
                "Lambda changes no mapping of a queue whose clock is shorter than its function's: "
                f"{refusal.response['Error']['Message']}.",
                advice="Set the clock of orders-inbox first: exercise 4.5, or lab.catch_up('4.5').",
            ) from None
        settled_mapping(target)


def attributes(target: Target, queue: str) -> dict[str, str]:
    """All attributes of a queue; none if it is gone."""
    url = url_of(target, queue)
    if url is None:
        return {}
    found: dict[str, str] = target.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["All"]
    )["Attributes"]
    return found


def speed(target: Target) -> float:
    """How many times as fast as on AWS waits pass here."""
    return float(target.page("health").get("speed", 1.0))


@contextlib.contextmanager
def struck(target: Target, label: str, *faults: dict[str, Any]) -> Iterator[None]:
    """Faults of process-order, switched off again at the end."""
    name = target.name(FUNCTION)
    described = [{"target": name, "label": label, **fault} for fault in faults]
    target.page("faults", "POST", {"faults": described})
    try:
        yield
    finally:
        target.page(f"faults?label={label}", "DELETE")


def marks(target: Target, queue: str) -> dict[str, str]:
    """The tags of a queue; none if it is gone."""
    url = url_of(target, queue)
    if url is None:
        return {}
    found: dict[str, str] = target.client("sqs").list_queue_tags(QueueUrl=url).get("Tags", {})
    return found
