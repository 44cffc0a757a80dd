"""What an experiment may break, in the local cloud: `lab.faults`."""

from __future__ import annotations

from typing import Any

from orderlab.errors import LearnerError
from orderlab.target.base import FAULTS, Target


class Faults:
    """Switches faults on and off. Names are those of functions, queues or tables."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def fail(self, function: str) -> None:
        """Let a function raise an error whenever it is invoked."""
        self._on(kind="error", target=function)

    def slow_down(self, function: str, seconds: float) -> None:
        """Hold back a function's answers by so many seconds of the cloud's time."""
        self._on(kind="slow", target=function, seconds=seconds)

    def poison(self, function: str, text: str) -> None:
        """Let a function fail whenever what it is given holds `text`, an order's id for example."""
        self._on(kind="poison", target=function, text=text)

    def duplicate(self, queue: str, times: int = 2) -> None:
        """Let a standard queue deliver each message several times."""
        self._on(kind="duplicate", target=queue, times=times)

    def throttle(self, name: str) -> None:
        """Let a function's invocations, or a table's calls, be refused for want of capacity."""
        self._on(kind="throttle", target=name)

    def mend(self, name: str | None = None) -> None:
        """Switch off the faults of one name, or all."""
        query = f"?target={self._target.name(name)}" if name else ""
        self._target.page(f"faults{query}", "DELETE")

    def active(self) -> list[dict[str, Any]]:
        """The faults that are on."""
        found: list[dict[str, Any]] = self._target.page("faults")
        return found

    def __repr__(self) -> str:
        found = self.active()
        if not found:
            return "No fault is on."
        return "\n".join(f"{fault['kind']} of {fault['target']}" for fault in found)

    def _on(self, *, target: str, **fault: Any) -> None:
        if FAULTS not in self._target.can:
            raise LearnerError("Faults can be switched on only in the local cloud.")
        self._target.page("faults", "POST", {**fault, "target": self._target.name(target)})
