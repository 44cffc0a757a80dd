"""Items as a read shows them: whole, or what its projection chooses."""

from __future__ import annotations

from collections.abc import Sequence

from orderlab.cloud.dynamodb.expressions.compiled import CompiledProjection
from orderlab.cloud.dynamodb.stored import Stored, encode

# bytes of items that are parsed while others wait; for some 10 ms
MOST_AT_ONCE = 100_000

# what a read found, and what it asked of it
Found = tuple[Stored | None, CompiledProjection | None]


def text_of(stored: Stored, projection: CompiledProjection | None) -> bytes:
    """The JSON text of what is shown of an item."""
    if projection is None:
        return stored.data
    return encode(projection.choose(stored.item()))


def texts_of(found: Sequence[Found]) -> list[bytes | None]:
    """The items that were found, as JSON, with the chosen attributes only."""
    return [None if stored is None else text_of(stored, chosen) for stored, chosen in found]


def is_much_work(found: Sequence[Found]) -> bool:
    """Whether it takes so long that it belongs beside the event loop."""
    parsed = (stored.size for stored, chosen in found if stored is not None and chosen is not None)
    return sum(parsed) > MOST_AT_ONCE
