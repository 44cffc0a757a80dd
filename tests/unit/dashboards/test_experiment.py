"""What the board says of faults and of the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderlab.dashboards.experiment import MOST_LINES, experiment_in_words

RUNS: dict[str, Any] = {"stopped": False, "ahead_seconds": 0.0, "now": 0.0}
NOON = datetime(2026, 12, 1, 12, 0, 5).timestamp()


def fault(target: str, kind: str = "error", since: float = NOON) -> dict[str, Any]:
    return {"target": target, "kind": kind, "since": since}


def test_nothing_is_said_when_nothing_is_broken() -> None:
    assert experiment_in_words([], RUNS) == []


def test_a_fault_is_said_with_the_time_since_when() -> None:
    found = experiment_in_words(
        [fault("table/orders", "slow"), fault("call/sqs.SendMessage")], RUNS
    )
    assert found == ["orders is slow since 12:00:05", "sqs.SendMessage fails since 12:00:05"]


def test_faults_of_several_orders_are_one_line() -> None:
    found = experiment_in_words([fault("a", since=NOON + 5), fault("a")], RUNS)
    assert found == ["a fails since 12:00:05"]


def test_many_faults_are_counted() -> None:
    found = experiment_in_words([fault(f"f{n}", since=NOON + n) for n in range(10)], RUNS)
    assert len(found) == MOST_LINES and found[-1] == "5 more faults are on"


def test_a_clock_that_stands_or_is_ahead_is_said() -> None:
    stands = {**RUNS, "stopped": True, "now": NOON}
    assert experiment_in_words([], stands) == ["The cloud's clock stands at 12:00:05"]
    ahead = {**RUNS, "ahead_seconds": 300.2}
    assert experiment_in_words([], ahead) == ["The cloud's clock is 300 s ahead"]
