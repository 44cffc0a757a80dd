"""Work on tables that goes on after its call is answered, and ends with the cloud."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger("orderlab.cloud.dynamodb")

# items, and bytes of items, that are worked on between two looks at other calls
PORTION = 100
PORTION_BYTES = 200_000
# how long a table or index is seen to be created or deleted at least, in scaled seconds
VISIBLE_SECONDS = 1.0


class BackgroundWork:
    """Tasks that are waited for, and whose failures are logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Begin to work; `name` is what the log calls it."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("%s failed", task.get_name(), exc_info=task.exception())

    async def stop(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
