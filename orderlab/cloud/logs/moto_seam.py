"""Log groups and streams: moto's, with streams that take an event in constant time."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import moto.logs.urls
from moto.core.utils import unix_time_millis
from moto.logs.models import LogGroup, LogsBackend

from orderlab.cloud.logs.metric_filter import MetricFilter

# bytes that CloudWatch counts for an event besides its text
EVENT_OVERHEAD = 26
# events that a reader copies before it gives the first of them: few at first, since a search
# begins with one of each stream
_AT_FIRST, _AT_A_TIME = 8, 200


class Event(NamedTuple):
    """A log event. Times are milliseconds since 1970; `number` orders events of one millisecond."""

    timestamp: int
    number: int
    ingestion_time: int
    message: str


class Stream:
    """A log stream: appended to in the order of arrival, read in the order of time."""

    def __init__(self, group_arn: str, name: str) -> None:
        self.name = name
        self.arn = f"{group_arn}:log-stream:{name}"
        self.creation_time = int(time.time() * 1000)
        self.stored_bytes = 0
        self.last_ingestion_time: int | None = None
        self._events: list[Event] = []
        self._in_order = True

    def extend(self, events: list[Event], size: int) -> None:
        """Append events, whose texts and overhead are `size` bytes together."""
        last = self._events[-1].timestamp if self._events else 0
        for event in events:
            if event.timestamp < last:
                self._in_order = False
                break
            last = event.timestamp
        self._events += events
        self.stored_bytes += size
        self.last_ingestion_time = events[-1].ingestion_time

    def drop(self, count: int) -> None:
        """Forget the oldest events."""
        dropped = self.events[:count]
        self.stored_bytes -= sum(len(event.message) + EVENT_OVERHEAD for event in dropped)
        del self._events[:count]

    @property
    def events(self) -> list[Event]:
        """All events in the order of time."""
        if not self._in_order:
            self._events.sort()
            self._in_order = True
        return self._events

    def position(self, timestamp: int, number: int = 0) -> int:
        """The index of the first event that is not before a moment."""
        return bisect_left(self.events, (timestamp, number))

    def since(self, timestamp: int, number: int = 0) -> Iterator[Event]:
        """Events from a moment on, looked up while they are read. No event comes twice."""
        count = _AT_FIRST
        while True:
            start = self.position(timestamp, number)
            found = self.events[start : start + count]
            yield from found
            if len(found) < count:
                return
            timestamp, number = found[-1].timestamp, found[-1].number + 1
            count = _AT_A_TIME

    def describe(self) -> dict[str, Any]:
        """The stream as DescribeLogStreams shows it."""
        events = self.events
        description: dict[str, Any] = {
            "logStreamName": self.name,
            "creationTime": self.creation_time,
            "arn": self.arn,
            # AWS no longer keeps count of a stream's bytes
            "storedBytes": 0,
        }
        if events:
            description |= {
                "firstEventTimestamp": events[0].timestamp,
                "lastEventTimestamp": events[-1].timestamp,
                "lastIngestionTime": self.last_ingestion_time,
                "uploadSequenceToken": f"{len(events):056d}",
            }
        return description


class Group(LogGroup):  # type: ignore[misc]
    """A log group; its streams are ours."""

    name: str
    arn: str
    streams: dict[str, Stream]
    retention_in_days: int | None
    # by name; replaced as a whole when one comes or goes
    metric_filters: Mapping[str, MetricFilter] = MappingProxyType({})

    def stream(self, name: str) -> Stream:
        """The stream of that name, made if it is missing."""
        found = self.streams.get(name)
        if found is None:
            found = self.streams[name] = Stream(self.arn, name)
        return found

    def describe(self) -> dict[str, Any]:
        """The group as DescribeLogGroups shows it."""
        stored = sum(stream.stored_bytes for stream in self.streams.values())
        description: dict[str, Any] = {
            "logGroupName": self.name,
            "creationTime": int(unix_time_millis(self.creation_time)),
            "metricFilterCount": len(self.metric_filters),
            "arn": f"{self.arn}:*",
            "storedBytes": stored,
            "logGroupClass": "STANDARD",
            "logGroupArn": self.arn,
        }
        if self.retention_in_days:
            description["retentionInDays"] = self.retention_in_days
        return description


class LogState(LogsBackend):  # type: ignore[misc]
    """What CloudWatch Logs holds in one Region."""

    _url_module = moto.logs.urls
    groups: dict[str, Group]

    def create_log_group(
        self, log_group_name: str, tags: dict[str, str] | None, **kwargs: Any
    ) -> Group:
        """Make a group, with its tags and its retention in days."""
        group = self.ensure_log_group(log_group_name)
        group.retention_in_days = kwargs.get("RetentionInDays")
        self.tag_resource(group.arn, tags or {})
        return group

    def ensure_log_group(self, log_group_name: str) -> Group:
        """The group of that name, made if it is missing."""
        found = self.groups.get(log_group_name)
        if found is None:
            found = Group(self.account_id, self.region_name, log_group_name)
            self.groups[log_group_name] = found
        return found
