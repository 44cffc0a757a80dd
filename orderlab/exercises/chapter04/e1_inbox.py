"""4.1: the inbox and its dead-letter queue: clocks that outlast the customer's longest outage."""

from __future__ import annotations

import json
import secrets
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04 import inbox_attempts as attempts
from orderlab.exercises.chapter04.inbox_attempts import DEAD
from orderlab.exercises.chapter04.notebook_names import DAY, names
from orderlab.exercises.chapter04.probes import attributes_of
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.architecture import INBOX, INBOX_SECONDS, VISIBILITY_SECONDS
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import queue_arn
from orderlab.practice.removal import remove

OUTAGE = 111 * 3600  # Friday 18:00 to Wednesday 9:00
FUNCTION = 10
LEAST_RECEIPTS = 5
LONGEST_TRYING = 1800
_LOOKED = f"the attributes of {INBOX} and {DEAD}"


def _undo(workspace: Workspace) -> None:
    remove(workspace.target, INBOX, DEAD)


def _stands(workspace: Workspace) -> bool:
    return "RedrivePolicy" in attributes_of(workspace.target, INBOX)


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    inbox, dead = attributes_of(target, INBOX), attributes_of(target, DEAD)
    if not inbox and not dead:
        return untouched(
            "There is no queue orders-inbox yet.",
            next="Two calls of create_queue, as for try-out; which of the two comes first?",
        )
    if not inbox or not dead:
        return _one_of_two(target, dead)
    return (
        _way_out(target, inbox)
        or _retention(int(inbox["MessageRetentionPeriod"]), int(dead["MessageRetentionPeriod"]))
        or _trying(
            int(inbox["VisibilityTimeout"]),
            _redrive(inbox)["maxReceiveCount"],
            int(inbox.get("DelaySeconds", "0")),
        )
        or _doors(target, inbox, dead)
        or right(
            "An order outlives the longest outage in the inbox, and a dead letter has that time "
            "again. Five receipts, a minute apart, outlast a short fault.",
            looked_at=f"{_LOOKED}; and tried to send dead letters there from another queue",
            got=_hours(inbox, dead),
        )
    )


def _one_of_two(target: Target, dead: dict[str, str]) -> Outcome:
    """One queue is missing; if it is the inbox, whether the other one keeps it from being made."""
    looked = {"looked_at": "the account's queues", "expected": f"{INBOX} and {DEAD}"}
    if not dead:
        return wrong(
            "one of two",
            f"There is no queue {DEAD}.",
            next="The dead-letter queue comes first: the other one names it.",
            **looked,
        )
    if not _may_use(target, dead.get("RedriveAllowPolicy", "")):
        return wrong(
            "refused when it is made",
            f"There is no queue {INBOX}. {DEAD} takes no dead letters of a queue of that name, so "
            "SQS refuses to make one that names it in its RedrivePolicy.",
            got=dead["RedriveAllowPolicy"],
            next="sourceQueueArns of RedriveAllowPolicy is a list with the ARN of orders-inbox.",
            stands=f"`{DEAD}`, with the attributes of an earlier try. `ex.again()` takes it away.",
            **looked,
        )
    return wrong(
        "one of two",
        f"There is no queue {INBOX}.",
        next="Did create_queue raise an error? Its message says which attribute SQS refused.",
        **looked,
    )


def _redrive(inbox: dict[str, str]) -> dict[str, Any]:
    found = json.loads(inbox.get("RedrivePolicy") or "{}")
    return {**found, "maxReceiveCount": int(found.get("maxReceiveCount", 0))}


def _way_out(target: Target, inbox: dict[str, str]) -> Outcome | None:
    where = _redrive(inbox).get("deadLetterTargetArn", "")
    if not where:
        return wrong(
            "no way out",
            "orders-inbox has no RedrivePolicy. An order that always fails comes back until its "
            "retention ends, and nobody is told.",
            looked_at=_LOOKED,
            expected=f"dead letters go to {DEAD}",
            got="no RedrivePolicy",
            next="RedrivePolicy is JSON text with deadLetterTargetArn and maxReceiveCount.",
            stands=_AGAIN,
        )
    if where != queue_arn(target, DEAD):
        return wrong(
            "another dead-letter queue",
            "The dead letters of orders-inbox go to another queue.",
            looked_at=_LOOKED,
            expected=f"dead letters go to {DEAD}",
            got=where,
            next='arn("sqs", "orders-inbox-dlq")',
            stands=_AGAIN,
        )
    return None


_AGAIN = "`orders-inbox`, with the attributes of an earlier try. `ex.again()` takes it away."


def _hours(inbox: dict[str, str], dead: dict[str, str]) -> str:
    kept = [int(each["MessageRetentionPeriod"]) / 3600 for each in (inbox, dead)]
    return (
        f"inbox {kept[0]:g} h, dead letters {kept[1]:g} h, {_redrive(inbox)['maxReceiveCount']} "
        f"receipts, hidden for {inbox['VisibilityTimeout']} s"
    )


def _retention(inbox: int, dead: int) -> Outcome | None:
    got = f"inbox {inbox / 3600:g} h, dead letters {dead / 3600:g} h"
    common = {"looked_at": _LOOKED, "got": got, "stands": _AGAIN}
    if inbox < DAY:
        return wrong(
            "another unit",
            f"Orders are kept for {inbox:,} s. MessageRetentionPeriod counts in seconds.",
            expected=f"orders kept for {OUTAGE / 3600:g} h at least",
            next="DAY is a day in seconds.",
            **common,
        )
    if inbox < OUTAGE:
        return wrong(
            "shorter than the outage",
            "The function is out from Friday 18:00 to Wednesday 9:00. The first orders of that Friday "
            "are over their retention before it is back, and are gone.",
            expected=f"orders kept for {OUTAGE / 3600:g} h at least",
            next="How many hours is that? AWS's default is 96.",
            **common,
        )
    if dead <= inbox:
        gone = "an hour later" if dead == inbox else "before it gets there"
        return wrong(
            "equal clocks" if dead == inbox else "the shorter clock",
            "A dead letter keeps the time of its first sending. One that fails in its last hour in "
            f"the inbox is gone {gone}.",
            expected="dead letters kept longer than orders",
            next="What did the message clock do in try-out-dlq?",
            **common,
        )
    if dead - inbox < OUTAGE:
        return wrong(
            "no time for a person",
            f"An order that fails in its last hour in the inbox has {(dead - inbox) / 3600:g} h left "
            "among the dead letters, which is less than the long weekend.",
            expected=f"{OUTAGE / 3600:g} h more for dead letters than for orders",
            next="14 days is the most. It leaves room for the inbox between two bounds.",
            **common,
        )
    return None


def _trying(visibility: int, receipts: int, delay: int) -> Outcome | None:
    late = f", after a delay of {delay} s" if delay else ""
    got = f"{receipts} receipts, hidden for {visibility} s each{late}"
    common = {"looked_at": _LOOKED, "got": got, "stands": _AGAIN}
    if visibility < FUNCTION:
        return wrong(
            "shorter than the function",
            f"An order is visible again after {visibility} s, while the function may still be at "
            "work on it for 10 s. Lambda refuses to feed a function from such a queue.",
            expected="six times the function's timeout, at least",
            next="VisibilityTimeout, in seconds",
            **common,
        )
    if visibility < 6 * FUNCTION:
        return wrong(
            "no room to try again",
            f"{visibility} s is enough for one run of the function. When it is throttled, Lambda "
            "holds a batch and tries again within the visibility timeout; AWS advises six times.",
            expected=f"{6 * FUNCTION} s at least",
            next="The function takes up to 10 s.",
            **common,
        )
    if receipts < LEAST_RECEIPTS:
        return wrong(
            "given up too early",
            f"After {receipts} receipts an order is a dead letter. A fault of a few minutes, or a "
            "throttled function, is enough for that.",
            expected=f"{LEAST_RECEIPTS} receipts at least",
            next="maxReceiveCount",
            **common,
        )
    tried = visibility * receipts
    if tried > LONGEST_TRYING:
        return wrong(
            "tried for hours",
            f"An order that always fails is tried for {tried / 60:,.1f} minutes before a person sees "
            "it.",
            expected="half an hour at most",
            next="Receipts times visibility timeout",
            **common,
        )
    if delay + tried > LONGEST_TRYING:
        return wrong(
            "a late start",
            f"An order is hidden for {delay} s at first, and one that always fails is among the dead "
            f"letters after {(delay + tried) / 60:.1f} minutes.",
            expected="half an hour at most, from the sending",
            next="DelaySeconds is 0 by default.",
            **common,
        )
    return None


def _doors(target: Target, inbox: dict[str, str], dead: dict[str, str]) -> Outcome | None:
    if not _may_use(target, dead.get("RedriveAllowPolicy", "")):
        return wrong(
            "closed to the inbox too",
            "The dead-letter queue refuses dead letters of orders-inbox.",
            looked_at=f"RedriveAllowPolicy of {DEAD}",
            expected="byQueue, with the ARN of orders-inbox",
            got=dead.get("RedriveAllowPolicy", "none"),
            next="sourceQueueArns is a list of ARNs.",
            stands=_AGAIN,
        )
    # a server that asks no RedriveAllowPolicy lets everybody in: there it is only read
    if _another_may(target) and _may_use(target, dead.get("RedriveAllowPolicy", ""), "another"):
        return wrong(
            "open to every queue",
            "I made another queue and let it send its dead letters to orders-inbox-dlq. It was "
            "allowed. A person would find strangers among the orders.",
            looked_at=f"RedriveAllowPolicy of {DEAD}",
            expected="a refusal for every queue but orders-inbox",
            got=dead.get("RedriveAllowPolicy", "none: every queue may"),
            next="RedriveAllowPolicy, as try-out-dlq has it",
        )
    others = _others(target, dead.get("RedriveAllowPolicy", ""))
    if others:
        return wrong(
            "open to another queue",
            "Beside orders-inbox another queue may send its dead letters to orders-inbox-dlq.",
            looked_at=f"RedriveAllowPolicy of {DEAD}",
            expected="the ARN of orders-inbox, and no other",
            got=", ".join(others)[:160],
            next="sourceQueueArns holds one ARN.",
            stands=_AGAIN,
        )
    for name, found in ((INBOX, inbox), (DEAD, dead)):
        if _anybody(found.get("Policy", "")):
            return wrong(
                "anybody in the world",
                f"The access policy of {name} lets everybody in, whatever the account.",
                looked_at=f"Policy of {name}",
                expected="no policy, or one with a Principal or a Condition",
                got=found["Policy"][:120],
                next="Without a policy only your account may use a queue.",
            )
    return None


def _may_use(target: Target, allowed: str, queue: str = INBOX) -> bool:
    """Whether the dead-letter queue takes those of a queue, by its RedriveAllowPolicy."""
    found = json.loads(allowed) if allowed else {}
    permission = found.get("redrivePermission", "allowAll")
    listed = queue_arn(target, queue) in found.get("sourceQueueArns", ())
    return permission == "allowAll" or (permission == "byQueue" and listed)


def _others(target: Target, allowed: str) -> list[str]:
    """The queues beside the inbox that a RedriveAllowPolicy names."""
    found = json.loads(allowed).get("sourceQueueArns", ()) if allowed else ()
    return [each for each in found if each != queue_arn(target, INBOX)]


def _another_may(target: Target) -> bool:
    sqs = target.client("sqs")
    policy = {"deadLetterTargetArn": queue_arn(target, DEAD), "maxReceiveCount": 3}
    name = target.name(f"probe-{secrets.token_hex(4)}")
    try:
        made = sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": json.dumps(policy)})
    except ClientError:
        return False
    sqs.delete_queue(QueueUrl=made["QueueUrl"])
    return True


def _anybody(policy: str) -> bool:
    found = json.loads(policy).get("Statement", []) if policy else []
    statements = found if isinstance(found, list) else [found]
    return any(
        each.get("Effect") == "Allow"
        and (_names_all(each.get("Principal")) or "NotPrincipal" in each)
        and not each.get("Condition")
        for each in statements
    )


def _names_all(principal: Any) -> bool:
    """Whether everybody is among those that a statement is for."""
    if isinstance(principal, dict):
        return any(map(_names_all, principal.values()))
    return "*" in principal if isinstance(principal, list) else principal == "*"


def _solve(workspace: Workspace) -> None:
    messaging.ensure_queue(
        workspace.target, INBOX, visibility_timeout=VISIBILITY_SECONDS, retention=INBOX_SECONDS
    )


INBOX_QUEUE = Exercise(
    id="4.1",
    title="The inbox",
    check=_check,
    undo=_undo,
    stands=_stands,
    solve=_solve,
    names=names,
    solution="""door = {"redrivePermission": "byQueue", "sourceQueueArns": [arn("sqs", "orders-inbox")]}
settings = {
    "MessageRetentionPeriod": str(14 * DAY),
    "RedriveAllowPolicy": json.dumps(door),
}
sqs.create_queue(QueueName="orders-inbox-dlq", Attributes=settings)
redrive = {"deadLetterTargetArn": arn("sqs", "orders-inbox-dlq"), "maxReceiveCount": 5}
settings = {
    "MessageRetentionPeriod": str(7 * DAY),
    "VisibilityTimeout": "60",
    "RedrivePolicy": json.dumps(redrive),
}
sqs.create_queue(QueueName="orders-inbox", Attributes=settings)
# The outage is 111 h. 14 days is the most; less 111 h, that leaves 9 days for the inbox.
""",
    equivalent={
        "7 -> 8": "both lie between the outage and what it leaves of 14 days",
        "5 -> 6": "AWS advises five at least, and six minutes are less than half an hour",
    },
    hints=(
        "Count the hours of the outage, and compare them with AWS's default retention. Then count "
        "how long a dead letter has left when it comes there late.",
        "create_queue for the dead-letter queue with MessageRetentionPeriod and RedriveAllowPolicy, "
        "and for the inbox with MessageRetentionPeriod, VisibilityTimeout and RedrivePolicy.",
        'Dead letters: str(14 * DAY). Inbox: 5 to 9 days, "VisibilityTimeout": "60", '
        '"maxReceiveCount": 5, and both policies as json.dumps(...), with the names changed.',
    ),
    proofs=(
        Proof("one of two", attempts.only_the_inbox, says="no queue orders-inbox-dlq"),
        Proof("no way out", attempts.made(redrive=False), says="nobody is told"),
        Proof(
            "another dead-letter queue",
            attempts.made(where="publish-order-events-failed"),
            says="another",
        ),
        Proof("shorter than the outage", attempts.made(inbox=4), says="before it is back"),
        Proof("another unit", attempts.made(inbox_seconds=7 * 24), says="counts in seconds"),
        Proof("equal clocks", attempts.made(inbox=14), says="an hour later"),
        Proof("the shorter clock", attempts.made(dead=4), says="before it gets there"),
        Proof("no time for a person", attempts.made(inbox=12), says="48 h left"),
        Proof("shorter than the function", attempts.made(hidden=5), says="visible again after 5 s"),
        Proof("no room to try again", attempts.made(hidden=30), says="six times"),
        Proof("given up too early", attempts.made(receipts=2), says="After 2 receipts"),
        Proof("tried for hours", attempts.made(receipts=100), says="for 100.0 minutes"),
        Proof(
            "a late start", attempts.made(hidden=180, receipts=6, delay=900), says="33.0 minutes"
        ),
        Proof("closed to the inbox too", attempts.made(allow="late"), says="refuses dead letters"),
        Proof("open to every queue", attempts.made(allow=""), says="It was allowed"),
        Proof("open to another queue", attempts.made(also="shipping"), says="another queue may"),
        Proof("refused when it is made", attempts.closed_before, says="SQS refuses to make one"),
        Proof(
            "anybody in the world", attempts.made(policy=attempts.WORLD), says="lets everybody in"
        ),
        Proof(
            "nine days and six receipts", attempts.made(inbox=9, receipts=6, hidden=120), "right"
        ),
        Proof("a policy for one's own account", attempts.made(policy=attempts.OWN), "right"),
        Proof("one attribute after the other", attempts.step_by_step, "right"),
    ),
)
