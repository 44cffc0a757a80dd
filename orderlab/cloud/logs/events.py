"""Log events: written, read from one stream, searched in a group.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import pairwise
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import InvalidParameter, constraint
from orderlab.cloud.logs.filter_pattern import Matches, filter_pattern
from orderlab.cloud.logs.moto_seam import EVENT_OVERHEAD, Event, Group, Stream
from orderlab.cloud.logs.store import LogStore
from orderlab.cloud.patterns.allowance import Allowance, metered
from orderlab.cloud.patterns.workers import OutOfTime
from orderlab.cloud.turns import Turns

MAX_BATCH_BYTES = 1_048_576
MAX_BATCH_EVENTS = 10_000
# one answer holds a megabyte at most
MAX_PAGE_BYTES = 1_048_576
# characters of a filter pattern
MAX_PATTERN = 1_024
_DAY = 24 * 3600 * 1000
_OLDEST = 14 * _DAY
_NEWEST = 2 * 3600 * 1000
_LATEST = 10**19
# streams that one search names
_MOST_STREAMS = 100
# events looked at before others get their turn on the event loop
AT_A_TIME = 100
_BYTES_AT_A_TIME = 262_144
# what is looked at without a thread
_FEW_BYTES = 100_000
_TOO_MUCH = "The filter pattern takes too long to evaluate. Choose a simpler one, or fewer events."

Portion = list[tuple[Event, Stream]]


class LogEvents:
    """The operations on events."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.operations: Mapping[str, Handler] = {
            "PutLogEvents": self._put,
            "GetLogEvents": self._get,
            "FilterLogEvents": self._filter,
        }

    # --- writing ---

    def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group(self._store, call, parameters)
        stream = reading.stream(group, reading.stream_name(parameters))
        events = _batch(parameters.get("logEvents"))
        now = self._store.now_ms()
        oldest = now - min(_OLDEST, (group.retention_in_days or 14) * _DAY)
        accepted = [event for event in events if oldest <= event[0] <= now + _NEWEST]
        self._store.append(group, stream, accepted)
        self._store.take_metrics(accepted)
        result: dict[str, Any] = {"nextSequenceToken": f"{len(stream.events):056d}"}
        too_old = sum(timestamp < oldest for timestamp, _ in events)
        if too_old:
            result.setdefault("rejectedLogEventsInfo", {})["tooOldLogEventEndIndex"] = too_old
        too_new = sum(timestamp > now + _NEWEST for timestamp, _ in events)
        if too_new:
            start = len(events) - too_new
            result.setdefault("rejectedLogEventsInfo", {})["tooNewLogEventStartIndex"] = start
        return result

    # --- one stream ---

    def _get(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group_or_arn(self._store, call, parameters)
        stream = reading.stream(group, reading.stream_name(parameters))
        limit = reading.limit(parameters, reading.MAX_EVENTS, reading.MAX_EVENTS)
        events = stream.events
        low = stream.position(reading.whole(parameters, "startTime", 0) or 0)
        end = reading.whole(parameters, "endTime")
        high = len(events) if end is None else stream.position(end)
        forward, low, high = _window(stream, parameters, low, high)
        if forward:
            page = _fitting(events[low : min(low + limit, high)])
            first = low
        else:
            page = _fitting(events[max(low, high - limit) : high][::-1])[::-1]
            first = high - len(page)
        return {
            "events": [_shown(event) for event in page],
            "nextForwardToken": f"f/{_token_at(events, first + len(page))}/s",
            "nextBackwardToken": f"b/{_token_at(events, first)}/s",
        }

    # --- a group ---

    async def _filter(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group_or_arn(self._store, call, parameters)
        matches = filter_pattern(reading.bounded(parameters, "filterPattern", MAX_PATTERN))
        limit = reading.limit(parameters, reading.MAX_EVENTS, reading.MAX_EVENTS)
        start = reading.whole(parameters, "startTime", 0) or 0, 0
        end = reading.whole(parameters, "endTime", _LATEST) or 0
        if parameters.get("nextToken"):
            start = reading.place(parameters["nextToken"])
        found = _Page(limit)
        allowance = Allowance()
        events = chronological(_streams(group, parameters), *start)
        store = self._store
        async for portion in in_turns(store.turns, events, store.newest):
            portion = [pair for pair in portion if pair[0].timestamp <= end]
            size = sum(len(event.message) for event, _ in portion)
            try:
                wanted = await allowance.run(_matching, matches, portion, apart=size > _FEW_BYTES)
            except OutOfTime:
                raise InvalidParameter(_TOO_MUCH) from None
            if not portion or not all(found.add(*pair) for pair in wanted):
                break
        return found.result


class _Page:
    """One answer of FilterLogEvents, as it fills."""

    def __init__(self, limit: int) -> None:
        self.result: dict[str, Any] = {"events": [], "searchedLogStreams": []}
        self._limit = limit
        self._size = 0

    def add(self, event: Event, stream: Stream) -> bool:
        """Whether the event has found room; if not, the answer says where to go on."""
        events = self.result["events"]
        self._size += len(event.message) + EVENT_OVERHEAD
        if len(events) == self._limit or (self._size > MAX_PAGE_BYTES and events):
            self.result["nextToken"] = reading.token(event.timestamp, event.number)
            return False
        shown = {"logStreamName": stream.name, **_shown(event)}
        events.append(shown | {"eventId": f"{event.number:056d}"})
        return True


def _matching(matches: Matches, portion: Portion) -> Portion:
    return [pair for pair in metered(portion) if matches(pair[0].message)]


def chronological(
    streams: list[Stream], timestamp: int, number: int = 0
) -> Iterator[tuple[Event, Stream]]:
    """The events of several streams from a moment on, in the order of time."""
    return heapq.merge(
        *(_of(stream, timestamp, number) for stream in streams), key=lambda pair: pair[0]
    )


def _of(stream: Stream, timestamp: int, number: int) -> Iterator[tuple[Event, Stream]]:
    return ((event, stream) for event in stream.since(timestamp, number))


async def in_turns(
    turns: Turns, found: Iterator[tuple[Event, Stream]], newest: int, at_a_time: int = AT_A_TIME
) -> AsyncIterator[Portion]:
    """The same in portions, each in its turn; without events that came after `newest`."""
    portion: Portion = []
    size = 0
    for pair in found:
        if pair[0].number > newest:
            continue
        portion.append(pair)
        size += len(pair[0].message)
        if len(portion) >= at_a_time or size > _BYTES_AT_A_TIME:
            yield portion
            await turns.next()
            portion, size = [], 0
    if portion:
        yield portion


def _batch(given: Any) -> list[tuple[int, str]]:
    """The events of a PutLogEvents call, checked."""
    if not isinstance(given, list) or not given:
        raise constraint(
            given if given is not None else "null",
            "logEvents",
            "Member must have length greater than or equal to 1",
        )
    if len(given) > MAX_BATCH_EVENTS:
        raise constraint(
            "[...]",
            "logEvents",
            f"Member must have length less than or equal to {MAX_BATCH_EVENTS}",
        )
    events = [_event(each) for each in given]
    size = sum(len(message.encode("utf-8", "replace")) + EVENT_OVERHEAD for _, message in events)
    if size > MAX_BATCH_BYTES:
        raise InvalidParameter(f"Upload too large: {size} bytes exceeds limit of {MAX_BATCH_BYTES}")
    if any(later[0] < earlier[0] for earlier, later in pairwise(events)):
        raise InvalidParameter(
            "Log events in a single PutLogEvents request must be in chronological order."
        )
    if events[-1][0] - events[0][0] > _DAY:
        raise InvalidParameter(
            "The batch of log events in a single PutLogEvents request cannot span more than "
            "24 hours."
        )
    return events


def _event(given: Any) -> tuple[int, str]:
    event = given if isinstance(given, dict) else {}
    timestamp, message = event.get("timestamp"), event.get("message")
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float) or timestamp < 0:
        raise constraint(timestamp, "logEvents.1.member.timestamp", "Member must not be null")
    if not isinstance(message, str) or not message:
        raise constraint(
            message,
            "logEvents.1.member.message",
            "Member must have length greater than or equal to 1",
        )
    return int(timestamp), message


def _window(stream: Stream, parameters: Parameters, low: int, high: int) -> tuple[bool, int, int]:
    """The direction of reading, and the part of the stream that is still to be read."""
    token = parameters.get("nextToken")
    if not token:
        return bool(parameters.get("startFromHead")), low, high
    direction, _, rest = str(token).partition("/")
    if direction not in ("f", "b"):
        raise InvalidParameter("The specified nextToken is invalid.")
    at = stream.position(*reading.place(rest.removesuffix("/s")))
    if direction == "f":
        return True, min(max(low, at), high), high
    return False, low, max(min(high, at), low)


def _token_at(events: list[Event], index: int) -> str:
    """The place before the event of that index; behind the last, where the next will come."""
    if index < len(events):
        return reading.token(events[index].timestamp, events[index].number)
    if events:
        return reading.token(events[-1].timestamp, events[-1].number + 1)
    return reading.token(0, 0)


def _fitting(events: list[Event]) -> list[Event]:
    """As many events as one answer holds."""
    size = 0
    for count, event in enumerate(events):
        size += len(event.message) + EVENT_OVERHEAD
        if size > MAX_PAGE_BYTES and count:
            return events[:count]
    return events


def _streams(group: Group, parameters: Parameters) -> list[Stream]:
    names = parameters.get("logStreamNames")
    prefix = parameters.get("logStreamNamePrefix")
    if names and prefix:
        raise InvalidParameter(
            "You cannot specify both logStreamNames and logStreamNamePrefix in the same request."
        )
    if isinstance(names, list) and len(names) > _MOST_STREAMS:
        raise constraint(
            "[...]",
            "logStreamNames",
            f"Member must have length less than or equal to {_MOST_STREAMS}",
        )
    if isinstance(names, list) and names:
        return [reading.stream(group, str(name)) for name in dict.fromkeys(names)]
    return [s for name, s in group.streams.items() if name.startswith(str(prefix or ""))]


def _shown(event: Event) -> dict[str, Any]:
    return {
        "timestamp": event.timestamp,
        "message": event.message,
        "ingestionTime": event.ingestion_time,
    }
