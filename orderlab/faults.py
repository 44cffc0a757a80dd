"""What an experiment may break, in the local cloud: `lab.faults`.

    lab.faults.fail("shipping")                       until lab.faults.mend("shipping")
    with lab.faults.slow_down("shipping", 2): ...     until the block ends
    lab.faults.fail("shipping", rate=0.2, lasts=60)   one in five, for a minute
    lab.faults.fail_calls("sqs", "SendMessage")       whoever makes them
    lab.faults.stop_clock(); lab.faults.move_clock(minutes=5); lab.faults.run_clock()

Functions, queues, tables, topics and buses are broken by their names. Where a function and a table
have the same name the function is meant; "shipping (table)", as traces write it, means the table.
"""

from __future__ import annotations

import itertools
from types import TracebackType
from typing import Any, Self

from orderlab.aws_target.base import FAULTS, Target, need
from orderlab.clock_control import CloudClock
from orderlab.errors import LearnerError
from orderlab.fault_names import PREFIXES, calls_of, meant

_NUMBERS = itertools.count(1)


class Fault:
    """A fault that is on. `mend()` ends it; as a context manager it ends with the block."""

    def __init__(self, target: Target, label: str, words: str) -> None:
        self._target, self._label, self._words = target, label, words

    def mend(self) -> None:
        """Switch this fault off; a second call does nothing."""
        self._target.page(f"faults?label={self._label}", "DELETE")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.mend()

    def __repr__(self) -> str:
        return self._words

    def _ipython_display_(self) -> None:
        """A cell that ends with a fault shows nothing of it."""


class Faults(CloudClock):
    """Switches faults on and off. Names are those of functions, queues, tables, topics or buses.

    A fault strikes with the probability `rate`, and ends by itself after `lasts` seconds of the
    cloud's time. Chance is seeded with the cloud. Every fault raises LearnerError for a name that
    does not exist.
    """

    def __init__(self, target: Target) -> None:
        super().__init__(target)

    def fail(self, name: str, *, rate: float = 1.0, lasts: float | None = None) -> Fault:
        """Let a function raise when it is invoked, or calls of a table, a topic or a cache fail."""
        kinds = ("function", "table", "topic", "cache")
        return self._on("error", name, kinds, "fails", **_often(rate, lasts))

    def slow_down(
        self, name: str, seconds: float, *, rate: float = 1.0, lasts: float | None = None
    ) -> Fault:
        """Hold back the answers of a function, a table or a topic by so many seconds of the
        cloud's time."""
        late = _positive("seconds", seconds)
        kinds = ("function", "table", "topic", "cache")
        often = _often(rate, lasts)
        return self._on("slow", name, kinds, f"answers {late:g} s later", seconds=late, **often)

    def throttle(self, name: str, *, rate: float = 1.0, lasts: float | None = None) -> Fault:
        """Refuse a function's invocations, or a table's or topic's calls, for want of capacity."""
        kinds = ("function", "table", "topic", "cache")
        return self._on("throttle", name, kinds, "is throttled", **_often(rate, lasts))

    def fail_calls(
        self,
        service: str,
        operation: str | None = None,
        *,
        rate: float = 1.0,
        lasts: float | None = None,
    ) -> Fault:
        """Let every call of a service fail, or those of one operation: `"sqs"`, `"SendMessage"`."""
        return self._on_calls("error", service, operation, "fail", **_often(rate, lasts))

    def slow_calls(
        self,
        service: str,
        operation: str | None = None,
        *,
        seconds: float,
        rate: float = 1.0,
        lasts: float | None = None,
    ) -> Fault:
        """Hold back every call of a service, or those of one operation, by so many seconds of the
        cloud's time."""
        late = _positive("seconds", seconds)
        words, often = f"are answered {late:g} s later", _often(rate, lasts)
        return self._on_calls("slow", service, operation, words, seconds=late, **often)

    def throttle_calls(
        self,
        service: str,
        operation: str | None = None,
        *,
        rate: float = 1.0,
        lasts: float | None = None,
    ) -> Fault:
        """Refuse every call of a service, or those of one operation, as too many."""
        return self._on_calls(
            "throttle", service, operation, "are throttled", **_often(rate, lasts)
        )

    def cut_off(self, name: str, *, rate: float = 1.0, lasts: float | None = None) -> Fault:
        """Keep topics, EventBridge, pipes and schedules from reaching a queue, a function, a topic
        or a bus. Calls that move the data of a table or topic do their work and lose the answer."""
        kinds = ("queue", "function", "topic", "table", "bus")
        return self._on("cut", name, kinds, "cannot be reached", **_often(rate, lasts))

    def kill(self, function: str, *, rate: float = 1.0, lasts: float | None = None) -> Fault:
        """Let the function's environment die after each invocation's work, before its answer."""
        often = _often(rate, lasts)
        return self._on("kill", function, ("function",), "dies before it answers", **often)

    def poison(self, function: str, text: str) -> Fault:
        """Let a function fail whenever what it is given holds `text`, an order's id for example."""
        if not isinstance(text, str) or not text:
            raise LearnerError(f"text is what a payload must hold, not {text!r}.")
        return self._on("poison", function, ("function",), f"fails on {text!r}", text=text)

    def duplicate(
        self, queue: str, times: int = 2, *, rate: float = 1.0, lasts: float | None = None
    ) -> Fault:
        """Let a standard queue deliver each message several times."""
        if isinstance(times, bool) or not isinstance(times, int) or times < 2:
            raise LearnerError(f"times is a whole number from 2 on, not {times!r}.")
        words, often = f"delivers each message {times} times", _often(rate, lasts)
        return self._on("duplicate", queue, ("queue",), words, times=times, **often)

    def delay(
        self, queue: str, seconds: float, *, rate: float = 1.0, lasts: float | None = None
    ) -> Fault:
        """Let a standard queue deliver each message so many seconds of the cloud's time later."""
        late = _positive("seconds", seconds)
        words, often = f"delivers {late:g} s later", _often(rate, lasts)
        return self._on("delay", queue, ("queue",), words, seconds=late, **often)

    def reorder(
        self, queue: str, seconds: float = 20.0, *, rate: float = 1.0, lasts: float | None = None
    ) -> Fault:
        """Let a standard queue deliver in another order: each message waits for a random time of
        up to so many seconds of the cloud's time."""
        most, often = _positive("seconds", seconds), _often(rate, lasts)
        words = "delivers in another order"
        return self._on("reorder", queue, ("queue",), words, seconds=most, **often)

    def mend(self, name: str | None = None) -> None:
        """Switch off the faults of one name, or all."""
        if name is None:
            self._target.page("faults", "DELETE")
            return
        for kind, friendly in meant(self._target, name, tuple(PREFIXES)):
            target = PREFIXES[kind] + self._target.name(friendly)
            self._target.page(f"faults?target={target}", "DELETE")

    def active(self) -> list[dict[str, Any]]:
        """The faults that are on, each with `since`, in seconds since 1970, and how often it has
        `struck`."""
        found: list[dict[str, Any]] = self._target.page("faults")
        return found

    def __repr__(self) -> str:
        found = self.active()
        if not found:
            return "No fault is on."
        return "\n".join(f"{fault['kind']} of {fault['target']}" for fault in found)

    def _on(
        self, fault: str, name: str, kinds: tuple[str, ...], words: str, **settings: Any
    ) -> Fault:
        need(self._target, FAULTS)
        kind, friendly = meant(self._target, name, kinds)[0]
        if kinds == ("queue",) and friendly.endswith(".fifo"):
            raise LearnerError(
                f"{friendly} is a FIFO queue: it delivers each message once, in order.",
                advice="A standard queue can be struck this way.",
            )
        struck = PREFIXES[kind] + self._target.name(friendly)
        return self._switch_on(fault, struck, f"The {kind} {friendly} {words}", **settings)

    def _on_calls(
        self, fault: str, service: str, operation: str | None, words: str, **settings: Any
    ) -> Fault:
        need(self._target, FAULTS)
        struck = calls_of(service, operation)
        named = struck.removeprefix("call/")
        return self._switch_on(fault, struck, f"Calls of {named} {words}", **settings)

    def _switch_on(self, fault: str, struck: str, words: str, **settings: Any) -> Fault:
        label = f"lab-{next(_NUMBERS)}"
        description = {"kind": fault, "target": struck, "label": label, **settings}
        self._target.page("faults", "POST", description)
        lasts = settings.get("lasts")
        end = f"for {lasts:g} s, or until it is mended." if lasts else "until it is mended."
        return Fault(self._target, label, f"{words} {end}")


def _often(rate: Any, lasts: Any) -> dict[str, float]:
    """How often a fault strikes, and for how long it is on."""
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= 1:
        raise LearnerError(f"rate is a share above 0, and 1 at most, not {rate!r}.")
    found = {"probability": float(rate)} if rate < 1 else {}
    return found if lasts is None else {**found, "lasts": _positive("lasts", lasts)}


def _positive(what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise LearnerError(f"{what} is a number above 0, not {value!r}.")
    return float(value)
