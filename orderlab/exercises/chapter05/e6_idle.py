"""5.6, open: half the requests of an idle consumer, and no message waits longer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter05 import watch_attempts as attempts
from orderlab.exercises.chapter05.side_by_side import (
    IDLE_SECONDS,
    RUSH,
    SINGLE,
    Watched,
    side_by_side,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import not_run
from orderlab.exercises.engine.own_function import no_function
from orderlab.orders.prices import TABLE

# what a rush may take beside its deletes: four receives would be enough for 40 messages
MOST_RECEIVES = 10
LATER = 1.3
MONTH_SECONDS = 30 * 24 * 3600
_LOOKED = (
    f"your program and today's, side by side on a queue each: {IDLE_SECONDS} idle seconds, {SINGLE} "
    f"labels one by one, {RUSH} at once, then `stopped()`"
)
_EXPECTED = (
    "half of today's requests or fewer; labels no later than today; each handled once and deleted; "
    f"the rush in {RUSH + MOST_RECEIVES} requests or fewer"
)


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(
        answer, "work(url, handle, stopped)", "I let it work beside today's program"
    )
    if missing is not None:
        return missing
    today = attempts.every_second(workspace.client("sqs"))
    before, now = side_by_side(workspace.target, today, answer)
    nothing = not now.asked and not now.handled and now.value is None and not now.error
    if nothing and now.ended_early:
        return untouched(
            "The function asks the queue nothing yet.", next="while not stopped(): ..."
        )
    found = _mistake(before, now)
    got = _shown(before, now)
    if found is None:
        return right(
            "The wait moves from the program into the queue: SQS waits for a message and answers the "
            "moment that one comes. Fewer requests and earlier labels are one change.",
            looked_at=_LOOKED,
            got=got,
        )
    name, message, hint = found
    return wrong(
        name, message, looked_at=_LOOKED, expected=_EXPECTED, got=now.error or got, next=hint
    )


def _shown(before: Watched, now: Watched) -> str:
    usd = next(price for price in TABLE if price.item == "sqs.requests")

    def month(watched: Watched) -> str:
        requests = watched.idle_requests / IDLE_SECONDS * MONTH_SECONDS
        return f"$ {requests * usd.usd / usd.per:.2f}"

    return (
        f"idle: requests {now.idle_requests}, today's requests {before.idle_requests} (a month: "
        f"{month(now)}, today {month(before)}); a label waited {now.delay:.2f} s, today "
        f"{before.delay:.2f} s; the rush: requests {now.rush_requests}"
    )


Mistake = tuple[str, str, str]


def _mistake(before: Watched, now: Watched) -> Mistake | None:
    if now.error:
        return (
            "it raises",
            "The program ends with an error.",
            now.advice,
        )
    why = not_run(now.value)
    if why:
        return "nothing was run", why, "A plain def, with a loop that asks stopped()."
    if now.ended_early:
        return (
            "gone home",
            "The program ended before it was stopped. Labels that come later wait for ever.",
            "An empty answer is no reason to end; `stopped()` is.",
        )
    if now.strange:
        return (
            "something other than the body",
            "`handle` got something that is no message's body.",
            'message["Body"] is what was sent.',
        )
    if now.missing:
        return (
            "labels that are not printed",
            "Some labels were never handed over.",
            "Does your loop go on after an empty answer, and handle all that an answer brings?",
        )
    if now.twice and not now.left:
        return (
            "printed again",
            "Some labels were handed over more than once, although each was deleted.",
            "One call of handle for each message of an answer.",
        )
    if now.left:
        return (
            "nothing is deleted",
            "Labels that were handled are still in the queue, and are printed again when they come "
            "back.",
            "delete_message with the ReceiptHandle, after `handle`.",
        )
    return _frequency(before, now) or _rush(now)


def _frequency(before: Watched, now: Watched) -> Mistake | None:
    if now.idle_requests > 3 * before.idle_requests:
        return (
            "asking without a rest",
            "Labels come early, and an idle queue is asked far more often than today.",
            "Who else could wait for the message: your program, or SQS?",
        )
    if now.delay > before.delay * LATER:
        return (
            "asking less often",
            "A label waits longer than today, because your program isn't listening when it comes.",
            "While a long poll waits, it listens. While a program sleeps, nobody does.",
        )
    if now.idle_requests > before.idle_requests / 2 + 1:
        return (
            "a shorter wait than there could be",
            "An idle queue is still asked more than half as often as today.",
            "How long may one request listen?",
        )
    return None


def _rush(now: Watched) -> Mistake | None:
    if now.rush_requests > RUSH + MOST_RECEIVES:
        return (
            "one label a request",
            "Idling is cheap now. A rush costs a receive for each label.",
            "MaxNumberOfMessages",
        )
    if not now.ended:
        return (
            "it can't be stopped",
            "`stopped()` was true, and the program went on.",
            "Ask `stopped()` before each receive.",
        )
    return None


def _made(make: Callable[[Any], Any]) -> Callable[[Workspace], Any]:
    return lambda workspace: make(workspace.client("sqs"))


IDLE = Exercise(
    id="5.6",
    title="Half the idle cost (open)",
    check=_check,
    solve=_made(attempts.listening),
    stands=lambda _: True,
    names=lambda workspace: {"sqs": workspace.client("sqs"), "time": time, "secrets": secrets},
    answer_name="work",
    waits=True,
    solution="""def work(url, handle, stopped):
    while not stopped():
        got = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20
        )
        for message in got.get("Messages", []):
            handle(message["Body"])
            sqs.delete_message(
                QueueUrl=url,
                ReceiptHandle=message["ReceiptHandle"],
            )
# 180 requests an hour instead of 3,600, and no sleep in which a label waits.""",
    hints=(
        "In today's program, who waits for a label while the queue is empty?",
        "A receive with WaitTimeSeconds listens while it waits, and answers as soon as a message comes.",
        "No sleep; receive_message with WaitTimeSeconds=20 and MaxNumberOfMessages=10, in a loop "
        "that asks stopped() first.",
    ),
    proofs=(
        *(
            Proof(name, _made(make), says=says)
            for name, make, says in (
                ("asking less often", attempts.sleepy, "isn't listening"),
                ("asking without a rest", attempts.restless, "far more often"),
                ("a shorter wait than there could be", attempts.impatient, "more than half"),
                ("one label a request", attempts.single, "a receive for each"),
                ("nothing is deleted", attempts.keeping, "still in the queue"),
                ("printed again", attempts.twice, "more than once"),
                ("nothing was run", attempts.waiting, "has a `yield`"),
                ("something other than the body", attempts.whole_message, "no message's body"),
                ("gone home", attempts.leaving_late, "before it was stopped"),
                ("labels that are not printed", attempts.first_only, "never handed over"),
                ("it can't be stopped", attempts.stubborn, "went on"),
                ("it raises", attempts.expecting, "with an error"),
            )
        ),
        Proof("not a function", lambda _: 20, says="function itself"),
        Proof("five seconds, deleted in batches", _made(attempts.in_batches), "right"),
    ),
)
