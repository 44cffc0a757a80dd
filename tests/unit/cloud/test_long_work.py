"""Long computations run on threads that can be stopped, and short ones take turns."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from orderlab.cloud.telemetry.long_work import LongWork
from orderlab.cloud.turns import Turns


def test_it_gives_back_what_the_function_gives() -> None:
    async def test() -> None:
        work = LongWork()
        assert await work.run(sum, [1, 2, 3]) == 6
        with pytest.raises(ValueError, match="invalid literal"):
            await work.run(int, "x")

    asyncio.run(test())


def test_a_computation_that_nobody_waits_for_ends() -> None:
    started, caught = threading.Event(), threading.Event()

    def endless() -> None:
        started.set()
        try:
            while True:
                pass
        finally:
            caught.set()

    async def test() -> None:
        work = LongWork()
        task = asyncio.create_task(work.run(endless))
        assert await asyncio.to_thread(started.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # the next one finds its place free
        assert await work.run(lambda: 5) == 5

    asyncio.run(test())
    assert caught.wait(10)


def test_only_so_many_run_at_once() -> None:
    running: list[int] = []
    most: list[int] = []

    two_at_a_time = threading.Barrier(2)

    def short() -> None:
        running.append(1)
        most.append(len(running))
        two_at_a_time.wait(10)
        running.pop()

    async def test() -> None:
        work = LongWork(at_once=2)
        await asyncio.gather(*(work.run(short) for _ in range(6)))

    asyncio.run(test())
    assert len(most) == 6 and max(most) == 2


def test_one_has_its_turn_each_time_the_loop_comes_round() -> None:
    async def test() -> None:
        turns, rounds, order = Turns(), 0, []

        async def count() -> None:
            nonlocal rounds
            while True:
                rounds += 1
                await asyncio.sleep(0)

        async def work(name: int) -> None:
            for _ in range(3):
                await turns.next()
                order.append((name, rounds))

        counting = asyncio.create_task(count())
        given_up = asyncio.create_task(work(9))
        workers = [asyncio.create_task(work(i)) for i in range(4)]
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.gather(*workers)
        counting.cancel()
        names: list[Any] = [name for name, _ in order]
        assert names == [0, 1, 2, 3] * 3
        assert len({at for _, at in order}) == len(order)

    asyncio.run(test())
