"""The fields of an event: those of every log, Lambda's, and those of JSON in the text.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from orderlab.cloud.logs.insights.pointers import Pointer
from orderlab.cloud.logs.moto_seam import Event

_REQUEST_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TYPE = re.compile(r"^(START|END|REPORT|INIT_START) ")
# field -> its label in a REPORT line, and what its unit is worth
_REPORT = {
    "@duration": (re.compile(r"(?:^|\t)Duration: ([\d.]+) ms"), 1),
    "@billedDuration": (re.compile(r"Billed Duration: ([\d.]+) ms"), 1),
    "@initDuration": (re.compile(r"Init Duration: ([\d.]+) ms"), 1),
    "@memorySize": (re.compile(r"Memory Size: (\d+) MB"), 1_000_000),
    "@maxMemoryUsed": (re.compile(r"Max Memory Used: (\d+) MB"), 1_000_000),
}
# as on AWS, a field beyond these is not discovered
MAX_FIELDS = 200
# characters of the messages whose fields are kept
MAX_KEPT = 4 * 1024 * 1024
# bytes of rows and computed fields, and how many a row and a field take
MAX_HELD = 128 * 1024 * 1024
ROW_BYTES, FIELD_BYTES = 250, 110


class Moment(float):
    """Milliseconds since 1970, shown as a time of day."""

    def __str__(self) -> str:
        whole = datetime.fromtimestamp(self // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{whole}.{int(self % 1000):03d}"


class TooMuchHeld(Exception):
    """A query would hold more in memory than it may."""


class Kept:
    """What a query holds in memory: computed fields, and those found in the rows asked last."""

    def __init__(self, most: int = MAX_KEPT, most_held: int = MAX_HELD) -> None:
        self._rows: deque[tuple[Row, int]] = deque()
        self._size, self._most = 0, most
        self._held, self._most_held = 0, most_held

    def hold(self, size: int) -> None:
        """Count `size` bytes as held. Raises TooMuchHeld if they are too many for one query."""
        self._held += size
        if self._held > self._most_held:
            raise TooMuchHeld

    def release(self, size: int) -> None:
        """Count `size` bytes as no longer held."""
        self._held -= size

    def add(self, row: Row, size: int) -> None:
        """Keep the fields that were found in a row; the rows asked longest ago lose theirs."""
        self._rows.append((row, size))
        self._size += size
        while self._size > self._most:
            oldest, its_size = self._rows.popleft()
            self._size -= its_size
            oldest.forget()


class Row:
    """An event on its way through a query: computed fields, and those found when asked for.

    What was found is kept, with `kept` for the rows that were asked last; the others find it anew.
    """

    __slots__ = ("_event", "_found", "_group", "_stream", "computed", "kept")

    def __init__(
        self, event: Event | None, stream: str = "", group: str = "", kept: Kept | None = None
    ) -> None:
        self._event = event
        self.kept = kept
        self._stream = stream
        self._group = group
        self._found: dict[str, Any] | None = None
        self.computed: dict[str, Any] = {}

    @property
    def pointer(self) -> str | None:
        """The value of `@ptr`, which GetLogRecord takes; None for a row of `stats`."""
        event = self._event
        if event is None:
            return None
        return str(Pointer(self._group, self._stream, event.timestamp, event.number))

    def get(self, name: str) -> Any:
        """The value of a field; None if the row does not have it."""
        if name in self.computed:
            return self.computed[name]
        if self.computed and "." in name:
            inside = self._inside(name)
            if inside is not None:
                return inside
        if self._event is None:
            return None
        if name == "@message":
            return self._event.message
        if name == "@timestamp":
            return Moment(self._event.timestamp)
        if name == "@ptr":
            return self.pointer
        found = self._found
        if found is None:
            found = self._found = self._discover(self._event)
            if self.kept is not None:
                self.kept.add(self, len(self._event.message) + MAX_FIELDS)
        return found.get(name)

    def _inside(self, name: str) -> Any:
        """A part of a computed map or list, such as one that jsonParse gave."""
        whole, *steps = name.split(".")
        value = self.computed.get(whole)
        for step in steps:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and len(step) < 7 and step.isdecimal():
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
        return value

    def fields(self) -> list[str]:
        """The names of the fields of the row's event."""
        if self._event is None:
            return []
        found = self._found if self._found is not None else self._discover(self._event)
        return ["@timestamp", "@message", *found]

    def put(self, name: str, value: Any) -> None:
        """Give the row a computed field. Raises TooMuchHeld."""
        self.computed[name] = value
        if self.kept is not None:
            self.kept.hold(self._weight(value))

    @property
    def held(self) -> int:
        """The bytes that the row and its computed fields take."""
        return ROW_BYTES + sum(map(self._weight, self.computed.values()))

    def _weight(self, value: Any) -> int:
        if type(value) is str:
            return FIELD_BYTES + len(value)
        if isinstance(value, dict | list) and self._event is not None:
            return FIELD_BYTES + 8 * len(self._event.message)
        return FIELD_BYTES

    def forget(self) -> None:
        """Drop what was found, which can be found again."""
        self._found = None

    def _discover(self, event: Event) -> dict[str, Any]:
        found: dict[str, Any] = {
            "@ingestionTime": Moment(event.ingestion_time),
            "@logStream": self._stream,
            "@log": self._group,
        }
        if match := _REQUEST_ID.search(event.message):
            found["@requestId"] = match[0]
        if match := _TYPE.match(event.message):
            found["@type"] = match[1]
        if found.get("@type") == "REPORT":
            for name, (pattern, unit) in _REPORT.items():
                if match := pattern.search(event.message):
                    found[name] = float(match[1]) * unit
        brace = event.message.find("{")
        if brace >= 0:
            _add_json(event.message, brace, found)
        return found


def _add_json(message: str, brace: int, found: dict[str, Any]) -> None:
    """The fields of the first JSON object in a text, nested ones with dots."""
    try:
        content, _ = json.JSONDecoder().raw_decode(message, brace)
    except (ValueError, RecursionError):
        return
    open_ends: list[tuple[str, Any]] = [("", content)]
    while open_ends and len(found) < MAX_FIELDS:
        path, value = open_ends.pop()
        if isinstance(value, dict):
            items = islice(value.items(), MAX_FIELDS)
            below = [(f"{path}.{name}" if path else name, each) for name, each in items]
            open_ends.extend(reversed(below))
        elif isinstance(value, list):
            open_ends.extend((f"{path}.{i}", each) for i, each in enumerate(value[:MAX_FIELDS]))
        elif value is not None:
            found[path] = value
