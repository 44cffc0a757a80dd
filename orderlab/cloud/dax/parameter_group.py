"""Parameter groups: how long items and results of queries are kept.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.cluster-management.html#DAX.cluster-management.custom-settings.ttl
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DEFAULT_GROUP = "default.dax1.0"
DEFAULT_MILLIS = 300_000
RECORD_TTL, QUERY_TTL = "record-ttl-millis", "query-ttl-millis"
_DESCRIPTIONS = {
    QUERY_TTL: "Duration in milliseconds for queries to remain cached",
    RECORD_TTL: "Duration in milliseconds for records to remain valid in cache "
    "(Default: 0 = infinite)",
}


@dataclass(slots=True)
class ParameterGroup:
    """A named set of parameters. Clusters that use it follow its changes at once."""

    name: str
    description: str = ""
    values: dict[str, int] = field(default_factory=dict)

    @property
    def ttls(self) -> tuple[int, int]:
        """How many milliseconds items and results of queries are kept; 0 is no time limit for
        items, and no cache for queries."""
        values = self.values
        return values.get(RECORD_TTL, DEFAULT_MILLIS), values.get(QUERY_TTL, DEFAULT_MILLIS)

    def described(self) -> dict[str, Any]:
        """The API's ParameterGroup."""
        return {"ParameterGroupName": self.name, "Description": self.description}

    def parameters(self) -> list[dict[str, Any]]:
        """The API's Parameters."""
        record, query = self.ttls
        return [_parameter(QUERY_TTL, query), _parameter(RECORD_TTL, record)]


def _parameter(name: str, value: int) -> dict[str, Any]:
    return {
        "ParameterName": name,
        "ParameterType": "DEFAULT",
        "ParameterValue": str(value),
        "NodeTypeSpecificValues": [],
        "Description": _DESCRIPTIONS[name],
        "Source": "user",
        "DataType": "integer",
        "AllowedValues": "0-",
        "IsModifiable": "TRUE",
        "ChangeType": "IMMEDIATE",
    }
