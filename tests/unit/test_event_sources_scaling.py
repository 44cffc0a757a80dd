"""How many pollers a queue gets: simulated functions, hand-turned time."""

from __future__ import annotations

from collections.abc import Callable

from orderlab.cloud.event_sources.machine import Machine
from orderlab.cloud.event_sources.scaling import Scaling


def pollers_after(
    seconds: float,
    batch_seconds: Callable[[int], float],
    *,
    backlog: bool = True,
    limit: int = 1250,
) -> int:
    """Let pollers work on a queue for a while; the time of a batch depends on how many work."""
    scaling = Scaling(limit)
    now = 0.0
    under_way: list[tuple[float, float]] = []
    scaling.received(now, backlog=backlog)
    scaling.started(now, 0)
    while now < seconds:
        for ends, took in [batch for batch in under_way if batch[0] <= now]:
            under_way.remove((ends, took))
            scaling.finished(now, 10, took)
        while len(under_way) < scaling.pollers:
            scaling.received(now, backlog=backlog)
            took = batch_seconds(len(under_way) + 1)
            under_way.append((now + took, took))
            scaling.consider(now)
        scaling.consider(now)
        now += 0.01
    return scaling.pollers


def test_functions_that_wait_are_given_more_and_more_pollers() -> None:
    assert pollers_after(10, lambda _: 0.5) > 10


def test_functions_that_need_the_processor_are_not() -> None:
    assert pollers_after(20, lambda together: 0.05 * together) <= 2


def test_a_queue_that_is_not_full_keeps_one_poller() -> None:
    assert pollers_after(10, lambda _: 0.02, backlog=False) == 1


def test_one_long_batch_does_not_keep_the_others_waiting() -> None:
    assert pollers_after(4, lambda _: 60.0, backlog=False) == 5


def test_the_maximum_concurrency_is_kept() -> None:
    assert pollers_after(10, lambda _: 0.5, limit=3) == 3


def test_no_more_than_300_are_added_in_a_minute() -> None:
    assert pollers_after(20, lambda _: 1.0) <= 5 + 5 * 20


def test_a_throttled_function_is_called_by_fewer() -> None:
    scaling = Scaling()
    scaling.pollers = 8
    scaling.throttled(1.0)
    assert scaling.pollers == 4
    scaling.idle()
    assert scaling.pollers == 3


def test_a_busy_machine_gets_no_further_environments_unless_nothing_moves() -> None:
    scaling = Scaling()
    scaling.started(0.0, 0)
    scaling.consider(2.0, machine_busy=True)
    assert scaling.pollers == 1
    scaling.consider(3.0, machine_busy=True)
    assert scaling.pollers == 2


def test_a_machine_is_busy_when_its_processors_were() -> None:
    looks = iter([(0.0, 0.0), (0.01, 1.0), (0.9, 2.0), (0.9, 200.0)])
    times = iter([0.0, 0.5, 1.0, 99.0])
    machine = Machine(lambda: next(looks), lambda: next(times))
    assert [machine.is_busy() for _ in range(4)] == [False, True, False, False]


def test_a_machine_is_busy_when_the_cloud_itself_has_no_time_left() -> None:
    looks = iter([(0.0, 0.0), (100.0, 100.0), (200.0, 200.0)])
    own = iter([0.0, 0.9, 1.0])
    times = iter([0.0, 1.0, 2.0])
    machine = Machine(lambda: next(looks), lambda: next(times), lambda: next(own))
    assert [machine.is_busy() for _ in range(3)] == [False, True, False]
