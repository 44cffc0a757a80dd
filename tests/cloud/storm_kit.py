"""A storm over a system of a chapter, on a cloud of its own."""

from __future__ import annotations

from collections.abc import Callable

from orderlab.aws_target.base import Target
from orderlab.aws_target.local import LocalTarget
from orderlab.orders import architecture
from orderlab.session import WAIT_SPEED
from orderlab.storm.result import Storm
from orderlab.storm.run import storm

# fewer than usual: every sort of fault strikes in these too
ORDERS = 60


def storm_over(
    chapter: int,
    mistake: Callable[[Target], object] | None = None,
    *,
    seed: int,
    orders: int = ORDERS,
) -> Storm:
    """Build a chapter's system, make a mistake in it, and let a storm loose.

    Done again where functions timed out that the storm did not strike: on a machine that has no
    time for them, a right system fails too.
    """
    for _ in range(3):
        found = _once(chapter, mistake, seed, orders)
        if not found.timed_out:
            break
    return found


def _once(
    chapter: int, mistake: Callable[[Target], object] | None, seed: int, orders: int
) -> Storm:
    with LocalTarget.start(seed=seed, speed=WAIT_SPEED) as target:
        architecture.build(target, chapter, from_nothing=True)
        if mistake is not None:
            mistake(target)
        found = storm(target, orders, seed)
        assert target.page("faults") == [], "a storm mends what it broke"
        return found


def broken(found: Storm) -> set[str]:
    return {promise for promise, orders in found.broken.items() if orders}


def assert_first_is_drawn(found: Storm, promise: str) -> None:
    """The first order of a broken promise is told in words and drawn, in few arrows."""
    first = found.broken[promise][0]
    picture = found.sequence(promise)
    assert f"Order {first.number}." in picture.alt and first.said in picture.alt
    assert picture.svg.count('class="arrow') <= 12
    assert first.said in repr(found)
