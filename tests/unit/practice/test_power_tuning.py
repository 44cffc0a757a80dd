"""What an invocation costs, and the curve of a function's sizes."""

from __future__ import annotations

import pytest

from orderlab.practice.power_tuning import AtSize, PowerTuning, cost_of


def test_whole_milliseconds_are_billed_for_memory_and_time() -> None:
    assert cost_of(1024, 1000) == pytest.approx(0.0000166667 + 0.20 / 1e6)
    assert cost_of(1024, 10.1) == cost_of(1024, 11)
    assert cost_of(2048, 500) == pytest.approx(cost_of(1024, 1000))


def test_the_curve_is_of_medians() -> None:
    tuned = PowerTuning("seal", [AtSize(128, (9.0, 10.0, 50.0)), AtSize(1024, (2.0, 1.0, 1.5))])
    assert tuned.ms == {128: 10.0, 1024: 1.5}
    assert tuned.usd[128] == pytest.approx(1e6 * cost_of(128, 10))
    assert "128 MB" in repr(tuned)
