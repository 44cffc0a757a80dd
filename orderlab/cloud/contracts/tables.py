"""Tables of DynamoDB, as the services see them that keep copies of their items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class CachedTables(Protocol):
    """What a cache asks of the tables, besides calling DynamoDB."""

    def stored_item(self, region: str, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """An item as it is now, as attribute values; None if there is none.

        Nobody's permissions are checked, and no capacity is consumed.
        """

    def check_projection(self, parameters: dict[str, Any]) -> None:
        """Raise ValidationException if a ProjectionExpression and its names are not valid."""
