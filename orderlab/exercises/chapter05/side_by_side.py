"""Two consumers at work side by side, each on an empty queue, under the same load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter05.trial_queues import (
    advice,
    all_asked,
    bodies,
    delete,
    depth,
    requests_to,
    send,
    speed_of,
    trial_queue,
)

Work = Callable[[str, Callable[[Any], None], Callable[[], bool]], Any]

# AWS's seconds
# longer than the longest poll, so that who ends with an empty answer has ended
IDLE_SECONDS = 24
GAP_SECONDS = 2.0
SINGLE, RUSH = 12, 40
# real seconds: until all that was sent is handled, and until a program that is stopped has ended
HANDLED_WITHIN = 12.0
ENDED_WITHIN = 6.0


class Watched:
    """One consumer, and what is seen of it."""

    def __init__(self, target: Target, url: str, work: Work) -> None:
        self._target, self.url = target, url
        self._stop = threading.Event()
        # when each was sent; 0 for those whose delay is not measured
        self._sent: dict[str, float] = {}
        self._delays: dict[str, float] = {}
        self.handled: list[str] = []
        self.error = self.advice = ""
        self.value: Any = None
        self.idle_requests = self.rush_requests = self.left = 0
        self.ended = self.ended_early = self._taken_away = False
        # a queue that was made has been charged for that
        self._before = requests_to(target, url)
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            self.value = work(self.url, self._handle, self._stop.is_set)
        except (Exception, SystemExit) as error:
            if not self._taken_away:
                self.advice = advice(error)
                self.error = f"{type(error).__name__}: {error}"[:160]

    def _handle(self, body: Any) -> None:
        self.handled.append(str(body))
        sent = self._sent.get(str(body), 0.0)
        if sent:
            self._delays.setdefault(str(body), time.monotonic() - sent)

    @property
    def requests(self) -> int:
        return requests_to(self._target, self.url) - self._before

    @property
    def asked(self) -> bool:
        return bool(self.requests)

    @property
    def done(self) -> bool:
        return not self._thread.is_alive() or set(self._sent) <= set(self.handled)

    @property
    def missing(self) -> int:
        return len(set(self._sent) - set(self.handled))

    @property
    def strange(self) -> list[str]:
        """What was handed over and is no message's body."""
        return [each for each in self.handled if each not in self._sent]

    @property
    def twice(self) -> int:
        return len(self.handled) - len(set(self.handled))

    @property
    def delay(self) -> float:
        """How long a message waited until it was handled, on average; AWS's seconds."""
        waited = list(self._delays.values())
        return speed_of(self._target) * sum(waited) / len(waited) if waited else float("inf")

    def note_early_end(self) -> None:
        self.ended_early = self.ended_early or not self._thread.is_alive()

    def send_one(self) -> None:
        body = bodies(1)[0]
        self._sent[body] = time.monotonic()
        send(self._target, self.url, [body])

    def send_rush(self) -> None:
        """Many at once; how long they wait is not measured."""
        many = bodies(RUSH)
        self._sent.update(dict.fromkeys(many, 0.0))
        send(self._target, self.url, many)

    def end(self) -> None:
        """Stop it: kindly, and if that does not help, by taking its queue away."""
        self._stop.set()
        self._thread.join(ENDED_WITHIN)
        self.ended = not self._thread.is_alive()
        self.left = depth(self._target, self.url).total
        if not self.ended:
            self._taken_away = True
            delete(self._target, self.url)
            self._thread.join(ENDED_WITHIN)


def side_by_side(target: Target, first: Work, second: Work) -> tuple[Watched, Watched]:
    """Both under the same load: idle, then messages one by one, then a rush, then stopped."""
    speed = speed_of(target)
    with ExitStack() as made:
        urls = [made.enter_context(trial_queue(target, VisibilityTimeout="600")) for _ in (1, 2)]
        for url in urls:
            all_asked(target, url)
        both = tuple(
            Watched(target, url, work) for url, work in zip(urls, (first, second), strict=True)
        )
        time.sleep(IDLE_SECONDS / speed)
        for each in both:
            each.idle_requests = each.requests
            each.note_early_end()
        for number in range(SINGLE):
            # not in step with a program that asks every second
            time.sleep(GAP_SECONDS * (0.75 + 0.5 * number / SINGLE) / speed)
            for each in both:
                each.send_one()
        _wait(both)
        _rush(both)
        for each in both:
            each.end()
    return both[0], both[1]


def _rush(both: tuple[Watched, ...]) -> None:
    """Sent to the second alone: today's program takes a second for each."""
    second = both[1]
    second.note_early_end()
    before = second.requests
    second.send_rush()
    sending = RUSH // 10
    _wait((second,))
    second.note_early_end()
    second.rush_requests = second.requests - before - sending


def _wait(watched: tuple[Watched, ...]) -> None:
    deadline = time.monotonic() + HANDLED_WITHIN
    while time.monotonic() < deadline and not all(each.done for each in watched):
        time.sleep(0.02)
