"""What one run gave, as values: the report, the terminal and the JSON file all read these."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import psutil

from orderlab.orders.books import Books
from orderlab.orders.figures import percentiles
from orderlab.orders.prices import CHECKED_ON, REGION, Charge, total_usd
from orderlab.orders.replayed import Replayed
from orderlab.orders.sampling import Sample


@dataclass
class Run:
    """One replay with all that was measured about it."""

    replayed: Replayed
    books: Books
    samples: list[Sample] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    peak_memory_mb: float = 0.0
    peak_environments: int = 0

    @property
    def orders_per_second(self) -> float:
        span = self.books.span_seconds
        return self.books.stored / span if span else 0.0


@dataclass
class Outage:
    """A replay during which the shipping function was broken: the books while it was, after it
    was repaired and its dead letters were sent back, and how long each part took."""

    replayed: Replayed
    while_broken: Books
    after: Books
    broken_seconds: float
    recovery_seconds: float
    wait_speed: float


@dataclass
class Demo:
    """Everything that the report tells."""

    orders_name: str
    main: Run
    outage: Outage
    picture: str = ""
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def all_well(self) -> bool:
        return self.main.books.all_well and self.outage.after.all_well

    def as_json(self) -> dict[str, Any]:
        """The report's numbers; milliseconds, seconds, dollars and megabytes, as the keys say."""
        return {
            "at": self.at,
            "machine": machine(),
            "orders": self.orders_name,
            "nothing_lost_or_doubled": self.all_well,
            "replay": _run(self.main),
            "outage": _outage(self.outage),
        }


def machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": psutil.cpu_count(),
    }


def why_refused(replayed: Replayed) -> dict[str, int]:
    """How many orders were refused, by status and reason."""
    reasons = Counter(f"{entry.status}: {entry.reason}" for entry in replayed.refused)
    return dict(reasons.most_common())


def _run(run: Run) -> dict[str, Any]:
    return {
        **_sent(run.replayed),
        **_booked(run.books),
        "answer_ms": _rounded(percentiles(run.replayed.answer_ms)),
        "end_to_end_ms": _rounded(percentiles(run.books.end_to_end_ms)),
        "orders_per_second": round(run.orders_per_second, 1),
        "peak_memory_mb": round(run.peak_memory_mb),
        "peak_environments": run.peak_environments,
        "cost": {
            "region": REGION,
            "prices_checked_on": CHECKED_ON,
            "note": "second-hand prices; no free tier",
            "total_usd": round(total_usd(run.charges), 6),
            "charges": [asdict(charge) for charge in run.charges],
        },
        "samples": [asdict(sample) for sample in run.samples],
    }


def _outage(outage: Outage) -> dict[str, Any]:
    return {
        **_sent(outage.replayed),
        "while_broken": _booked(outage.while_broken),
        "after_repair": _booked(outage.after),
        "broken_seconds": round(outage.broken_seconds, 1),
        "recovery_seconds": round(outage.recovery_seconds, 1),
        "waits_shortened_by": outage.wait_speed,
    }


def _sent(replayed: Replayed) -> dict[str, Any]:
    return {
        "accepted": len(replayed.accepted),
        "refused": why_refused(replayed),
        "refused_lines": [asdict(entry) for entry in replayed.refused],
        "malformed_lines": [asdict(entry) for entry in replayed.malformed],
        "sent_again": replayed.repeats,
        "seconds": round(replayed.seconds, 2),
    }


def _booked(books: Books) -> dict[str, Any]:
    return {
        "distinct_orders": books.accepted,
        "stored": books.stored,
        "delivered": books.applied,
        "lost": books.lost,
        "applied_twice": books.twice,
        "dead_letters": books.dead,
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in figures.items()}
