"""5.5: one thread serves three queues, and none of them waits for another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter05 import turn_attempts as attempts
from orderlab.exercises.chapter05.trial_queues import (
    Depth,
    Ran,
    advice,
    bodies,
    depth,
    few_asked,
    requests_to,
    run,
    send,
    speed_of,
    trial_queues,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import not_run
from orderlab.exercises.engine.own_function import no_function

HIDDEN_SECONDS = 600
FULL, SOME, FEW = 34, 3, 1
AT_ONCE = 10
# a message may wait this long for the polls of the two other queues
LONGEST_SECONDS = 5.0
LEAST_SECONDS = 1.0
# a timer of a busy machine is late, never early
LATE = 1.15
UNEVEN = 1.3
_LOOKED = (
    f"a turn over three queues with {FULL}, {SOME} and {FEW} messages, one of which jams; and turns "
    "over three empty queues"
)
_EXPECTED = "each queue asked once a turn, for ten at most; handled ones deleted, jammed ones kept"


@dataclass
class Turned:
    """What one turn did to three queues."""

    sent: list[list[str]]
    handled: list[str] = field(default_factory=list)
    jammed: str = ""
    ran: Ran = field(default_factory=Ran)
    left: list[Depth] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    def of(self, place: int) -> list[str]:
        """Which messages of a queue were handed over."""
        return [body for body in self.handled if body in self.sent[place]]


class _Jam(Exception):
    """What a handler raises that can't print."""


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(
        answer, "turn(urls, handle)", "I call it with three addresses and a function"
    )
    if missing is not None:
        return missing
    done = _turned(workspace.target, answer)
    why = not_run(done.ran.value)
    if why:
        return wrong(
            "nothing was run",
            why,
            looked_at=_LOOKED,
            got=f"requests to the three queues: {done.requests}",
            next="A plain def, which serves the queues before it returns.",
        )
    if not done.handled and not any(done.requests) and done.ran.ended and not done.ran.error:
        return untouched("The function asks no queue yet.", next="for url in urls: ...")
    found = _mistake(done)
    if found is None:
        seconds, requests = _idle(workspace.target, answer)
        found = _idling(seconds, requests) or _neighbours(done)
        if found is None:
            return right(
                "Each queue has its turn, and the waits are short enough that none is kept waiting by "
                "two that are empty. More queues or more haste need a thread for each, or one queue "
                "for all three.",
                looked_at=_LOOKED,
                got=f"{len(done.handled)} handled in a turn, one jammed and kept; an idle turn takes "
                f"{seconds:.1f} s",
            )
    name, message, got, hint = found
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=hint)


def _turned(target: Target, answer: Callable[..., Any]) -> Turned:
    """One turn over a full queue, one with some messages and one with a single one."""
    done = Turned([bodies(count) for count in (FULL, SOME, FEW)])
    with trial_queues(target, 3, VisibilityTimeout=str(HIDDEN_SECONDS)) as urls:
        for url, texts in zip(urls, done.sent, strict=True):
            few_asked(target, url)
            send(target, url, texts)
        before = [requests_to(target, url) for url in urls]

        def handle(body: Any) -> None:
            # the first of the second queue jams
            if str(body) in done.sent[1] and not done.jammed:
                done.jammed = str(body)
                raise _Jam(body)
            done.handled.append(str(body))

        done.ran = run(target, urls, lambda: answer(list(urls), handle))
        done.requests = [
            requests_to(target, url) - there for url, there in zip(urls, before, strict=True)
        ]
        done.left = [depth(target, url) for url in urls]
    return done


Mistake = tuple[str, str, str, str]


def _mistake(done: Turned) -> Mistake | None:
    counts = ", ".join(str(len(done.of(place))) for place in range(3))
    got = f"handled of the three queues: {counts} of {FULL}, {SOME}, {FEW}"
    if not done.ran.ended:
        return (
            "a turn without end",
            "One turn had not ended after 12 s, and I ended it.",
            got,
            "One turn asks each queue once. The loop around the turns is not yours.",
        )
    if isinstance(done.ran.error, _Jam):
        return (
            "one jam stops all",
            "`handle` raised for one message, and the turn ended there: the queues behind it were not "
            "served.",
            got,
            "Catch what `handle` raises, leave that message where it is, and go on.",
        )
    if done.ran.error is not None:
        said = f"{type(done.ran.error).__name__}: {done.ran.error}"[:160]
        return "it raises", "A turn raises.", said, advice(done.ran.error)
    return _served(done, got) or _kept(done, got)


def _served(done: Turned, got: str) -> Mistake | None:
    strange = [b for b in done.handled if not any(b in texts for texts in done.sent)]
    if strange:
        return (
            "something other than the body",
            "`handle` got something that is no message's body.",
            strange[0][:100],
            'message["Body"] is what was sent.',
        )
    if len(done.of(0)) > AT_ONCE:
        return (
            "the full queue first",
            "The first queue was served again and again while the others waited. A queue that never "
            "gets empty would keep them waiting for ever.",
            got,
            "At most one answer of each queue in a turn.",
        )
    if not done.of(2) or not (done.of(1) or done.jammed):
        if not done.handled:
            return (
                "nothing is handled",
                "Queues were asked, and no body was handed over.",
                got,
                'for message in got.get("Messages", []): handle(message["Body"])',
            )
        unasked = [number for number, made in enumerate(done.requests, 1) if not made]
        if unasked:
            return (
                "a queue left out",
                f"Of the three queues, number {unasked[0]} was not asked in the turn.",
                got,
                "Each queue has its turn, whatever became of a message of another.",
            )
        return (
            "asked in vain",
            "A queue with messages was asked in the turn, and nothing of it was handled.",
            got,
            "A short poll can come back empty from a queue that is not. A long one asks them all.",
        )
    if len(done.of(0)) < 2:
        return (
            "one at a time",
            "The full queue had one message taken: it has 34, and each turn can carry ten.",
            got,
            "MaxNumberOfMessages",
        )
    return None


def _neighbours(done: Turned) -> Mistake | None:
    """Asked after all others: a short poll may have brought fewer."""
    # what was received and neither handled nor shown again; the jammed one is one of them
    if len(done.of(1)) < SOME - 1 and done.left[1].in_flight > 1:
        return (
            "the jam takes others along",
            "One message of an answer jammed, and others of the same answer were not handled. They are "
            "hidden now until the visibility timeout ends.",
            f"{len(done.of(1))} of {SOME - 1} others handled",
            "The `try` belongs around one `handle`, not around all of them.",
        )
    return None


def _kept(done: Turned, got: str) -> Mistake | None:
    gone = [len(texts) - left.total for texts, left in zip(done.sent, done.left, strict=True)]
    handled = [len(done.of(place)) for place in range(3)]
    taken = f"deleted of the three queues: {', '.join(map(str, gone))}; {got}"
    if gone[1] > handled[1]:
        return (
            "the jammed one is gone",
            "The message that could not be handled was deleted: nobody will see it again.",
            taken,
            "Delete a message only after `handle` has returned.",
        )
    if not any(gone):
        return (
            "nothing is deleted",
            "All that was handled is still in its queue, and comes back when it is visible again.",
            taken,
            "delete_message, at the address of the queue that the message came from.",
        )
    if gone != handled:
        return (
            "not all are deleted",
            "Some messages that were handled are still in their queue.",
            taken,
            "Each message of an answer has a ReceiptHandle of its own, good for its own queue.",
        )
    return None


def _idle(target: Target, answer: Callable[..., Any]) -> tuple[float, int]:
    """AWS's seconds that an idle turn takes, the shortest of three, and its requests."""
    took: list[float] = []
    with trial_queues(target, 3) as urls:
        before = sum(requests_to(target, url) for url in urls)
        for _ in range(3):
            began = time.monotonic()
            if not run(target, urls, lambda: answer(list(urls), lambda body: None)).ended:
                break
            took.append((time.monotonic() - began) * speed_of(target))
            if took[0] > 3 * LONGEST_SECONDS:
                break
        requests = sum(requests_to(target, url) for url in urls) - before
    return min(took, default=float("inf")), round(requests / max(len(took), 1))


def _idling(seconds: float, requests: int) -> Mistake | None:
    got = f"an idle turn: {requests} requests in {seconds:.1f} s"
    if requests > seconds / LEAST_SECONDS * UNEVEN:
        return (
            "asked without a rest",
            "While nothing is there, the queues are asked far more often than once a second, and every "
            "answer is paid.",
            got,
            "A wait above 0 asks all servers, and fewer times.",
        )
    if seconds * 2 / 3 > LONGEST_SECONDS * LATE:
        return (
            "the empty ones keep it waiting",
            f"A message in one queue waits while the two others are being asked: about "
            f"{seconds * 2 / 3:.0f} s if they are empty.",
            got,
            f"Two waits together may take {LONGEST_SECONDS:.0f} s.",
        )
    return None


def _made(make: Callable[[Any], Any]) -> Callable[[Workspace], Any]:
    return lambda workspace: make(workspace.client("sqs"))


TURN = Exercise(
    id="5.5",
    title="Three queues and one thread",
    check=_check,
    solve=_made(attempts.fair),
    stands=lambda _: True,
    names=lambda workspace: {"sqs": workspace.client("sqs")},
    answer_name="turn",
    waits=True,
    solution="""def serve(url, message, handle):
    try:
        handle(message["Body"])
    except Exception:
        return
    sqs.delete_message(
        QueueUrl=url,
        ReceiptHandle=message["ReceiptHandle"],
    )


def turn(urls, handle):
    for url in urls:
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=2,
        )
        for message in got.get("Messages", []):
            serve(url, message, handle)
# Two waits of 2 s are all that a message of the third queue waits for. The jammed one comes back
# after its visibility timeout, and with a dead-letter queue not for ever.""",
    hints=(
        "What does a message in the third queue wait for, if the first is full, and if it is empty?",
        "One receive for each queue in a turn, with a short wait above 0: two waits must fit into "
        "5 s. A `try` around `handle` alone.",
        "for url in urls: receive ten with WaitTimeSeconds=2; for each message try handle, on "
        "Exception continue, then delete_message at the same url.",
    ),
    proofs=(
        *(
            Proof(name, _made(make), says=says)
            for name, make, says in (
                ("the full queue first", attempts.draining, "again and again"),
                ("the empty ones keep it waiting", attempts.patient, "are being asked"),
                ("asked without a rest", attempts.hasty, "every answer is paid"),
                ("one jam stops all", attempts.fragile, "ended there"),
                ("the jammed one is gone", attempts.careless, "nobody will see it"),
                ("the jam takes others along", attempts.wide, "others of the same answer"),
                ("one at a time", attempts.single, "one message taken"),
                ("a queue left out", attempts.first_two, "number 3 was not asked"),
                ("asked in vain", attempts.ignoring_last, "nothing of it was handled"),
                ("nothing is deleted", attempts.keeping, "still in its queue"),
                ("nothing is handled", attempts.looking, "no body was"),
                ("nothing was run", attempts.waiting, "has a `yield`"),
                ("it raises", attempts.expecting, "A turn raises"),
            )
        ),
        Proof("not a function", lambda _: ["labels"], says="function itself"),
        Proof("in batches, a second each", _made(attempts.in_batches), "right"),
        Proof("beginning with another queue each time", _made(attempts.rotating), "right"),
    ),
)
