"""Work that would hold the event loop: how it is done beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

Made = TypeVar("Made")


class LongWork(Protocol):
    """Runs functions on a thread of their own, a few at a time."""

    async def run(self, function: Callable[..., Made], *arguments: Any) -> Made:
        """What the function returns or raises."""
