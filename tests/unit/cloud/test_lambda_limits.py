"""The share of processor time that memory buys, on a clock turned by hand.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from __future__ import annotations

import itertools

import pytest

from orderlab.cloud.lambda_.limits import CpuShare
from orderlab.cloud.lambda_.process import FunctionProcess

STEP_SECONDS = 0.05


class Spinning(FunctionProcess):
    """A process that uses a whole processor whenever it may run."""

    def __init__(self) -> None:
        super().__init__(0)
        self.used, self.paused = 0.0, False

    def cpu_seconds(self) -> float:
        return self.used

    def pause(self, paused: bool) -> None:
        self.paused = paused


class Machine:
    """Lets an environment's process work, and looks after it as the cloud does."""

    def __init__(self, memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1.0
        monkeypatch.setattr("os.cpu_count", lambda: 2)
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        self._share, self._process = CpuShare(memory), Spinning()

    def seconds_for(self, work: float) -> float:
        """How long an invocation takes that needs so much processor time."""
        began, until = self.now, self._process.used + work
        self._share.begin(self._process)
        while self._process.used < until - 1e-9:
            step = min(STEP_SECONDS, until - self._process.used)
            self.now += step
            if not self._process.paused:
                self._process.used += step
            self._share.govern(self._process)
        self._share.done(self._process)
        return self.now - began


@pytest.mark.parametrize("work", [0.4, 0.8, 1.5, 5.0])
def test_a_quarter_of_the_memory_takes_four_times_as_long(
    work: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = {}
    for memory in (256, 1024):
        machine = Machine(memory, monkeypatch)
        first = machine.seconds_for(work)
        took[memory] = (first, machine.seconds_for(work))
    cold, warm = (took[256][number] / took[1024][number] for number in (0, 1))
    assert 3.3 < warm < 4.3
    # a first invocation that is short is not slowed down
    assert 3.3 < cold < 4.3 or work < 0.7


def test_a_whole_processor_is_never_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(1769, monkeypatch)
    assert machine.seconds_for(3.0) == pytest.approx(3.0)


def test_short_first_invocations_run_at_full_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(128, monkeypatch)
    assert machine.seconds_for(0.45) == pytest.approx(0.45)
    assert machine.seconds_for(0.1) < 0.3


def test_no_invocation_is_slowed_down_at_once_by_much_more_than_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [Machine(128, monkeypatch).seconds_for(0.5 + step / 100) for step in range(0, 50, 5)]
    assert all(later - earlier < 1.5 for earlier, later in itertools.pairwise(times))
