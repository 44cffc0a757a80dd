"""What need not be done again, because a later entry takes it back or writes over it.

Only what provably cancels is left out. A step of the lab itself (an exercise prepared or solved)
may look at anything that stands then, so nothing is cancelled across one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orderlab.journal.file import Entry
from orderlab.journal.items import compact_items
from orderlab.journal.lives import Standing, cancel_lives
from orderlab.journal.neighbours import cancel_neighbours
from orderlab.journal.repeats import without_repeats
from orderlab.journal.table_facts import TableFacts, Tables

__all__ = ["Standing", "TableFacts", "compact"]


def compact(
    entries: list[Entry],
    *,
    tables: Tables | None = None,
    standing: Standing | None = None,
) -> list[Entry]:
    """Fewer entries that build the same.

    `tables` tells of tables that stood before the journal began, `standing` the names of queues and
    topics that did. Without them less is left out. An entry that stands for others has `count`.
    """
    kept = cancel_lives(entries, standing)
    segments = _segments(cancel_neighbours(without_repeats(kept)))
    return [e for number, part in segments for e in compact_items(part, tables, first=number == 0)]


def _segments(entries: Iterable[Entry]) -> Iterator[tuple[int, list[Entry]]]:
    """The entries between steps, each step at the end of its segment, numbered from 0."""
    part: list[Entry] = []
    number = 0
    for entry in entries:
        part.append(entry)
        if "step" in entry:
            yield number, part
            part, number = [], number + 1
    yield number, part
