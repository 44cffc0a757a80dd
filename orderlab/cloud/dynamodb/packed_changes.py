"""Changes of a stream as bytes, for a file that only this process reads."""

from __future__ import annotations

import marshal
from collections.abc import Sequence

from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.stream_record import Change


def packed(changes: Sequence[Change]) -> bytes:
    """The changes as bytes; an image that is two changes' is written once."""
    return marshal.dumps([_row(change) for change in changes])


def unpacked(data: bytes) -> list[Change]:
    """What `packed` was given."""
    return [_change(*row) for row in marshal.loads(data)]


def _row(change: Change) -> tuple[object, ...]:
    old, new, identity = change.old, change.new, change.identity
    return (
        change.keys,
        None if old is None else (old.data, old.size),
        None if new is None else (new.data, new.size),
        change.created,
        change.expires,
        change.event_id,
        None if identity is None else dict(identity),
    )


def _change(
    keys: dict[str, dict[str, object]],
    old: tuple[bytes, int] | None,
    new: tuple[bytes, int] | None,
    created: float,
    expires: float,
    event_id: str,
    identity: dict[str, str] | None,
) -> Change:
    return Change(
        keys,
        None if old is None else Stored(*old),
        None if new is None else Stored(*new),
        created,
        expires,
        event_id,
        identity,
    )
