"""Break things on purpose: what is to fail, for whom, and whether it strikes now."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Fault

KINDS = ("error", "slow", "throttle", "kill", "duplicate", "poison")


class FaultBoard:
    """The faults that are switched on, seeded so that an experiment repeats itself."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)
        self._faults: dict[tuple[str, str], Fault] = {}

    def switch_on(self, description: Mapping[str, Any]) -> Fault:
        """Switch a fault on, replacing one of the same kind and target."""
        kind = description.get("kind")
        if kind not in KINDS:
            raise ValidationException(f"Unknown kind of fault {kind!r}; one of {', '.join(KINDS)}.")
        try:
            fault = Fault(**description)
        except TypeError as error:
            raise ValidationException(f"A fault cannot be read: {error}.") from None
        self._faults[fault.kind, fault.target] = fault
        return fault

    def switch_off(self, target: str | None = None) -> None:
        """Switch off every fault, or those of one target."""
        self._faults = {
            key: fault for key, fault in self._faults.items() if target and key[1] != target
        }

    def all(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults.values()]

    def active(self, kind: str, target: str, payload: bytes = b"") -> Fault | None:
        fault = self._faults.get((kind, target)) if self._faults else None
        if fault is None:
            return None
        if fault.text and fault.text.encode() not in payload:
            return None
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return None
        return fault
