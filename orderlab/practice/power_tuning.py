"""What a function takes and costs at several memory sizes, measured one size after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.prices import TABLE
from orderlab.practice import functions
from orderlab.showing.exportable import Exportable
from orderlab.showing.sign_of_life import sign_of_life
from orderlab.showing.table import Table

if TYPE_CHECKING:
    from orderlab.showing.picture import Picture

_PRICES = {price.item: price.usd / price.per for price in TABLE}
_LEAST, _MOST = 128, 10_240


def cost_of(memory_mb: float, milliseconds: float) -> float:
    """US dollars of one invocation: a request, and the billed time (whole ms) times memory."""
    gb_seconds = math.ceil(milliseconds) / 1000 * memory_mb / 1024
    return _PRICES["lambda.requests"] + gb_seconds * _PRICES["lambda.gb_seconds"]


@dataclass(frozen=True, slots=True)
class AtSize:
    """The warm invocations of a function at one memory size."""

    memory_mb: int
    durations_ms: tuple[float, ...]

    @property
    def ms(self) -> float:
        return median(self.durations_ms)

    @property
    def usd_a_million(self) -> float:
        return 1e6 * cost_of(self.memory_mb, self.ms)


class PowerTuning(Exportable):
    """Time and cost of a function by memory size: `.ms[1024]`, `.usd[1024]` (a million calls)."""

    def __init__(self, function: str, measured: Sequence[AtSize]) -> None:
        self.function = function
        self.measured = list(measured)

    @property
    def ms(self) -> dict[int, float]:
        """The median duration in milliseconds, by memory size."""
        return {each.memory_mb: each.ms for each in self.measured}

    @property
    def usd(self) -> dict[int, float]:
        """US dollars for a million invocations of that duration, by memory size."""
        return {each.memory_mb: each.usd_a_million for each in self.measured}

    def table(self) -> Table:
        """The sizes beside each other."""
        rows = [
            {
                "memory": f"{each.memory_mb:,} MB",
                "median": f"{each.ms:,.0f} ms",
                "cost of a million": f"$ {each.usd_a_million:,.2f}",
            }
            for each in self.measured
        ]
        calls = len(self.measured[0].durations_ms)
        return Table(
            rows, caption=f"{self.function}: {calls} warm calls a size; second-hand prices"
        )

    def plot(self) -> Picture:
        """Time and cost, each as a multiple of its smallest value, over the memory size."""
        from orderlab.showing.plots import line_plot

        sizes = [f"{each.memory_mb:,}" for each in self.measured]
        return line_plot(
            f"{self.function}: time and cost by memory size, each against its least",
            {"time": _relative(self.ms.values()), "cost": _relative(self.usd.values())},
            x=sizes, x_label="memory (MB)", y_label="times the least",
            n=len(self.measured[0].durations_ms),
        )  # fmt: skip

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _relative(values: Any) -> list[float]:
    found = list(values)
    return [value / min(found) for value in found]


def power_tuning(
    target: Target, name: str, sizes: Sequence[int], payload: Any, calls: int
) -> PowerTuning:
    """Set each memory size in turn, call the function once to warm it, and measure `calls` calls.

    The function has its own size again at the end.
    """
    _check(sizes, calls)
    known = target.client("lambda").get_function_configuration(FunctionName=target.name(name))
    before = known["MemorySize"]
    measured = []
    with sign_of_life(f"Measuring {name} at {len(sizes)} memory sizes ..."):
        try:
            for size in sizes:
                functions.configure(target, name, MemorySize=size)
                functions.report(target, name, payload)
                reports = [functions.report(target, name, payload) for _ in range(calls)]
                measured.append(AtSize(size, tuple(report.duration_ms for report in reports)))
        finally:
            functions.configure(target, name, MemorySize=before)
    return PowerTuning(name, measured)


def _check(sizes: Sequence[int], calls: int) -> None:
    if not sizes or any(not _LEAST <= size <= _MOST for size in sizes):
        raise LearnerError(
            f"sizes={list(sizes)} cannot be measured.",
            advice=f"Take memory sizes from {_LEAST} to {_MOST:,} MB.",
        )
    if not 1 <= calls <= 100:
        raise LearnerError(f"n={calls} calls cannot be made.", advice="Take 1 to 100 a size.")
