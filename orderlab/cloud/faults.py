"""Break things on purpose: what is to fail, for whom, and whether it strikes now."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Fault

KINDS = (
    "error", "slow", "throttle", "kill", "poison", "duplicate", "delay", "reorder", "cut",
)  # fmt: skip
_NUMBERS = {"seconds", "times", "probability", "limit", "lasts"}
_TEXTS = {"target", "text", "label"}
_KNOWN = {field.name for field in fields(Fault)}


class FaultBoard:
    """The faults that are switched on, seeded so that an experiment repeats itself."""

    def __init__(self, seed: int | None = None, clock: Clock | None = None) -> None:
        """`clock` tells how long a fault is on."""
        self.random = random.Random(seed)
        self._clock = clock or Clock()
        self._armed: dict[tuple[str, str], list[Armed]] = {}
        # whether calls of a service, a table or a topic are struck: asked for every call
        self.strikes_calls = False
        # whether there are any: asked for every message
        self.armed = False

    def switch_on(self, description: Mapping[str, Any]) -> Fault:
        """Switch a fault on, replacing one of the same kind, target and orders.

        Raises ValidationException.
        """
        fault = read_fault(description)
        others = [
            armed
            for armed in self._armed.get((fault.kind, fault.target), ())
            if armed.fault.ids != fault.ids
        ]
        armed = Armed(fault, self._clock.wall(), self._clock.now())
        self._armed[fault.kind, fault.target] = [*others, armed]
        self._look()
        return fault

    def switch_off(self, target: str | None = None, label: str | None = None) -> None:
        """Switch off every fault, or those of one target, or of a label and what begins with it
        and a slash."""
        kept = {
            key: [armed for armed in faults if not _meant(armed.fault, target, label)]
            for key, faults in self._armed.items()
        }
        self._armed = {key: faults for key, faults in kept.items() if faults}
        self._look()

    def all(self) -> list[dict[str, Any]]:
        """The faults that are on, as they were described; `since` when, in seconds since 1970,
        and how often each has `struck`."""
        self._forget_ended()
        return [armed.shown() for faults in self._armed.values() for armed in faults]

    def active(self, kind: str, target: str, payload: bytes = b"") -> Fault | None:
        """The fault of that kind that strikes now, if any. It counts as one strike."""
        if not self._armed:
            return None
        found: Fault | None = None
        for armed in self._armed.get((kind, target), ()):
            if armed.ends and self._clock.now() >= armed.ends:
                continue
            # all of them are asked: one strike uses up what it has of each
            if armed.strikes(payload, self.random):
                found = found or armed.fault
        return found

    def concerns(self, target: str, payload: bytes) -> bool:
        """Whether a fault that is bound to orders waits for this payload. It does not strike."""
        if not self._armed:
            return False
        faults = [armed for kind in KINDS for armed in self._armed.get((kind, target), ())]
        return any(armed.fault.ids and armed.waits_for(payload) for armed in faults)

    def _forget_ended(self) -> None:
        now = self._clock.now()
        kept = {
            key: [armed for armed in faults if not armed.ends or now < armed.ends]
            for key, faults in self._armed.items()
        }
        self._armed = {key: faults for key, faults in kept.items() if faults}
        self._look()

    def _look(self) -> None:
        self.armed = bool(self._armed)
        self.strikes_calls = any("/" in target for _, target in self._armed)


class Armed:
    """A fault that is switched on, and how often it has struck."""

    def __init__(self, fault: Fault, since: float, now: float) -> None:
        """`since` is in seconds since 1970; `now` is the time of the clock that ends it."""
        self.fault = fault
        self.since = since
        self.ends = now + fault.lasts if fault.lasts else 0.0
        self.struck = 0
        self._ids = [(each, each.encode()) for each in fault.ids]
        self._struck: Counter[str] = Counter()

    def waits_for(self, payload: bytes) -> bool:
        """Whether the payload is about what the fault is to strike, as often as it may."""
        return bool(self._due(payload))

    def strikes(self, payload: bytes, chance: random.Random) -> bool:
        """Whether it strikes now, by text, orders, limit and probability; counts the strike."""
        fault = self.fault
        if fault.text and fault.text.encode() not in payload:
            return False
        due = self._due(payload)
        if not due:
            return False
        if fault.probability < 1 and chance.random() >= fault.probability:
            return False
        self._struck.update(due)
        self.struck += 1
        return True

    def shown(self) -> dict[str, Any]:
        """The fault as the pages show it."""
        return {**asdict(self.fault), "since": self.since, "struck": self.struck}

    def _due(self, payload: bytes) -> list[str]:
        named = [each for each, encoded in self._ids if encoded in payload] if self._ids else [""]
        limit = self.fault.limit
        return [each for each in named if not limit or self._struck[each] < limit]


def read_fault(description: Mapping[str, Any]) -> Fault:
    """A fault from its description. Raises ValidationException if the description is invalid."""
    kind = description.get("kind")
    if kind not in KINDS:
        raise ValidationException(f"Unknown kind of fault {kind!r}; one of {', '.join(KINDS)}.")
    unknown = set(description) - _KNOWN
    if unknown or not description.get("target"):
        what = f"unknown member {sorted(unknown)[0]}" if unknown else "it has no target"
        raise ValidationException(f"A fault cannot be read: {what}.")
    for name, value in description.items():
        wanted = (int, float) if name in _NUMBERS else str if name in _TEXTS else object
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise ValidationException(f"A fault cannot be read: {name} cannot be {value!r}.")
    ids = description.get("ids", ())
    if not _are_texts(ids):
        raise ValidationException("A fault cannot be read: ids is a list of texts.")
    return Fault(**{**description, "ids": tuple(ids)})


def _are_texts(values: Any) -> bool:
    if isinstance(values, str) or not isinstance(values, Iterable):
        return False
    return all(isinstance(each, str) and each for each in values)


def _meant(fault: Fault, target: str | None, label: str | None) -> bool:
    if label:
        return fault.label == label or fault.label.startswith(f"{label}/")
    return not target or fault.target == target
