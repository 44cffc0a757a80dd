"""Breaks what stands, as the plan says, when the order comes for which it says so."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LabError
from orderlab.storm.parts import Parts
from orderlab.storm.plan import WORDS, Plan, Strike

# what a fault's target is called beside its name: a queue and a table may have the same
_PREFIXES = {"table": "table/", "topic": "topic/"}


class Nemesis:
    """Carries a plan out on what is deployed. `ids` are the orders' ids, in their order.

    `mend` ends all of its faults, and no other's.
    """

    def __init__(self, target: Target, plan: Plan, parts: Parts, ids: Sequence[str]) -> None:
        self._target, self._plan, self._parts, self._ids = target, plan, parts, ids
        self._label = f"storm-{secrets.token_hex(4)}"
        self._begins: dict[int, list[tuple[str, Strike]]] = defaultdict(list)
        self._ends: dict[int, list[str]] = defaultdict(list)
        self.struck: Counter[str] = Counter()
        for index, strike in enumerate(plan.strikes):
            label = f"{self._label}/{index}"
            self._begins[strike.first].append((label, strike))
            if strike.until:
                self._ends[strike.until].append(label)

    def before(self, number: int) -> None:
        """Let everything be in place before an order is sent."""
        for label in self._ends.get(number, ()):
            self._target.page(f"faults?label={label}", "DELETE")
        begins = self._begins.get(number, ())
        faults = [each for label, strike in begins for each in self._faults(label, strike)]
        if faults:
            self._target.page("faults", "POST", {"faults": faults})
        for _, strike in begins:
            if strike.part == "environment":
                self._kill_idle()
            if self._names(strike):
                self.struck[strike.kind] += len(strike.orders)

    def mend(self) -> None:
        """Switch off whatever of the storm is still on."""
        self._target.page(f"faults?label={self._label}", "DELETE")

    def count(self) -> list[tuple[str, int]]:
        """How many orders each kind of fault struck, in the words of the card."""
        return [(word, self.struck[kind]) for kind, word in WORDS.items() if self.struck[kind]]

    def _names(self, strike: Strike) -> list[str]:
        prefix = _PREFIXES.get(strike.part, "")
        names = self._parts.names(strike.where, strike.part)
        return [prefix + self._target.name(name) for name in names]

    def _faults(self, label: str, strike: Strike) -> list[dict[str, Any]]:
        if strike.part == "environment":
            return []
        ids = [self._ids[number - 1] for number in strike.orders if number <= len(self._ids)]
        return [
            {
                "kind": strike.kind,
                "target": name,
                "ids": ids,
                "limit": strike.limit,
                "seconds": strike.seconds,
                "times": strike.times,
                "label": label,
            }
            for name in self._names(strike)
        ]

    def _kill_idle(self) -> None:
        for name in self._parts.functions:
            query = f"function={self._target.name(name)}&which=idle"
            self._target.page(f"environments?{query}", "DELETE")


def mend_quietly(nemesis: Nemesis) -> None:
    """Mend, also where the cloud is gone: then nothing is broken any more."""
    try:
        nemesis.mend()
    except LabError:
        return
