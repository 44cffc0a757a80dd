"""A target whose boto3 clients write into the journal, for what a learner builds in short forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.aws_target.base import Target


class JournalledTarget:
    """Another target, but for its clients."""

    def __init__(self, target: Target, client: Callable[[str], Any]) -> None:
        self._target = target
        self.client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)
