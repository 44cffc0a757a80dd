"""What an experiment may break, in the local cloud: `lab.faults`.

    lab.faults.fail("shipping")                       until lab.faults.mend("shipping")
    with lab.faults.slow_down("shipping", 2): ...     until the block ends

Functions, queues, tables and topics are broken by their names. Where a function and a table have
the same name the function is meant; "shipping (table)", as traces write it, means the table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from orderlab.aws_target.base import FAULTS, Target
from orderlab.errors import LearnerError

_NUMBERS = itertools.count(1)
# how the cloud tells a table's or a topic's faults from those of a function with the same name
_PREFIXES = {"function": "", "queue": "", "table": "table/", "topic": "topic/"}


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


class Faults:
    """Switches faults on and off. Names are those of functions, queues, tables or topics.

    Every fault raises LearnerError for a name that does not exist.
    """

    def __init__(self, target: Target) -> None:
        self._target = target

    def fail(self, name: str) -> Fault:
        """Let a function raise whenever it is invoked, or a table's or topic's calls fail."""
        return self._on("error", name, ("function", "table", "topic"), "fails")

    def slow_down(self, name: str, seconds: float) -> Fault:
        """Hold back the answers of a function, a table or a topic by so many seconds of the
        cloud's time."""
        late = _positive("seconds", seconds)
        kinds = ("function", "table", "topic")
        return self._on("slow", name, kinds, f"answers {late:g} s later", seconds=late)

    def throttle(self, name: str) -> Fault:
        """Refuse a function's invocations, or a table's or topic's calls, for want of capacity."""
        return self._on("throttle", name, ("function", "table", "topic"), "is throttled")

    def kill(self, function: str) -> Fault:
        """Let the function's environment die after each invocation's work, before its answer."""
        return self._on("kill", function, ("function",), "dies before it answers")

    def poison(self, function: str, text: str) -> Fault:
        """Let a function fail whenever what it is given holds `text`, an order's id for example."""
        if not isinstance(text, str) or not text:
            raise LearnerError(f"text is what a payload must hold, not {text!r}.")
        return self._on("poison", function, ("function",), f"fails on {text!r}", text=text)

    def duplicate(self, queue: str, times: int = 2) -> Fault:
        """Let a standard queue deliver each message several times."""
        if isinstance(times, bool) or not isinstance(times, int) or times < 2:
            raise LearnerError(f"times is a whole number from 2 on, not {times!r}.")
        words = f"delivers each message {times} times"
        return self._on("duplicate", queue, ("queue",), words, times=times)

    def delay(self, queue: str, seconds: float) -> Fault:
        """Let a standard queue deliver each message so many seconds of the cloud's time later."""
        late = _positive("seconds", seconds)
        return self._on("delay", queue, ("queue",), f"delivers {late:g} s later", seconds=late)

    def reorder(self, queue: str, seconds: float = 20.0) -> Fault:
        """Let a standard queue deliver in another order: each message waits for a random time of
        up to so many seconds of the cloud's time."""
        most = _positive("seconds", seconds)
        return self._on("reorder", queue, ("queue",), "delivers in another order", seconds=most)

    def mend(self, name: str | None = None) -> None:
        """Switch off the faults of one name, or all."""
        if name is None:
            self._target.page("faults", "DELETE")
            return
        for kind, friendly in self._meant(name, tuple(_PREFIXES)):
            target = _PREFIXES[kind] + self._target.name(friendly)
            self._target.page(f"faults?target={target}", "DELETE")

    def active(self) -> list[dict[str, Any]]:
        """The faults that are on."""
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
        if FAULTS not in self._target.can:
            raise LearnerError("Faults can be switched on only in the local cloud.")
        kind, friendly = self._meant(name, kinds)[0]
        if kind == "queue" and friendly.endswith(".fifo"):
            raise LearnerError(
                f"{friendly} is a FIFO queue: it delivers each message once, in order.",
                advice="A standard queue can be struck this way.",
            )
        label = f"lab-{next(_NUMBERS)}"
        description = {"kind": fault, "target": _PREFIXES[kind] + self._target.name(friendly)}
        self._target.page("faults", "POST", {**description, "label": label, **settings})
        return Fault(self._target, label, f"The {kind} {friendly} {words} until it is mended.")

    def _meant(self, name: str, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
        """What a name stands for: (kind, name), the first of `kinds` that has it first."""
        friendly, _, ending = str(name).partition(" (")
        wanted = [kind for kind in kinds if not ending or kind == ending.rstrip(")")]
        names = {kind: _NAMES[kind](self._target) for kind in kinds}
        found = [(kind, friendly) for kind in wanted if self._target.name(friendly) in names[kind]]
        if found:
            return found
        what = " or ".join(kinds) if len(kinds) < 4 else "resource"
        listed = [f"{kind}s {', '.join(sorted(names[kind]))}" for kind in kinds if names[kind]]
        there = f"There are the {'; '.join(listed)}." if listed else "None is deployed yet."
        raise LearnerError(f"There is no {what} {name!r}.", advice=there)


def _positive(what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise LearnerError(f"{what} is a number above 0, not {value!r}.")
    return float(value)


def _functions(target: Target) -> set[str]:
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    return {each["FunctionName"] for page in pages for each in page["Functions"]}


def _queues(target: Target) -> set[str]:
    pages = target.client("sqs").get_paginator("list_queues").paginate()
    return {url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", ())}


def _tables(target: Target) -> set[str]:
    pages = target.client("dynamodb").get_paginator("list_tables").paginate()
    return {name for page in pages for name in page["TableNames"]}


def _topics(target: Target) -> set[str]:
    pages = target.client("sns").get_paginator("list_topics").paginate()
    return {each["TopicArn"].rpartition(":")[2] for page in pages for each in page["Topics"]}


_NAMES: Mapping[str, Callable[[Target], set[str]]] = {
    "function": _functions,
    "queue": _queues,
    "table": _tables,
    "topic": _topics,
}
