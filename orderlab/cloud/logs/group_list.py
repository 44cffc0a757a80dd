"""ListLogGroups: log groups whose names fit a pattern.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import constraint
from orderlab.cloud.logs.store import LogStore

_MOST, _DEFAULT = 1000, 50
_SHORTEST, _MOST_PARTS = 3, 5


class GroupList:
    """Answers ListLogGroups."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.operations = {"ListLogGroups": self._list}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        parts = _parts(reading.bounded(parameters, "logGroupNamePattern", 129))
        most = reading.limit(parameters, _MOST, _DEFAULT)
        after = str(parameters.get("nextToken") or "")
        groups = reading.state_of(self._store, call).groups
        standard = parameters.get("logGroupClass") in (None, "STANDARD")
        names = sorted(name for name in groups if standard and name > after and _fits(name, parts))
        answer: dict[str, Any] = {
            "logGroups": [
                {"logGroupName": name, "logGroupArn": groups[name].arn, "logGroupClass": "STANDARD"}
                for name in names[:most]
            ]
        }
        if len(names) > most:
            answer["nextToken"] = names[most - 1]
        return answer


def _parts(pattern: str) -> list[str]:
    """The alternatives of a pattern, up to five, each with a `^` before it if it is a prefix."""
    parts = pattern.split("|") if pattern else []
    if len(parts) > _MOST_PARTS or any(len(part.lstrip("^")) < _SHORTEST for part in parts):
        raise constraint(
            pattern,
            "logGroupNamePattern",
            "Member must satisfy regular expression pattern: "
            r"(\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4}",
        )
    return parts


def _fits(name: str, parts: list[str]) -> bool:
    return not parts or any(
        name.startswith(part[1:]) if part.startswith("^") else part in name for part in parts
    )
