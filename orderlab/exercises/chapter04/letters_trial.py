"""Trying a learner's `bring_back` on queues of its own, with a client that counts and may die."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.letters import Letters
from orderlab.orders.parts.names import ignoring, queue_arn

# a learner's function may delete a queue
_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
# more than any reasonable function needs for the letters of a trial
MOST_CALLS = 250
_CHANGES = {"SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue"}
# ten times as long as a poll of ten seconds, where nothing hastens the queue
HIDDEN_SECONDS = 120


class KernelDied(BaseException):
    """What ends a function at a place where a kernel could die; `except Exception` lets it pass."""


@dataclass
class Trial:
    """What became of the letters: ids and bodies in both queues, and how the function ended."""

    returned: Any = None
    error: str = ""
    calls: int = 0
    sent_bodies: list[str] = field(default_factory=list)
    left_bodies: list[str] = field(default_factory=list)
    ended_on_a_long_poll: bool = True
    # whether it received anything, and whether it asked the dead-letter queue at all
    received: bool = False
    asked: bool = False

    @property
    def sent(self) -> list[str]:
        return [each for each in map(id_of, self.sent_bodies) if each]

    @property
    def left(self) -> list[str]:
        return [each for each in map(id_of, self.left_bodies) if each]

    @property
    def sent_orders(self) -> dict[str, dict[str, Any]]:
        return {id_of(body): json.loads(body) for body in self.sent_bodies if id_of(body)}


def try_on(target: Target, bring_back: Callable[..., Any], letters: Letters) -> Trial:
    """Call the function once, and look what lies where."""
    with _queues(target, letters) as (dead, inbox):
        watched = Watched(target, MOST_CALLS)
        trial = _called(bring_back, watched, dead, inbox)
        trial.sent_bodies = _drain(target, inbox)
        trial.left_bodies = _drain(target, dead, shown=watched.received)
        return trial


def dies_between(target: Target, bring_back: Callable[..., Any]) -> int:
    """How many orders are in neither queue if the function dies after its first change."""
    letters = Letters()
    for order in Letters.random().orders.values():
        letters.add(order)
    with _queues(target, letters) as (dead, inbox):
        watched = Watched(target, MOST_CALLS, changes=1)
        _called(bring_back, watched, dead, inbox)
        bodies = [*_drain(target, inbox), *_drain(target, dead, shown=watched.received)]
        there = set(map(id_of, bodies))
        return sum(each not in there for each in letters.orders)


class Watched:
    """A boto3 client of SQS that ends what uses it after so many calls, or so many changes.

    `received` holds queue and receipt handle of each message that was received.
    """

    def __init__(self, target: Target, calls: int, changes: int | None = None) -> None:
        self.client = target.new_client("sqs")
        self.calls = self.changed = 0
        self.received: list[tuple[str, str]] = []
        self._most_calls, self._most_changes = calls, changes
        self._url, self._wait = "", 0
        # whether the last receive that brought nothing asked every server; True if there was none
        self.long_poll = True
        self.asked: set[str] = set()
        events = self.client.meta.events
        events.register("provide-client-params.sqs", self._before)
        events.register("after-call.sqs.ReceiveMessage", self._note)

    def _before(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls += 1
        if self.calls > self._most_calls:
            raise KernelDied("endless")
        self._url = params.get("QueueUrl", self._url)
        self._wait = params.get("WaitTimeSeconds", 0)
        if model.name in _CHANGES:
            if self._most_changes is not None and self.changed >= self._most_changes:
                raise KernelDied("died")
            self.changed += 1

    def _note(self, parsed: dict[str, Any], **_: Any) -> None:
        self.asked.add(self._url)
        if not parsed.get("Messages"):
            self.long_poll = bool(self._wait)
        for each in parsed.get("Messages", ()):
            self.received.append((self._url, each["ReceiptHandle"]))


def _called(bring_back: Callable[..., Any], watched: Watched, dead: str, inbox: str) -> Trial:
    trial = Trial()
    try:
        trial.returned = bring_back(watched.client, dead, inbox)
    except KernelDied as end:
        trial.error = str(end)
    except (Exception, SystemExit) as error:
        trial.error = f"{type(error).__name__}: {error}"[:160]
    trial.received, trial.asked = bool(watched.received), dead in watched.asked
    trial.calls, trial.ended_on_a_long_poll = watched.calls, watched.long_poll
    return trial


@contextmanager
def _queues(target: Target, letters: Letters) -> Iterator[tuple[str, str]]:
    """A dead-letter queue with these letters, and an empty inbox; gone at the end."""
    sqs, run = target.client("sqs"), secrets.token_hex(4)
    # like the shop's own, a receive of the inbox would wait; the dead-letter queue has defaults
    hidden = {"VisibilityTimeout": str(HIDDEN_SECONDS)}
    dead, inbox = (target.name(f"letters-{name}-{run}") for name in ("dead", "inbox"))
    redrive = {"deadLetterTargetArn": queue_arn(target, f"letters-dead-{run}")}
    policy = json.dumps({**redrive, "maxReceiveCount": 100})
    urls = [
        sqs.create_queue(QueueName=dead, Attributes=hidden)["QueueUrl"],
        sqs.create_queue(QueueName=inbox, Attributes={**hidden, "RedrivePolicy": policy})[
            "QueueUrl"
        ],
    ]
    try:
        for begin in range(0, len(letters.bodies), 10):
            part = letters.bodies[begin : begin + 10]
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(part)]
            sqs.send_message_batch(QueueUrl=urls[0], Entries=entries)
        yield urls[0], urls[1]
    finally:
        for url in urls:
            with ignoring(*_GONE):
                sqs.delete_queue(QueueUrl=url)


def _drain(target: Target, url: str, shown: list[tuple[str, str]] | None = None) -> list[str]:
    """All bodies in a queue, those among them that `shown` hides."""
    sqs = target.client("sqs")
    for where, handle in shown or ():
        if where == url:
            try:
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0
                )
            except sqs.exceptions.ClientError:
                continue  # deleted, or received again
    found: dict[str, str] = {}
    with ignoring(*_GONE):
        _receive_all(sqs, url, found)
    return list(found.values())


def _receive_all(sqs: Any, url: str, found: dict[str, str]) -> None:
    while some := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=HIDDEN_SECONDS
    ).get("Messages"):
        for each in some:
            found[each["MessageId"]] = each["Body"]


def id_of(body: str) -> str:
    try:
        found = json.loads(body).get("order_id", "")
    except (ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""
