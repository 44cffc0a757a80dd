"""Queues of a check's own, and a learner's function at work on them, ended if it never ends."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import ignoring

_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_BATCH = 10
SERVERS = 8
# until a call that waits hears that its queue is deleted
_ENDING_SECONDS = 5.0
# real seconds; the longest poll waits 2 of them
RUN_SECONDS = 12.0


@dataclass(frozen=True)
class Ran:
    """What became of a learner's function: its value, what it raised, whether it ended."""

    value: Any = None
    error: BaseException | None = None
    ended: bool = True


@dataclass(frozen=True)
class Depth:
    """A queue's messages: those that can be received, and those that somebody has."""

    visible: int
    in_flight: int

    @property
    def total(self) -> int:
        return self.visible + self.in_flight


@contextmanager
def trial_queue(target: Target, **attributes: str) -> Iterator[str]:
    """A queue that nobody else knows; its URL."""
    sqs = target.client("sqs")
    name = f"probe-{secrets.token_hex(5)}"
    url = str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
    try:
        yield url
    finally:
        delete(target, url)


@contextmanager
def trial_queues(target: Target, count: int, **attributes: str) -> Iterator[list[str]]:
    with ExitStack() as made:
        yield [made.enter_context(trial_queue(target, **attributes)) for _ in range(count)]


def delete(target: Target, url: str) -> None:
    with ignoring(*_GONE):
        target.client("sqs").delete_queue(QueueUrl=url)


def bodies(count: int) -> list[str]:
    """Texts that nobody has seen."""
    return [f"label {secrets.token_hex(4)}" for _ in range(count)]


def send(target: Target, url: str, texts: Sequence[str]) -> None:
    for start in range(0, len(texts), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": text}
            for number, text in enumerate(texts[start : start + _BATCH])
        ]
        target.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)


def page_of(target: Target, url: str) -> dict[str, Any]:
    """What the cloud tells of a queue; {} if it is gone. Costs no request."""
    name = url.rpartition("/")[2]
    found = [each for each in target.page("queues")["queues"] if each["name"] == name]
    return dict(found[0]) if found else {}


def depth(target: Target, url: str) -> Depth:
    page = page_of(target, url)
    return Depth(int(page.get("visible", 0)), int(page.get("in_flight", 0)))


def _lay_out(target: Target, url: str, sample: int) -> None:
    """Let a queue have servers of one weight, of which a short poll asks `sample`."""
    wanted = {"servers": SERVERS, "weights": [1] * SERVERS, "sample": sample, "keeps": False}
    target.page("queues/servers", "POST", {"queue": url.rpartition("/")[2], **wanted})


def few_asked(target: Target, url: str) -> None:
    """Let a short poll ask one of eight servers, so that what rests on short polls shows."""
    _lay_out(target, url, 1)


def all_asked(target: Target, url: str) -> None:
    """Let a short poll ask all servers, so that how often one asks is all that counts."""
    _lay_out(target, url, SERVERS)


def speed_of(target: Target) -> float:
    """How many times as fast as on AWS waits pass."""
    return float(getattr(target, "speed", 1.0))


def holds(target: Target, url: str, text: str) -> bool:
    """Whether a queue holds a message with a text, visible or not."""
    name = url.rpartition("/")[2]
    return bool(target.page(f"queues/messages?name={quote(name)}&text={quote(text)}")["messages"])


def advice(error: BaseException) -> str:
    """What may help against an error of a learner's function."""
    if isinstance(error, KeyError) and error.args == ("Messages",):
        return "An empty answer has no key `Messages`."
    return "Call it yourself, on a queue with two messages."


def requests_to(target: Target, url: str) -> int:
    """The requests that a queue has been charged for so far."""
    metered = target.page("meter")["resources"].get("sqs.requests", {})
    return int(metered.get(url.rpartition("/")[2], 0))


def run(
    target: Target, urls: Sequence[str], work: Callable[[], Any], *, seconds: float = RUN_SECONDS
) -> Ran:
    """Let a learner's function work for so long at most.

    One that has not ended by then works on queues that are deleted under it, so that its next call
    raises.
    """
    done: dict[str, Any] = {}

    def body() -> None:
        try:
            done["value"] = work()
        except (Exception, SystemExit) as error:
            done["error"] = error

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        for url in urls:
            delete(target, url)
        thread.join(_ENDING_SECONDS)
        return Ran(ended=False)
    return Ran(done.get("value"), done.get("error"))
