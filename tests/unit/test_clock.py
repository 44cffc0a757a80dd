"""The clock that can be stopped and moved on: timers, waits, and what is only a pace."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from orderlab.clock import Clock


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_a_sleep_ends_when_the_clock_is_moved_so_far() -> None:
    async def test() -> None:
        clock = Clock()
        clock.stop()
        before = clock.now(), clock.wall()
        sleeper = asyncio.create_task(clock.sleep(100))
        await asyncio.sleep(0)
        await clock.move(99)
        assert not sleeper.done()
        await clock.move(1)
        await asyncio.wait_for(sleeper, 5)
        assert (clock.now(), clock.wall()) == (before[0] + 100, before[1] + 100)

    run(test())


def test_waits_that_follow_each_other_begin_where_the_one_before_ended() -> None:
    async def test() -> None:
        clock, seen = Clock(), []
        clock.stop()
        began = clock.now()

        async def tick() -> None:
            for _ in range(5):
                await clock.sleep(60)
                seen.append(round(clock.now() - began))

        ticking = asyncio.create_task(tick())
        await asyncio.sleep(0)
        await clock.move(3600)
        await asyncio.wait_for(ticking, 5)
        assert seen == [60, 120, 180, 240, 300]

    run(test())


def test_a_pause_ends_also_while_the_clock_stands() -> None:
    async def test() -> None:
        clock = Clock(speed=100)
        clock.stop()
        await asyncio.wait_for(clock.pause(1), 5)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        assert not await clock.wait(future, 1)
        future.set_result(None)
        assert await clock.wait(future, 1000)

    run(test())


def test_a_timer_that_waits_goes_on_when_the_clock_runs_again() -> None:
    async def test() -> None:
        clock, called = Clock(speed=100), asyncio.Event()
        clock.call_later(1, called.set)
        taken_back = clock.call_later(1, lambda: 1 / 0)
        clock.stop()
        await clock.pause(3)
        assert not called.is_set()
        taken_back.cancel()
        taken_back.cancel()
        clock.run()
        await asyncio.wait_for(called.wait(), 5)

    run(test())


def test_the_clock_goes_on_from_what_it_has_shown() -> None:
    async def test() -> None:
        clock = Clock()
        assert clock.ahead == 0.0 and not clock.stopped
        await clock.move(1000)
        assert 999 < clock.ahead < 1001
        clock.stop()
        clock.stop()
        stood = clock.wall()
        clock.run()
        clock.run()
        assert 0 <= clock.wall() - stood < 5

    run(test())
