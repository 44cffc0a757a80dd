"""Waiting until nothing of a storm is under way any more, and never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from orderlab.aws_target.base import Target
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.settling import depth
from orderlab.storm.parts import Parts

EVERY_SECONDS = 0.4
# Lambda pauses for up to 10 s (of the cloud's time) before it tries a stream's batch again
LONGEST_PAUSE = 15.0
# a message that failed comes again after its visibility timeout; half as much for its delivery
PATIENCE = 1.5
LIMIT_SECONDS = 240.0


@dataclass(frozen=True)
class Settled:
    """How the wait ended: `quiet`, or with so many messages still in these queues."""

    quiet: bool
    left: dict[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Look:
    """What could be seen at one moment."""

    left: tuple[tuple[str, int], ...]
    hops: int
    done: int
    waiting: int
    busy: frozenset[str]

    @property
    def idle(self) -> bool:
        """Whether no function works, and none is about to."""
        return not self.busy and not self.waiting


class Settling:
    """Looks at queues, environments and the flight recorder until they are quiet.

    `complete()` says whether every service has what it is owed: then there is nothing to wait for
    but what may still come twice.
    """

    def __init__(self, target: Target, parts: Parts, complete: Callable[[], bool]) -> None:
        self._target, self._parts, self._complete = target, parts, complete
        self._speed = float(target.page("health")["speed"])
        self._short = 0.5
        self._long = max(3.0, LONGEST_PAUSE / self._speed)

    def wait(self, say: Callable[[str], None]) -> Settled:
        """Return when all is quiet, when nothing moves any more, or after the longest time."""
        began = moved = progressed = time.monotonic()
        limit = LIMIT_SECONDS / self._speed + 30.0
        patience = self._patience()
        earlier = before = self._look()
        asked = False
        while True:
            time.sleep(EVERY_SECONDS)
            look, now = self._look(), time.monotonic()
            if look.hops != before.hops or look.left != before.left:
                moved, asked = now, False
            # a function that works for long, or takes long to start, may yet get on
            if look.done != before.done or look.busy & before.busy & earlier.busy:
                progressed = now
            earlier, before = before, look
            left = dict(look.left)
            say(_words(left, now - began))
            still = now - moved
            if not left and look.idle and still > self._short:
                if still > self._long or (not asked and self._complete()):
                    return Settled(True, {}, now - began)
                asked = True
            if now - progressed > patience or now - began > limit:
                return Settled(False, left, now - began)

    def _look(self) -> _Look:
        edges = self._target.page("recorder/edges")
        depths = [(name, depth(self._target, name).total) for name in self._parts.consumed]
        waiting = int(self._target.page("async-events")["waiting"])
        done = sum(
            edge["count"] - edge["errors"]
            for edge in edges["edges"]
            if edge["action"] in ("PutItem", "UpdateItem", "TransactWriteItems", "Publish")
        )
        environments = self._target.page("environments")
        busy = frozenset(e["id"] for e in environments if e["state"] in ("busy", "starting"))
        left = tuple(each for each in depths if each[1])
        return _Look(left, self._of_the_system(edges), done, waiting, busy)

    @staticmethod
    def _of_the_system(edges: dict[str, list[dict[str, object]]]) -> int:
        """Hops that are not our own looking into tables."""
        return sum(int(str(e["count"])) for e in edges["edges"] if e["action"] != "Scan")

    def _patience(self) -> float:
        """Real seconds without any order's progress after which none will come."""
        timeouts = [self._visibility(name) for name in self._parts.consumed]
        return max(4.0, PATIENCE * max(timeouts, default=0.0) / self._speed)

    def _visibility(self, queue: str) -> float:
        found = self._target.client("sqs").get_queue_attributes(
            QueueUrl=queue_url(self._target, queue), AttributeNames=["VisibilityTimeout"]
        )
        return float(found["Attributes"]["VisibilityTimeout"])


def _words(left: dict[str, int], seconds: float) -> str:
    if not left:
        return f"The storm is over; looking whether something still comes ({seconds:.0f} s)"
    what = ", ".join(f"{count} in {queue}" for queue, count in left.items())
    return f"The storm is over; waiting for what is under way: {what} ({seconds:.0f} s)"
