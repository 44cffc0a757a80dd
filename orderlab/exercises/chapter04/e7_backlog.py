"""4.7, open: a backlog is worked off in time, and never by more workers than the next one bears."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import url_of
from orderlab.exercises.chapter04.backlog_trial import (
    AT_ONCE,
    CALL_SECONDS,
    ORDERS,
    WITHIN,
    Drained,
    drain,
    lone_order,
    visibility_seconds,
)
from orderlab.exercises.chapter04.names import names
from orderlab.exercises.chapter04.shop import (
    FUNCTION,
    change_mapping,
    ensure_shop,
    mapping,
    marks,
    missing_part,
    settled_mapping,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.outcome import lab_fault
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts.names import ignoring

MARK = "orderlab-backlog"
_BEFORE = {
    "BatchSize": 1,
    "MaximumBatchingWindowInSeconds": 0,
    "ScalingConfig": {"MaximumConcurrency": 10},
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "FilterCriteria": {"Filters": []},
}
LONE_SECONDS = 10
_LOOKED = f"sent {ORDERS} orders at once while a call of process-order takes {CALL_SECONDS} s"
_EXPECTED = f"{AT_ONCE} calls at a time at most, none refused, done within {WITHIN} s"


def _prepare(workspace: Workspace) -> None:
    """The shop, and the worker's mapping as a colleague has set it for the promotion."""
    target = workspace.target
    ensure_shop(target)
    if MARK not in marks(target, INBOX):
        change_mapping(target, Enabled=True, **_BEFORE)
        target.client("sqs").tag_queue(QueueUrl=url_of(target, INBOX), Tags={MARK: "set"})


def _undo(workspace: Workspace) -> None:
    target = workspace.target
    with ignoring("ResourceNotFoundException"):
        workspace.client("lambda").delete_function_concurrency(FunctionName=target.name(FUNCTION))
    if MARK in marks(target, INBOX):
        target.client("sqs").untag_queue(QueueUrl=url_of(target, INBOX), TagKeys=[MARK])


def _stands(workspace: Workspace) -> bool:
    found = mapping(workspace.target)
    return found is not None and not _as_it_came(found)


def _as_it_came(found: dict[str, Any]) -> bool:
    wanted = {**_BEFORE, "State": "Enabled"}
    wanted.pop("FilterCriteria")
    if (found.get("FilterCriteria") or {}).get("Filters"):
        return False
    return all(found.get(name) == value for name, value in wanted.items())


def _reserved(target: Target) -> int | None:
    client = target.client("lambda")
    with ignoring("ResourceNotFoundException"):
        found = client.get_function_concurrency(FunctionName=target.name(FUNCTION))
        value: int | None = found.get("ReservedConcurrentExecutions")
        return value
    return None


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    gone = missing_part(target)
    if gone:
        return gone
    found = settled_mapping(target)
    if found is None or found["State"] != "Enabled":
        return wrong(
            "nobody works",
            "The mapping is gone, or switched off: the backlog grows, and nobody works it off.",
            looked_at="the mapping from orders-inbox to process-order",
            expected="one that is enabled",
            got="none" if found is None else str(found["State"]),
            next="update_event_source_mapping changes the one that is there; Enabled=True.",
        )
    if _as_it_came(found) and _reserved(target) is None:
        return untouched(
            "One order a call, and ten calls at a time, as it was left.",
            next="Which two settings of the mapping say how many orders, and how many calls?",
        )
    outcome = _judge(target, found, drain(target))
    if outcome.kind == "wrong":
        return replace(
            outcome,
            stands="The mapping stands as you left it: what you name is changed, the rest stays. "
            "`ex.again()` sets it back.",
        )
    return outcome


def _judge(target: Target, found: dict[str, Any], drained: Drained) -> Outcome:
    if drained.refused:
        return lab_fault(
            f"The API did not take the orders of this check: {drained.refused}",
            next="`lab.build()` makes what is missing of the shop.",
        )
    if drained.throttled:
        return _wrong(
            "refused instead of limited",
            f"Lambda refused calls, {drained.throttled} of them. The mapping had received those orders "
            "already and had to hold them; what is refused too often becomes a dead letter, "
            "although nothing is wrong with it.",
            "Who should know the limit: the function, or the mapping that calls it?",
            drained,
        )
    if drained.most > AT_ONCE:
        return _wrong(
            "too many at once",
            f"{drained.most} calls ran at the same moment.",
            "ScalingConfig of the mapping has a number for that.",
            drained,
        )
    window = int(found.get("MaximumBatchingWindowInSeconds") or 0)
    # on a busy machine any call may outlast the timeout: then it is not the window's doing
    if drained.again and window + CALL_SECONDS >= visibility_seconds(target):
        return _wrong(
            "shown again while it was collected",
            f"{drained.again} orders were handed over more than once. The mapping collects for up "
            f"to {window} s, and all that time the queue's clock runs.",
            "Collecting and working together have to fit into the visibility timeout.",
            drained,
        )
    if drained.needed > WITHIN:
        return _too_slow(drained)
    if drained.stored < ORDERS and (found.get("FilterCriteria") or {}).get("Filters"):
        return _wrong(
            "a filter in the mapping",
            f"{ORDERS - drained.stored} orders did not reach the table. The mapping has a filter, and "
            "deletes what it doesn't match without a call.",
            'FilterCriteria={"Filters": []} takes it away.',
            drained,
        )
    if drained.stored < ORDERS:
        return _wrong(
            "orders do not arrive",
            f"{ORDERS - drained.stored} orders did not reach the table.",
            "Does the mapping still tell which messages of a batch failed?",
            drained,
        )
    if "ReportBatchItemFailures" not in found.get("FunctionResponseTypes", []):
        return _wrong(
            "failures are swallowed",
            "All orders arrived. But the mapping takes any answer of the function for success now, "
            "also one that names orders that failed, and deletes those.",
            "FunctionResponseTypes was ReportBatchItemFailures.",
            drained,
        )
    waited = lone_order(target)
    if waited > LONE_SECONDS:
        return _wrong(
            "kept waiting",
            f"In a quiet hour I sent a single order. {_begun(waited)} The mapping collects for up to "
            f"{window} s.",
            f"An order that comes alone is to be begun within {LONE_SECONDS} s.",
            drained,
        )
    return right(
        f"{drained.calls} calls for {ORDERS} orders, never more than {drained.most} at a time, and "
        "none refused. What can't be done at once waits in the queue: that is what it is for.",
        looked_at=_LOOKED + "; then sent one alone",
        got=_told(drained),
    )


def _begun(waited: float) -> str:
    if math.isinf(waited):
        return "process-order was not called with it as long as I looked."
    return f"It waited {waited:.0f} s until process-order was called with it."


def _too_slow(drained: Drained) -> Outcome:
    if drained.most < AT_ONCE:
        return _wrong(
            "one after the other",
            f"{drained.most} call at a time: {drained.calls} calls of {CALL_SECONDS} s follow each "
            f"other, {drained.needed:.0f} s at least.",
            f"{AT_ONCE} are allowed.",
            drained,
        )
    return _wrong(
        "too few orders a call",
        f"{drained.calls} calls and more orders waiting: with {CALL_SECONDS} s a call and {AT_ONCE} "
        f"at a time that takes longer than {WITHIN} s.",
        "One call can take several orders and costs the same time.",
        drained,
    )


def _wrong(name: str, message: str, hint: str, drained: Drained) -> Outcome:
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=_EXPECTED,
        got=_told(drained),
        next=hint,
    )


def _told(drained: Drained) -> str:
    return (
        f"{drained.calls} calls, {drained.most} at a time at most, {drained.throttled} refused, "
        f"{drained.needed:.0f} s of work"
    )


def _update(**settings: Any) -> Callable[[Workspace], None]:
    return lambda workspace: change_mapping(workspace.target, **settings)


def _reserve(workspace: Workspace) -> None:
    workspace.client("lambda").put_function_concurrency(
        FunctionName=workspace.name(FUNCTION), ReservedConcurrentExecutions=AT_ONCE
    )
    change_mapping(workspace.target, BatchSize=10)


def _anew(workspace: Workspace) -> None:
    """Another mapping in place of the first."""
    target, client = workspace.target, workspace.client("lambda")
    old = settled_mapping(target) or {}
    client.delete_event_source_mapping(UUID=old["UUID"])
    from orderlab.exercises.chapter03.probes import until

    until(lambda: mapping(target) is None, 20.0)
    client.create_event_source_mapping(
        FunctionName=target.name(FUNCTION),
        EventSourceArn=old["EventSourceArn"],
        BatchSize=8,
        ScalingConfig={"MaximumConcurrency": AT_ONCE},
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    settled_mapping(target)


_NONE_FITS = {"Filters": [{"Pattern": '{"body": {"store_id": ["nowhere"]}}'}]}
_TWO = {"MaximumConcurrency": AT_ONCE}

BACKLOG = Exercise(
    id="4.7",
    title="The promotion's backlog (open)",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=_update(BatchSize=10, ScalingConfig=_TWO),
    names=names,
    solution="""functions.update_event_source_mapping(
    UUID=mapping["UUID"],
    BatchSize=10,
    ScalingConfig={"MaximumConcurrency": 2},
)
# The limit belongs to the mapping: it then receives no more than two calls can carry. A limit on
# the function alone would refuse batches that were received already.""",
    hints=(
        "The queue may grow; the price service may not be asked by more than two. Which side knows "
        "how many calls there are: the function, or what calls it?",
        "update_event_source_mapping with BatchSize and ScalingConfig.",
        'BatchSize=10 and ScalingConfig={"MaximumConcurrency": 2}.',
    ),
    waits=True,
    proofs=(
        Proof("too many at once", _update(BatchSize=10), says="ran at the same moment"),
        Proof("too few orders a call", _update(ScalingConfig=_TWO), says="more orders waiting"),
        Proof("refused instead of limited", _reserve, says="Lambda refused"),
        Proof(
            "kept waiting",
            _update(BatchSize=100, MaximumBatchingWindowInSeconds=30, ScalingConfig=_TWO),
            says="collects for up to 30 s",
        ),
        Proof(
            "shown again while it was collected",
            _update(BatchSize=100, MaximumBatchingWindowInSeconds=90, ScalingConfig=_TWO),
            says="collects for up to 90 s",
        ),
        Proof(
            "a filter in the mapping",
            _update(BatchSize=10, ScalingConfig=_TWO, FilterCriteria=_NONE_FITS),
            says="deletes what it doesn't match",
        ),
        Proof("nobody works", _update(Enabled=False), says="switched off"),
        Proof(
            "failures are swallowed",
            _update(BatchSize=10, ScalingConfig=_TWO, FunctionResponseTypes=[]),
            says="deletes those",
        ),
        Proof("another mapping, eight orders a call", _anew, "right"),
        Proof(
            "a short window, twenty orders a call",
            _update(BatchSize=20, MaximumBatchingWindowInSeconds=3, ScalingConfig=_TWO),
            "right",
        ),
    ),
)
