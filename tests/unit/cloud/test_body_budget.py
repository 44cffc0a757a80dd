"""Memory for long bodies is shared in the order of asking."""

from __future__ import annotations

import asyncio

from orderlab.cloud.front.body_limits import BodyBudget


def test_who_asks_when_it_is_used_up_waits_for_its_turn() -> None:
    async def test() -> None:
        budget, order = BodyBudget(10), []

        async def use(name: str, size: int) -> None:
            async with budget.reserve(size):
                order.append(name)
                await asyncio.sleep(0)

        await asyncio.gather(use("a", 6), use("b", 8), use("c", 1), use("d", 2))
        assert order == ["a", "b", "c", "d"]
        async with budget.reserve(10):
            pass

    asyncio.run(test())


def test_who_gives_up_waiting_takes_nothing() -> None:
    async def test() -> None:
        budget = BodyBudget(10)

        async def use(size: int) -> None:
            async with budget.reserve(size):
                pass

        async with budget.reserve(10):
            waiting = asyncio.create_task(use(4))
            behind = asyncio.create_task(use(10))
            await asyncio.sleep(0)
            waiting.cancel()
        await behind
        async with budget.reserve(10):
            pass

    asyncio.run(test())
