"""How many pollers a queue gets, by hand-turned time."""

from __future__ import annotations

import pytest

from orderlab.cloud.event_sources.scaling import AT_FIRST, HOLD_SECONDS, Scaling


def after_waiting(scaling: Scaling, seconds: float, *, begin: float = 0.0) -> int:
    """The pollers after all were busy, with messages waiting, for so long."""
    for tick in range(1, round(seconds * 20) + 1):
        scaling.wait(begin + tick / 20, 1 / 20)
    return scaling.pollers


def test_a_queue_begins_with_five_pollers() -> None:
    assert Scaling().pollers == 5


@pytest.mark.parametrize("maximum", [2, 3])
def test_a_maximum_below_five_is_reached_at_once_and_not_passed(maximum: int) -> None:
    scaling = Scaling(maximum)
    assert scaling.pollers == maximum
    assert after_waiting(scaling, 60) == maximum


def test_while_messages_wait_300_are_added_in_a_minute() -> None:
    assert after_waiting(Scaling(), 60) == AT_FIRST + 300


def test_there_are_never_more_than_1250() -> None:
    assert after_waiting(Scaling(), 600) == 1_250


def test_an_empty_queue_goes_back_to_five_or_to_those_that_are_busy() -> None:
    scaling = Scaling()
    after_waiting(scaling, 10)
    scaling.quiet(busy=20)
    assert scaling.pollers == 20
    scaling.quiet(busy=0)
    assert scaling.pollers == 5


def test_a_throttled_function_gets_no_more_than_it_works_on_for_a_while() -> None:
    scaling = Scaling()
    scaling.throttled(1.0, working=2)
    assert after_waiting(scaling, HOLD_SECONDS - 0.5, begin=1.0) == 2
    assert after_waiting(scaling, 2.0, begin=1.0 + HOLD_SECONDS) > 2
    scaling.throttled(9.0, working=0)
    assert scaling.pollers == 1
