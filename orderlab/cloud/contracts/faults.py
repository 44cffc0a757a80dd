"""Faults that an experiment switches on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Fault:
    """What an experiment breaks: a function, a standard queue, `table/NAME`, `topic/NAME`, or the
    calls of a service, `call/SERVICE` or `call/SERVICE.OPERATION`, by boto3's names.

    Functions: `error` (raises instead of running), `slow` (the answer is held back by `seconds`),
    `throttle` (calls are refused), `kill` (the environment dies after the code ran, before the
    answer), `poison` (fails whenever the payload holds `text`). Queues: `duplicate` (each message
    is delivered `times` times), `delay` (by `seconds`), `reorder` (each message waits for a random
    time up to `seconds`). Calls of a service, and those that move a table's or topic's data:
    `error`, `slow`, `throttle`, `cut` (the call does its work, and its answer is lost). `cut` of a
    queue, a function, a `topic/NAME` or a `bus/NAME` also keeps topics, EventBridge, pipes and
    schedules from reaching it. `cut` of `replication/NAME` holds up what replicas of a table tell
    each other, `slow` makes it late by `seconds`.

    With `ids` a fault strikes only what names one of these orders; with `limit`, each of them so
    many times. With `probability` it strikes as often as that, and with `lasts` it ends by itself
    after so many seconds of the clock. Faults of one `label` end together.
    """

    kind: str
    target: str
    seconds: float = 0.0
    times: int = 2
    text: str = ""
    probability: float = 1.0
    ids: tuple[str, ...] = ()
    limit: int = 0
    lasts: float = 0.0
    label: str = ""


class Faults(Protocol):
    """The faults, as those see them whom they strike."""

    @property
    def armed(self) -> bool:
        """Whether any fault is switched on. Queues ask this for every message."""

    @property
    def strikes_calls(self) -> bool:
        """Whether calls of a service, a table or a topic are struck. Asked for every call."""

    @property
    def random(self) -> Random:
        """The seeded numbers with which faults are drawn, so that an experiment repeats itself."""

    def active(self, kind: str, target: str, payload: bytes = b"") -> Fault | None:
        """The fault of that kind that strikes now, if any. It counts as one strike."""

    def concerns(self, target: str, payload: bytes) -> bool:
        """Whether a fault that is bound to orders waits for this payload. It does not strike."""


class FaultSwitches(Protocol):
    """The faults, as the pages of `/_orderlab/faults` see them."""

    def switch_on(self, description: Mapping[str, Any]) -> Fault:
        """Switch a fault on, in place of one with the same kind, target and orders.

        Raises ValidationException if the description is invalid.
        """

    def switch_off(self, target: str | None = None, label: str | None = None) -> None:
        """Switch off every fault; or those of one target; or those of a label and below it."""

    def all(self) -> list[dict[str, Any]]:
        """The faults that are on, as described, with `since` and how often they have `struck`."""
