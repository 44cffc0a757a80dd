"""Creations of what the journal has made already: AWS lets them succeed, and changes nothing.

CreateQueue and CreateTopic are such calls: with other settings than those that stand they fail, and
what failed is not in a journal.
"""

from __future__ import annotations

from orderlab.journal.file import Entry
from orderlab.journal.kinds import KINDS

_BY_CALL = {
    (kind.service, call): kind
    for kind in KINDS
    if kind.idempotent
    for call in (kind.create, kind.delete)
}


def without_repeats(entries: list[Entry]) -> list[Entry]:
    """The entries without such calls. After a step of the lab nobody knows what stands."""
    kept: list[Entry] = []
    stands: set[tuple[str, str, str]] = set()
    for entry in entries:
        if "step" in entry:
            stands.clear()
        kind = _BY_CALL.get((entry.get("service", ""), entry.get("operation", "")))
        if kind is not None:
            name = (kind.service, entry.get("region", ""), kind.named_by(entry))
            if entry["operation"] == kind.create:
                if name in stands:
                    continue
                stands.add(name)
            else:
                stands.discard(name)
        kept.append(entry)
    return kept
