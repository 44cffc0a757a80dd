"""A figure: what was measured, and what it is to reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number with its unit; at most one of `at_most` and `at_least` says what is wanted."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reach(self) -> str:
        """What is wanted in words; empty for a figure that is only told."""
        if self.at_most is not None:
            return f"at most {self.at_most:g} {self.unit}"
        return f"at least {self.at_least:g} {self.unit}" if self.at_least is not None else ""

    @property
    def met(self) -> str:
        """`yes`, `no`, or nothing where nothing is wanted."""
        if self.at_most is not None:
            return "yes" if self.value <= self.at_most else "no"
        if self.at_least is not None:
            return "yes" if self.value >= self.at_least else "no"
        return ""

    @property
    def measured(self) -> str:
        number = f"{self.value:,.0f}" if abs(self.value) >= 100 else f"{self.value:.2f}"
        return f"{number} {self.unit}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


HEADINGS = ("figure", "measured", "reach", "met?")


def rows(figures: Iterable[Figure]) -> list[tuple[str, str, str, str]]:
    return [(each.name, each.measured, each.reach, each.met) for each in figures]


def as_text(figures: Iterable[Figure]) -> str:
    """The table for a terminal."""
    table = [HEADINGS, *rows(figures)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def as_markdown(figures: Iterable[Figure]) -> str:
    """The table for a page."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|---:|---:|---|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows(figures))])
