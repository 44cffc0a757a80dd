"""A time axis: round ticks, no two alike."""

from __future__ import annotations

import pytest

from orderlab.drawing.axis import MOST_TICKS, tick_label, ticks


@pytest.mark.parametrize("whole", [0.0, 0.004, 0.4, 1.0, 2.9, 3.0, 7.3, 320, 999, 12_345, 600_000])
def test_ticks_are_round_distinct_and_few(whole: float) -> None:
    whole = max(whole, 0.01)
    marks = ticks(whole)
    labels = [tick_label(tick, whole) for tick in marks]
    assert 2 <= len(marks) <= MOST_TICKS and marks[0] == 0 and marks[-1] <= whole * 1.001
    assert len(set(labels)) == len(labels)
    step = float(f"{marks[1]:.6g}")
    assert f"{step:e}"[0] in "125" and set(f"{step:e}".split("e")[0][1:]) <= set(".0")


def test_labels_name_the_unit_that_fits() -> None:
    assert [tick_label(t, 320) for t in ticks(320)] == ["0 ms", "100 ms", "200 ms", "300 ms"]
    assert tick_label(0.1, 0.4) == "0.1 ms"
    assert tick_label(5_000, 20_000) == "5 s"
