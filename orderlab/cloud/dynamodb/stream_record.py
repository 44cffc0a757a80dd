"""One change of an item, as a stream's readers see it: as a value, or at once as JSON text.

A record is mostly images of items, which are kept as text: a reader that only hands them on has
no need to parse them.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.dynamodb.attribute_values import Item, measure_item
from orderlab.cloud.dynamodb.stored import Stored, encode

_VIEWS = {
    "NewImage": ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"),
    "OldImage": ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What happened. `expires` is on the scaled clock, `created` the time of day."""

    keys: Item
    old: Stored | None
    new: Stored | None
    created: float
    expires: float
    event_id: str
    identity: Mapping[str, str] | None

    @property
    def event_name(self) -> str:
        """INSERT, MODIFY or REMOVE."""
        if self.old is None:
            return "INSERT"
        return "REMOVE" if self.new is None else "MODIFY"


class LoggedRecord:
    """A change in the place that it has in its stream."""

    __slots__ = ("_change", "_region", "_view_type", "sequence_number", "size")

    def __init__(self, change: Change, sequence_number: str, view_type: str, region: str) -> None:
        self._change, self._view_type, self._region = change, view_type, region
        self.sequence_number = sequence_number
        # bytes of keys and images
        self.size = measure_item(change.keys) + sum(image.size for _, image in self._images())

    @property
    def keys(self) -> Item:
        """The primary key of the item, as attribute values."""
        return self._change.keys

    @property
    def created(self) -> float:
        """Seconds since 1970; AWS gives whole ones."""
        return float(int(self._change.created))

    def shown(self) -> bytes:
        """The record as JSON in the form of the streams API."""
        identity = self._change.identity
        return self._text({} if identity is None else {"userIdentity": dict(identity)})

    def encoded(self, source_arn: str) -> bytes:
        """The record as JSON in the form that functions receive it."""
        return self._text(self._event_tail(source_arn))

    def event(self, source_arn: str) -> dict[str, Any]:
        """What `encoded` stands for; filters look at it."""
        images = {name: image.item() for name, image in self._images()}
        change = {**self._change_without_images(), **images}
        return {**self._head(), "dynamodb": change, **self._event_tail(source_arn)}

    def _text(self, tail: dict[str, Any]) -> bytes:
        head, change = encode(self._head()), encode(self._change_without_images())
        images = b"".join(b',"%b":%b' % (n.encode(), i.data) for n, i in self._images())
        end = b"," + encode(tail)[1:] if tail else b"}"
        return b'%b,"dynamodb":%b%b}%b' % (head[:-1], change[:-1], images, end)

    def _images(self) -> Iterator[tuple[str, Stored]]:
        for name, image in (("NewImage", self._change.new), ("OldImage", self._change.old)):
            if image is not None and self._view_type in _VIEWS[name]:
                yield name, image

    def _head(self) -> dict[str, Any]:
        return {
            "eventID": self._change.event_id,
            "eventName": self._change.event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._region,
        }

    def _change_without_images(self) -> dict[str, Any]:
        return {
            "ApproximateCreationDateTime": int(self._change.created),
            "Keys": self._change.keys,
            "SequenceNumber": self.sequence_number,
            "SizeBytes": self.size,
            "StreamViewType": self._view_type,
        }

    def _event_tail(self, source_arn: str) -> dict[str, Any]:
        tail: dict[str, Any] = {"eventSourceARN": source_arn}
        if self._change.identity is not None:
            # events have names of their own: `principalId` is the API's `PrincipalId`
            identity = self._change.identity.items()
            tail["userIdentity"] = {name[0].lower() + name[1:]: text for name, text in identity}
        return tail
