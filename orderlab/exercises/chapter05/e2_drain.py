"""5.2: take everything out of a queue, and end only when nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter05 import drain_attempts as attempts
from orderlab.exercises.chapter05.trial_queues import (
    Depth,
    Ran,
    advice,
    bodies,
    depth,
    few_asked,
    holds,
    requests_to,
    run,
    send,
    trial_queue,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import not_run
from orderlab.exercises.engine.own_function import no_function

MANY = 43
# the visibility timeout: longer than any drain takes
HIDDEN_SECONDS = 600
# beside the deletes: one receive for ten messages would be 5, and some come with fewer
MOST_RECEIVES = 14
_LOOKED = (
    f"a queue with {MANY} messages, of whose 8 servers a short poll asks one, and one more that comes "
    "while the last is handled; and a queue with 3 messages, whose second can't be handled"
)


@dataclass
class Drained:
    """What a drain did to a queue."""

    sent: list[str]
    ran: Ran = field(default_factory=Ran)
    handled: list[str] = field(default_factory=list)
    left: Depth = field(default_factory=lambda: Depth(0, 0))
    requests: int = 0
    late: list[str] = field(default_factory=list)
    # whether the message that somebody else has is still there
    held: bool = True

    @property
    def expected(self) -> list[str]:
        return [*self.sent, *self.late]


class _Jam(Exception):
    """What a handler raises that can't print."""


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(
        answer, "drain(url, handle)", "I call it with a queue's address and a function"
    )
    if missing is not None:
        return missing
    many = _drain(workspace.target, answer, MANY)
    why = not_run(many.ran.value)
    if why:
        return wrong(
            "nothing was run",
            why,
            looked_at=_LOOKED,
            got=f"requests to the queue: {many.requests}",
            next="A plain def, which handles and deletes before it returns.",
        )
    if many.requests == 0 and many.ran.ended and not many.ran.error and not many.handled:
        return untouched(
            "The function asks the queue nothing yet.", next="sqs.receive_message(...)"
        )
    found = _mistake(many)
    if found is None:
        found = _jammed(workspace.target, answer)
    if found is not None:
        name, message, got, hint = found
        return wrong(
            name,
            message,
            looked_at=_LOOKED,
            expected="every body handed over once, then deleted; nothing left; ten at a time",
            got=got,
            next=hint,
        )
    return right(
        "It ends when all servers were asked and none had a message. A message that somebody else "
        "had received and not deleted would come back later: empty now is not empty for ever.",
        looked_at=_LOOKED,
        got=f"{MANY + 1} messages taken, nothing left; requests {many.requests}",
    )


def _drain(target: Target, answer: Callable[..., Any], count: int, jam: int = -1) -> Drained:
    """Let the learner's function empty a queue of ours; handling message `jam` raises."""
    done = Drained(bodies(count))
    with trial_queue(target, VisibilityTimeout=str(HIDDEN_SECONDS)) as url:
        few_asked(target, url)
        somebody = _with_somebody(target, url)
        send(target, url, done.sent)
        before = requests_to(target, url)

        def handle(body: Any) -> None:
            if 0 <= jam == len(done.handled):
                done.handled.append(str(body))
                raise _Jam(body)
            done.handled.append(str(body))
            if jam < 0 and len(done.handled) == count:
                # while the last one is at work, another comes
                done.late = bodies(1)
                send(target, url, done.late)

        done.ran = run(target, [url], lambda: answer(url, handle))
        done.requests = requests_to(target, url) - before
        done.held = not done.ran.ended or holds(target, url, somebody)
        there = depth(target, url)
        done.left = Depth(there.visible, there.in_flight - (done.ran.ended and done.held))
    return done


def _with_somebody(target: Target, url: str) -> str:
    """A message that another consumer has received and works on; its body."""
    body = bodies(1)[0]
    send(target, url, [body])
    target.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5)
    return body


Mistake = tuple[str, str, str, str] | None


def _mistake(done: Drained) -> Mistake:
    got = f"{len(done.handled)} of {len(done.expected)} handed over, {done.left.total} left"
    if done.ran.error is not None:
        said = f"{type(done.ran.error).__name__}: {done.ran.error}"[:160]
        return (
            "it raises",
            "The function raises before the queue is empty.",
            said,
            advice(done.ran.error),
        )
    if not done.ran.ended and set(done.handled) >= set(done.expected):
        return (
            "it never ends",
            "Every message was handled, and it still asked after 12 s.",
            got,
            _END,
        )
    if not done.ran.ended:
        got = f"{len(done.handled)} of {len(done.expected)} handed over"
        return "it never gets there", "After 12 s it was still at it, and I ended it.", got, _END
    strange = sorted(set(done.handled) - set(done.expected))
    if strange:
        return (
            "something other than the body",
            "`handle` got something that is no message's body.",
            strange[0][:100],
            'message["Body"] is what was sent.',
        )
    return _left(done, got) or _taken(done, got) or _asked(done, got)


def _taken(done: Drained, got: str) -> Mistake:
    if done.held:
        return None
    return (
        "what another works on is gone",
        "One message was with another consumer when your function began. It was deleted, and if that "
        "consumer dies, nobody prints it.",
        got,
        "purge_queue deletes whatever is there. delete_message deletes what you handled.",
    )


_END = "What does a long poll's answer look like when nothing is left?"


def _left(done: Drained, got: str) -> Mistake:
    deleted = len(done.expected) - done.left.total
    if 0 < len(done.handled) <= 10 and done.left.total and done.requests - deleted <= 1:
        return (
            "one answer is not the queue",
            "It ended after what one request brought. A request brings ten messages at most.",
            got,
            "Ask again, until nothing comes.",
        )
    if len(done.handled) == len(done.sent) and done.late:
        return (
            "fewer than ten is not the end",
            "While the last message was being handled another one came, and it was left: your function "
            "had made up its mind before. An answer of fewer than ten says nothing of what comes, and on "
            "AWS not even of what is there.",
            got,
            "Handle what came, then ask again. Which answer alone says that nothing is left?",
        )
    if len(done.handled) < len(done.expected):
        return (
            "an empty answer is not the end",
            "It ended while messages were waiting: their servers had not been asked.",
            got,
            "What kind of poll asks all servers?",
        )
    if len(done.handled) > len(done.expected):
        return (
            "handed over again",
            "Some bodies were handed over more than once.",
            f"{len(done.handled)} for {len(done.expected)} messages",
            "Each message of an answer is handled once, and deleted.",
        )
    if done.left.total == len(done.expected):
        return (
            "nothing is deleted",
            "All were handled, and all are still in the queue: they come back when the visibility "
            "timeout ends.",
            got,
            "delete_message with the message's ReceiptHandle.",
        )
    if done.left.total:
        return (
            "not all are deleted",
            "All were handled, and some were not deleted.",
            got,
            "Each message of an answer has a ReceiptHandle of its own.",
        )
    return None


def _asked(done: Drained, got: str) -> Mistake:
    if done.requests > len(done.expected) + MOST_RECEIVES:
        return (
            "more requests than it takes",
            "The queue is empty, and it took more requests than it had to.",
            f"{done.requests} requests for {len(done.expected)} messages, deletes among them",
            "One request can bring ten messages, and a poll that asks all servers finds them.",
        )
    return None


def _jammed(target: Target, answer: Callable[..., Any]) -> Mistake:
    """Three messages, and the second that is handed over can't be handled."""
    done = _drain(target, answer, 3, jam=1)
    handled = len(done.handled) - 1
    if len(done.sent) - done.left.total > handled:
        return (
            "deleted before it was handled",
            "`handle` raised for one message, and that message is gone: nobody will print it.",
            f"{handled} of 3 handled, and {len(done.sent) - done.left.total} deleted",
            "Delete a message after `handle` has returned.",
        )
    return None


def _made(make: Callable[[Any], Any]) -> Callable[[Workspace], Any]:
    return lambda workspace: make(workspace.client("sqs"))


DRAIN = Exercise(
    id="5.2",
    title="Until it is empty",
    check=_check,
    solve=_made(attempts.right),
    stands=lambda _: True,
    names=lambda workspace: {"sqs": workspace.client("sqs")},
    answer_name="drain",
    waits=True,
    solution="""def drain(url, handle):
    while True:
        got = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5
        )
        if "Messages" not in got:
            return
        for message in got["Messages"]:
            handle(message["Body"])
            sqs.delete_message(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]
            )
# With a wait above 0 all servers are asked, so an answer without messages means that there were
# none for so long. Deleted is what was handled, and nothing else.""",
    equivalent={
        "5 -> 6": "any wait above 0 asks all servers; a longer one only ends later",
    },
    hints=(
        "Which answers can be empty although messages wait, and which can't?",
        "receive_message with WaitTimeSeconds above 0 asks all servers; an answer without the key "
        "Messages is then the end. Ten messages a request: MaxNumberOfMessages.",
        "while True: got = receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5); "
        'return if "Messages" is not in got; else handle each Body, then delete_message with its '
        "ReceiptHandle.",
    ),
    proofs=(
        *(
            Proof(name, _made(make), says=says)
            for name, make, says in (
                ("an empty answer is not the end", attempts.short, "had not been asked"),
                ("one answer is not the queue", attempts.once, "ten messages at most"),
                ("fewer than ten is not the end", attempts.counting, "another one came"),
                ("nothing was run", attempts.waiting, "has a `yield`"),
                ("what another works on is gone", attempts.purging, "another consumer"),
                ("it never gets there", attempts.idling, "and I ended it"),
                ("nothing is deleted", attempts.keeping, "come back when"),
                ("deleted before it was handled", attempts.deleting_first, "nobody will print"),
                ("more requests than it takes", attempts.one_by_one, "than it had to"),
                ("it never ends", attempts.endless, "still asked"),
                ("it raises", attempts.expecting, "raises before"),
                ("something other than the body", attempts.whole_message, "no message's body"),
                ("not all are deleted", attempts.last_handle, "some were not deleted"),
            )
        ),
        Proof("not a function", lambda _: "drain", says="function itself"),
        Proof(
            "in batches, at the longest wait",
            _made(attempts.in_batches),
            "right",
        ),
        Proof(
            "a loop with get",
            _made(attempts.until_nothing),
            "right",
        ),
    ),
)
