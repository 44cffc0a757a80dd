"""An item as it is kept: its JSON text in wire form, and its size.

A parsed item takes ten times the memory of its text, and a read that wants it whole need not
parse it at all: the text goes into the answer as it is.
"""

from __future__ import annotations

import json
from typing import Any

from orderlab.cloud.dynamodb.attribute_values import Item

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Stored:
    """One version of an item; never changed, so it may be shared by indexes and streams."""

    __slots__ = ("data", "size")

    def __init__(self, data: bytes, size: int) -> None:
        self.data = data
        self.size = size

    def item(self) -> Item:
        """A fresh copy, which the caller may change."""
        item: Item = json.loads(self.data)
        return item

    def same_as(self, other: Stored, other_item: Item | None = None) -> bool:
        """Whether both hold the same attributes, in whatever order."""
        if self.data == other.data:
            return True
        if self.size != other.size:
            return False
        return self.item() == (other.item() if other_item is None else other_item)


def store(item: Item, size: int) -> Stored:
    """An item as it is kept; `size` is in bytes, as DynamoDB counts them."""
    return Stored(_encode(item).encode(), size)


def encode(content: Any) -> bytes:
    """JSON as it goes over the wire."""
    return _encode(content).encode()
