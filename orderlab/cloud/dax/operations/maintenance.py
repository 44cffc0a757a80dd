"""The weekly time in which a cluster may be maintained, such as `sun:01:00-sun:09:00`.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateCluster.html
"""

from __future__ import annotations

import re

from orderlab.cloud.dax import errors

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WINDOW = re.compile(r"([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)-([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)")
_WEEK_MINUTES = 7 * 24 * 60
# AWS: the minimum is a window of 60 minutes
_SHORTEST_MINUTES = 60


def maintenance_window(text: str) -> str:
    """The window as it is kept. Raises InvalidParameterValueException."""
    found = _WINDOW.fullmatch(text.lower())
    if found is None or found[1] not in _DAYS or found[4] not in _DAYS:
        raise errors.invalid_value(
            f"Invalid maintenance window: {text[:100]}. Valid format: ddd:hh24:mi-ddd:hh24:mi."
        )
    length = (_minute(*found.group(4, 5, 6)) - _minute(*found.group(1, 2, 3))) % _WEEK_MINUTES
    if length < _SHORTEST_MINUTES:
        raise errors.invalid_value(
            f"The maintenance window {text} must be at least {_SHORTEST_MINUTES} minutes long."
        )
    return text.lower()


def _minute(day: str, hour: str, minute: str) -> int:
    """Of the week."""
    return (_DAYS.index(day) * 24 + int(hour)) * 60 + int(minute)
