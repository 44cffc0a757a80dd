"""An item before and after a write, as the indexes of its table look at it."""

from __future__ import annotations

from functools import cached_property

from orderlab.cloud.dynamodb.attribute_values import Item, measure_item
from orderlab.cloud.dynamodb.schema import IndexSchema
from orderlab.cloud.dynamodb.stored import Stored, encode, store

# from this size on, what indexes have in common is worked out once for all of them
LARGE_BYTES = 20_000


class Versions:
    """`new` and its attributes `item` are None where the item is deleted."""

    def __init__(self, old: Stored | None, new: Stored | None, item: Item | None) -> None:
        self._old = old
        self.new = new
        self.item = item

    def view(self, schema: IndexSchema) -> Stored:
        """What an index that holds the item shows of it."""
        assert self.new is not None and self.item is not None
        if schema.projected is None:
            return self.new
        names = [name for name in self.item if name in schema.projected]
        if len(names) == len(self.item):
            return self.new
        if self.new.size < LARGE_BYTES:
            shown = {name: self.item[name] for name in names}
            return store(shown, measure_item(shown))
        parts = [self._parts[name] for name in names]
        text = b",".join(text for text, _ in parts)
        return Stored(b"{" + text + b"}", sum(size for _, size in parts))

    def shows_the_same(self, schema: IndexSchema, view: Stored, before: Stored) -> bool:
        """Whether a view is what the index showed before."""
        # where the index holds whole items it is known already that something changed
        if view is self.new:
            return False
        if view.size < LARGE_BYTES or self._old is None:
            return view.same_as(before)
        return schema.projected is not None and schema.projected.isdisjoint(self._changed)

    @cached_property
    def _parts(self) -> dict[str, tuple[bytes, int]]:
        """Each attribute as JSON, and its size."""
        assert self.item is not None
        return {
            name: (encode({name: value})[1:-1], measure_item({name: value}))
            for name, value in self.item.items()
        }

    @cached_property
    def _changed(self) -> frozenset[str]:
        """The names of the attributes that are not what they were."""
        assert self._old is not None and self.item is not None
        before = self._old.item()
        names = {*before, *self.item}
        return frozenset(name for name in names if before.get(name) != self.item.get(name))
