"""GetLogRecord and GetLogGroupFields: what Insights finds in events, without a query.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogGroupFields.html

Differs from AWS: the fields of a log group are those of the newest 1,000 events of the time asked
for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import ResourceNotFound
from orderlab.cloud.logs.insights.fields import Moment, Row
from orderlab.cloud.logs.insights.functions import text
from orderlab.cloud.logs.insights.pointers import read_pointer
from orderlab.cloud.logs.moto_seam import Event, Group, Stream
from orderlab.cloud.logs.store import LogStore

_LOOKED_AT = 1000
_AT_A_TIME = 50
# milliseconds before and after a time that is asked for, and before now if none is
_AROUND, _BEFORE_NOW = 8 * 60_000, 15 * 60_000


class LogRecords:
    """The operations on what is found in events."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.operations: Mapping[str, Handler] = {
            "GetLogRecord": self._record,
            "GetLogGroupFields": self._fields,
        }

    def _record(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        pointer = read_pointer(reading.text(parameters, "logRecordPointer"))
        _, _, name = pointer.log.partition(":")
        group = reading.group(self._store, call, {"logGroupName": name})
        stream = reading.stream(group, pointer.stream)
        found = next(stream.since(pointer.timestamp, pointer.number), None)
        if found is None or found.number != pointer.number:
            raise ResourceNotFound("The specified log record does not exist.")
        row = Row(found, stream.name, pointer.log)
        shown = {field: _shown(row.get(field)) for field in row.fields()}
        return {"logRecord": {name: value for name, value in shown.items() if value is not None}}

    async def _fields(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        group = reading.group_or_arn(self._store, call, parameters)
        time = reading.whole(parameters, "time")
        if time is None:
            end = self._store.now_ms()
            begin = end - _BEFORE_NOW
        else:
            middle = time if time > 10**11 else time * 1000
            begin, end = middle - _AROUND, middle + _AROUND
        counts: Counter[str] = Counter()
        looked_at = 0
        for event, stream in islice(_newest_first(group, begin, end), _LOOKED_AT):
            counts.update(Row(event, stream.name, group.name).fields())
            looked_at += 1
            if looked_at % _AT_A_TIME == 0:
                await self._store.turns.next()
        return {
            "logGroupFields": [
                {"name": name, "percent": round(100 * count / looked_at)}
                for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
            ]
        }


def _newest_first(group: Group, begin: int, end: int) -> Iterator[tuple[Event, Stream]]:
    """The events of each stream between two moments, the newest of the stream first."""
    for stream in list(group.streams.values()):
        first, behind = stream.position(begin), stream.position(end + 1)
        for event in stream.events[max(first, behind - _LOOKED_AT) : behind][::-1]:
            yield event, stream


def _shown(value: Any) -> str | None:
    """Times in milliseconds since 1970, everything else as Insights shows it."""
    return str(int(value)) if isinstance(value, Moment) else text(value)
