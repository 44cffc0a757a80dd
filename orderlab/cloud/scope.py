"""Placeholder: what the local cloud serves, and what it refuses by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.cloud.contracts import Call, Parameters

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud


class Scope:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def require_served(self, call: Call, parameters: Parameters) -> None:
        """Raise NotDoneYet for what is not served."""
