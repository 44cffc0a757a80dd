"""What only an account has, as the rest sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Any, Protocol

from orderlab.aws_target.marks import Marks


class InAccount(Protocol):
    """An account: what marks the learner's things in it, and what was asked for by name."""

    marks: Marks

    @property
    def place(self) -> str:
        """Where it is, in words of a sentence."""

    @property
    def allowed(self) -> frozenset[str]:
        """What may be made although it costs by the hour, by the names of `costly.py`."""

    def allow(self, more: Collection[str]) -> None:
        """Let these be made from now on, too."""

    def unmarked(self, service: str) -> Any:
        """A client that neither tags nor names: for looking for what is there, and removing it."""

    def followed(self, say: Callable[[str], None]) -> AbstractContextManager[None]:
        """Call `say` with a line for each resource that is made while a block runs."""

    def sweep_logs(self) -> None:
        """Let no log of the learner's be kept for ever."""
