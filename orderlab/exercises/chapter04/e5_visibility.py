"""4.5: how long the inbox hides an order, against how long its worker takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import until, url_of
from orderlab.exercises.chapter04.clock_trial import WAVES, WORK_SECONDS, Trial, try_clock
from orderlab.exercises.chapter04.names import names
from orderlab.exercises.chapter04.shop import (
    FUNCTION,
    attributes,
    change_mapping,
    ensure_shop,
    marks,
    missing_part,
    settled_mapping,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.outcome import lab_fault
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts.api import find_api
from orderlab.orders.parts.messaging import dead_letter_name
from orderlab.orders.parts.names import ignoring

BEFORE = 3
LONGEST = 120
# below this an order can come back while an environment is still starting
ROOM = 10
MARK = "orderlab-clock"
_LOOKED = f"sent {WAVES} orders, one after the other, while a batch takes {WORK_SECONDS} s"
_EXPECTED = f"each received once; one whose worker died received again within {LONGEST} s"
_STANDS = "`orders-inbox` keeps the clock that you gave it; the cell sets it anew."


def _prepare(workspace: Workspace) -> None:
    """The shop, with the clock that a colleague has set; a mark tells that it was set before."""
    target = workspace.target
    ensure_shop(target)
    if MARK not in marks(target, INBOX):
        sqs, url = target.client("sqs"), url_of(target, INBOX)
        _set(INBOX, BEFORE)(workspace)
        sqs.tag_queue(QueueUrl=url, Tags={MARK: str(_timeout(target))})


def _undo(workspace: Workspace) -> None:
    """The clocks as they were: of the function, of the dead letters, and of new messages."""
    target = workspace.target
    before = marks(target, INBOX).get(MARK)
    if before is None:
        return
    if _reserved(target) is not None:
        name = target.name(FUNCTION)
        workspace.client("lambda").delete_function_concurrency(FunctionName=name)
    if _timeout(target) not in (0, int(before)):
        _function_timeout(int(before))(workspace)
    if attributes(target, dead_letter_name(INBOX)).get("VisibilityTimeout", "30") != "30":
        _set(dead_letter_name(INBOX), 30)(workspace)
    if attributes(target, INBOX).get("DelaySeconds", "0") != "0":
        _set(INBOX, 0, "DelaySeconds")(workspace)
    target.client("sqs").untag_queue(QueueUrl=url_of(target, INBOX), TagKeys=[MARK])


def _stands(workspace: Workspace) -> bool:
    return ROOM <= _clock(workspace.target) <= LONGEST


def _clock(target: Target) -> int:
    return int(attributes(target, INBOX).get("VisibilityTimeout", "-1"))


def _timeout(target: Target) -> int:
    """The function's own timeout; 0 if it is gone."""
    client = target.client("lambda")
    try:
        found = client.get_function_configuration(FunctionName=target.name(FUNCTION))
    except client.exceptions.ResourceNotFoundException:
        return 0
    return int(found["Timeout"])


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    gone = missing_part(target)
    if gone:
        return gone
    found = settled_mapping(target)
    if found is not None and found["State"] != "Enabled":
        return wrong(
            "switched off",
            "The mapping from orders-inbox to process-order is not enabled, so no order is worked on.",
            looked_at="the mappings of process-order",
            got=str(found["State"]),
            next="update_event_source_mapping with Enabled=True.",
        )
    if found is None:
        return wrong(
            "nobody works",
            "No mapping leads from orders-inbox to process-order, so no order is received at all.",
            looked_at="the mappings of process-order",
            next="`lab.build()` makes what is missing.",
        )
    if _reserved(target) == 0:
        return wrong(
            "no call gets through",
            "A concurrency of 0 is reserved for process-order: Lambda refuses every call, and no order "
            "is worked on.",
            looked_at="the concurrency of process-order",
            got="ReservedConcurrentExecutions 0",
            next="delete_function_concurrency takes the limit away.",
        )
    clock = _clock(target)
    if clock == BEFORE:
        return _not_turned(target)
    if clock > LONGEST:
        return wrong(
            "as long as it goes",
            f"No order comes back while it is worked on. But one whose worker dies is hidden for "
            f"{_long(clock)}, and nobody can work on it before that.",
            looked_at="VisibilityTimeout of orders-inbox",
            expected=f"a lost order again within {LONGEST} s",
            got=f"after {clock:,} s",
            next="Both limits count: longer than the work, shorter than you can wait.",
            stands=_STANDS,
        )
    outcome = _judge(clock, try_clock(target))
    return replace(outcome, stands=_STANDS) if outcome.kind == "wrong" else outcome


def _reserved(target: Target) -> int | None:
    client = target.client("lambda")
    with ignoring("ResourceNotFoundException"):
        found = client.get_function_concurrency(FunctionName=target.name(FUNCTION))
        value: int | None = found.get("ReservedConcurrentExecutions")
        return value
    return None


def _not_turned(target: Target) -> Outcome:
    before = marks(target, INBOX).get(MARK)
    if before is not None and _timeout(target) != int(before):
        return wrong(
            "the other clock",
            f"You changed how long Lambda lets process-order run, to {_timeout(target)} s. The queue "
            f"still shows an order again after {BEFORE} s.",
            looked_at="Timeout of process-order, VisibilityTimeout of orders-inbox",
            got=f"{_timeout(target)} s and {BEFORE} s",
            next="Who decides when a message that was received is shown again?",
            stands="The function keeps its new Timeout; `ex.again()` gives it the one from before.",
        )
    if attributes(target, dead_letter_name(INBOX)).get("VisibilityTimeout", "30") != "30":
        return wrong(
            "the clock of another queue",
            "You changed the clock of the dead-letter queue. Nobody works on what lies there.",
            looked_at="VisibilityTimeout of both queues",
            got=f"orders-inbox still {BEFORE} s",
            next="QueueUrl says which queue is meant.",
            stands="orders-inbox-dlq keeps it; `ex.again()` gives it the default of 30 s.",
        )
    if attributes(target, INBOX).get("DelaySeconds") != "0":
        return wrong(
            "a delay",
            "A new order now waits before it is shown for the first time. After that it is hidden "
            f"for {BEFORE} s, as before.",
            looked_at="DelaySeconds and VisibilityTimeout of orders-inbox",
            got=f"DelaySeconds {attributes(target, INBOX)['DelaySeconds']}",
            next="A delay counts from the sending. Which clock counts from the receiving?",
            stands="DelaySeconds stays; `ex.again()` takes it away.",
        )
    return untouched(
        f"`orders-inbox` still hides an order for {BEFORE} s.",
        next="Which attribute did the queue `hello` have when you created it?",
    )


def _judge(clock: int, trial: Trial) -> Outcome:
    if trial.refused:
        return lab_fault(
            f"The API did not take the orders of this check: {trial.refused}",
            next="`lab.build()` makes what is missing of the shop.",
        )
    told = {"looked_at": _LOOKED, "expected": _EXPECTED}
    if trial.twice and clock >= ROOM and trial.longest > clock:
        return lab_fault(
            f"An order was received again after your {clock} s, because this machine took "
            f"{trial.longest:.0f} s of the queue's time for one batch.",
            next="That is not your clock's fault. Run the check again when the machine is idle.",
        )
    if trial.twice and trial.throttled and not clock < ROOM:
        return wrong(
            "refused for want of concurrency",
            f"Lambda refused {trial.throttled} calls of process-order, and an order was received again "
            "before it was worked on.",
            got=f"hidden for {clock} s",
            next="A limit on the function refuses what the mapping has received already.",
            **told,
        )
    if trial.twice:
        name, message, hint = _too_short(clock, trial)
        return wrong(name, message, got=f"{trial.twice} received again", next=hint, **told)
    if not trial.stored:
        return wrong(
            "orders do not arrive",
            "Orders were accepted, and not all of them reached the table.",
            got="some are not in the table `orders`",
            next="The log of process-order says what it did with them.",
            **told,
        )
    if trial.back_after is None and trial.dead:
        return wrong(
            "a dead letter at once",
            "An order whose worker died was not received again: it is in orders-inbox-dlq.",
            got="moved there after its first receipts",
            next="maxReceiveCount in the RedrivePolicy says after how many receipts; 4.1 asked for five.",
            **told,
        )
    if trial.back_after is None:
        return wrong(
            "it does not come back",
            "An order whose worker died was not received again in time.",
            got=f"not within {LONGEST} s",
            next="VisibilityTimeout counts from the receiving.",
            **told,
        )
    return right(
        f"Each was received once, and one whose worker died came back after {trial.back_after:.0f} "
        "s. AWS advises six times the function's timeout for a mapping, so that a batch that "
        "Lambda refuses for want of concurrency can be tried again while it is hidden.",
        looked_at=_LOOKED,
        got=f"hidden for {clock} s; the longest batch took {trial.longest:.0f} s",
    )


def _too_short(clock: int, trial: Trial) -> tuple[str, str, str]:
    again = "an order was received again while it was worked on"
    if clock == 0:
        return (
            "not hidden at all",
            f"With 0 s an order is never hidden: {again}.",
            "0 gives a message back at once. How long must nobody else see it?",
        )
    if clock < WORK_SECONDS:
        return (
            "shorter than the work",
            f"The queue waits {clock} s for work of {WORK_SECONDS} s: {again}, and I stopped there.",
            "The clock has to be longer than the work.",
        )
    if clock == WORK_SECONDS:
        return (
            "same as the work",
            f"{again[0].upper()}{again[1:]}: the function needs up to {WORK_SECONDS} s, plus its "
            "start and the delete.",
            "Leave room for the worst case.",
        )
    return (
        "no room for the start",
        f"{again[0].upper()}{again[1:]}. The longest batch took {trial.longest:.0f} s of the "
        f"queue's time, with the start of its environment, and the queue waits {clock} s.",
        "What is the longest that Lambda lets this function run? Leave more room than that.",
    )


def _long(seconds: int) -> str:
    if seconds >= 7200:
        return f"{seconds / 3600:.1f} hours".replace(".0 ", " ")
    return f"{seconds} s"


def _set(queue: str, value: int, attribute: str = "VisibilityTimeout") -> Callable[..., None]:
    def attempt(workspace: Workspace) -> None:
        url = url_of(workspace.target, queue)
        workspace.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={attribute: str(value)}
        )

    return attempt


def _function_timeout(seconds: int) -> Callable[..., None]:
    def attempt(workspace: Workspace) -> None:
        client, name = workspace.client("lambda"), workspace.name(FUNCTION)
        client.update_function_configuration(FunctionName=name, Timeout=seconds)
        client.get_waiter("function_updated_v2").wait(FunctionName=name)

    return attempt


def _reserve_none(workspace: Workspace) -> None:
    """The right clock, and no call is let through."""
    _set(INBOX, 60)(workspace)
    workspace.client("lambda").put_function_concurrency(
        FunctionName=workspace.name(FUNCTION), ReservedConcurrentExecutions=0
    )


def _without_door(workspace: Workspace) -> None:
    """The right clock, and nothing that takes orders."""
    _set(INBOX, 60)(workspace)
    workspace.client("apigateway").delete_rest_api(restApiId=find_api(workspace.target))


def _switched_off(workspace: Workspace) -> None:
    """The right clock, and a mapping that does not poll."""
    _set(INBOX, 60)(workspace)
    change_mapping(workspace.target, Enabled=False)


def _one_receipt(workspace: Workspace) -> None:
    """The right clock, and an order that was received once is given up."""
    _set(INBOX, 60)(workspace)
    found = json.loads(attributes(workspace.target, INBOX)["RedrivePolicy"])
    url = url_of(workspace.target, INBOX)
    policy = json.dumps({**found, "maxReceiveCount": 1})
    workspace.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


def _by_itself(workspace: Workspace) -> None:
    """The clock set when the queue is named by its attributes, and a smaller batch beside it."""
    _set(INBOX, 30)(workspace)
    change_mapping(workspace.target, BatchSize=5)


def _solve(workspace: Workspace) -> None:
    _set(INBOX, 60)(workspace)
    # a queue's new attributes hold at once here; on AWS within a minute
    until(lambda: _clock(workspace.target) == 60, 5.0)


def _names(workspace: Workspace) -> dict[str, Any]:
    return names(workspace)


CLOCK = Exercise(
    id="4.5",
    title="The clock of the inbox",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=_solve,
    names=_names,
    solution="""sqs.set_queue_attributes(
    QueueUrl=inbox,
    Attributes={"VisibilityTimeout": "60"},
)
# Six times the function's timeout of 10 s, as AWS advises for a queue behind a mapping. Anything
# that leaves room for the longest batch with its start will do, up to the two minutes.""",
    hints=(
        "Two clocks begin when a worker receives an order. Which of them belongs to the queue?",
        "sqs.set_queue_attributes with VisibilityTimeout, in seconds, as text.",
        "The function may run for 10 s, and an environment has to start first. AWS advises six "
        'times the function\'s timeout: Attributes={"VisibilityTimeout": "60"}.',
    ),
    waits=True,
    proofs=(
        Proof("same as the work", _set(INBOX, WORK_SECONDS), says="plus its start"),
        Proof("shorter than the work", _set(INBOX, 2), says="waits 2 s"),
        Proof("not hidden at all", _set(INBOX, 0), says="never hidden"),
        Proof("as long as it goes", _set(INBOX, 43_200), says="12 hours"),
        Proof("the other clock", _function_timeout(60), says="lets process-order run"),
        Proof(
            "the clock of another queue",
            _set(dead_letter_name(INBOX), 60),
            says="Nobody works on what lies there",
        ),
        Proof("a part is gone", _without_door, says="no API order-api"),
        Proof("switched off", _switched_off, says="is not enabled"),
        Proof("no call gets through", _reserve_none, says="no order is worked on"),
        Proof("a dead letter at once", _one_receipt, says="it is in orders-inbox-dlq"),
        Proof("a delay", _set(INBOX, 60, "DelaySeconds"), says="for the first time"),
        Proof("a half of AWS's advice, and smaller batches", _by_itself, "right"),
        Proof("as long as one can wait", _set(INBOX, LONGEST), "right"),
    ),
)
