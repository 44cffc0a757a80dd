"""`@ptr`: what leads from a row of a query back to its event.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogRecord.html
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from orderlab.cloud.logs.errors import InvalidParameter


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where an event is: account and group as `@log` shows them, stream, time and number."""

    log: str
    stream: str
    timestamp: int
    number: int

    def __str__(self) -> str:
        content = json.dumps([self.log, self.stream, self.timestamp, self.number])
        return base64.urlsafe_b64encode(content.encode()).decode()


def read_pointer(text: str) -> Pointer:
    """The pointer that a text is. Raises InvalidParameter."""
    try:
        log, stream, timestamp, number = json.loads(base64.urlsafe_b64decode(text))
        return Pointer(str(log), str(stream), int(timestamp), int(number))
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise InvalidParameter("The specified log record pointer is invalid.") from None
