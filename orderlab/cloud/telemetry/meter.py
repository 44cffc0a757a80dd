"""Metered usage: what AWS would bill, by item and by resource, since the cloud started."""

from __future__ import annotations

from typing import Any


class UsageMeter:
    """Running totals. The usage of an experiment is the difference between two readings."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str], float] = {}

    def add(self, item: str, quantity: float, resource: str = "") -> None:
        """Add to the total of an item, and to the share of one resource."""
        key = (item, resource)
        self._totals[key] = self._totals.get(key, 0.0) + quantity

    def page(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """`items`: totals; `resources`: the same, split by resource."""
        items: dict[str, float] = {}
        resources: dict[str, dict[str, float]] = {}
        for (item, resource), quantity in self._totals.items():
            items[item] = items.get(item, 0.0) + quantity
            if resource:
                resources.setdefault(item, {})[resource] = quantity
        return {"items": items, "resources": resources}
