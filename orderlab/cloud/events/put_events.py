"""PutEvents: entries become events, each by itself.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
Differs from AWS: AWS services put no events of their own on the default bus; 64 MB of events at
most wait for rules, and entries that come then fail with ThrottlingException.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud import ids
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Recorder
from orderlab.cloud.events.event import Event
from orderlab.cloud.events.model import Bus
from orderlab.cloud.events.recording import Recording
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.routing import Routing
from orderlab.cloud.patterns.exact_numbers import read_json
from orderlab.cloud.targets.timetable import instant

MAX_BYTES = 1_048_576
MAX_WAITING_BYTES = 64 * 1024 * 1024
_TIME_BYTES = 14


class EntryError(Exception):
    """What is wrong with one entry, as its place in the result says it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class PutEvents:
    """Takes entries in and hands the events on to the rules."""

    def __init__(
        self,
        *,
        registry: Registry,
        routing: Routing,
        recording: Recording,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._routing = routing
        self._recording = recording
        self._recorder = recorder
        self._clock = clock

    def put(
        self,
        region: str,
        entries: Sequence[Mapping[str, Any]],
        sender: str,
        trace: str | None = None,
    ) -> dict[str, Any]:
        """The result of PutEvents; ValidationException if the whole call is too large."""
        began = time.perf_counter()
        sizes = [entry_size(entry) for entry in entries]
        if sum(sizes) > MAX_BYTES:
            raise ValidationException("Total size of the entries in the request is over the limit.")
        results = [
            self._take(region, entry, size, sender, trace)
            for entry, size in zip(entries, sizes, strict=True)
        ]
        failed = sum("ErrorCode" in each for each in results)
        seconds = time.perf_counter() - began
        self._recording.put_events(len(entries), failed, sum(sizes), seconds)
        return {"FailedEntryCount": failed, "Entries": results}

    def _take(
        self, region: str, entry: Mapping[str, Any], size: int, sender: str, trace: str | None
    ) -> dict[str, str]:
        try:
            detail = _checked_detail(entry)
            if self._routing.waiting_bytes + size > MAX_WAITING_BYTES:
                raise EntryError("ThrottlingException", "Rate exceeded")
            bus = self._registry.find_bus(region, entry.get("EventBusName"))
            event = self._event(region, entry, detail, size)
            event.trace = entry.get("TraceHeader") or trace
        except EntryError as error:
            return {"ErrorCode": error.code, "ErrorMessage": error.message}
        # AWS answers with an id, too, where there is no such bus
        if bus is not None:
            self._accept(bus, event, sender)
        return {"EventId": event.id}

    def _accept(self, bus: Bus, event: Event, sender: str) -> None:
        self._recording.arrived(bus, event, sender)
        self._routing.add(bus, event)

    def _event(
        self, region: str, entry: Mapping[str, Any], detail: Mapping[str, Any], size: int
    ) -> Event:
        now = self._clock.wall()
        created = _time(entry.get("Time"), now)
        content = {
            "version": "0",
            "id": ids.new_uuid("events"),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": self._registry.account_id,
            "time": instant(created),
            "region": region,
            "resources": list(entry.get("Resources") or ()),
            "detail": detail,
        }
        return Event(content, created, now, size, self._recorder.ids_in(entry["Detail"]))


def _checked_detail(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entry's detail; EntryError for an entry that is not in order."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            raise EntryError(
                "InvalidArgument",
                f"Parameter {name} is not valid. Reason: {name} is a required argument.",
            )
    if entry["Source"].startswith("aws."):
        raise EntryError("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = read_json(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        raise EntryError("MalformedDetail", "Detail is malformed.")
    return detail


def _time(given: Any, now: float) -> float:
    """Times come as numbers, or as text from clients of other languages."""
    if given is None:
        return now
    try:
        if isinstance(given, str):
            found = datetime.fromisoformat(given)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        datetime.fromtimestamp(given, UTC)
        return float(given)
    except (ValueError, OverflowError, OSError):
        raise EntryError("InvalidArgument", "Parameter Time is not valid.") from None


def entry_size(entry: Mapping[str, Any]) -> int:
    """The size of an entry in bytes, as AWS counts it.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
    """
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")]
    texts += entry.get("Resources") or ()
    size = sum(len(text) if text.isascii() else len(text.encode()) for text in texts)
    return size + (_TIME_BYTES if entry.get("Time") is not None else 0)
