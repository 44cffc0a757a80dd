"""Work that would hold the event loop: how it is done beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Made = TypeVar("Made")
# what is longer is read, or made, beside the event loop
LONG_BYTES = 64 * 1024
# and a request that is longer than this is read there: it may have a value in each byte
LONG_REQUEST_BYTES = 16 * 1024


class LongWork(Protocol):
    """Runs functions on a thread of their own, a few at a time."""

    async def run(self, function: Callable[..., Made], *arguments: Any) -> Made:
        """What the function returns or raises."""


async def worked(work: LongWork, size: int, function: Callable[..., Made], *arguments: Any) -> Made:
    """What a function makes of so many bytes: here, or on a thread if there are many."""
    if size > LONG_BYTES:
        return await work.run(function, *arguments)
    return function(*arguments)
