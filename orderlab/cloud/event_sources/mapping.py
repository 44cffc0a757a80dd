"""One event source mapping: what it is set to, what state it is in, how far it has read."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.event_sources.settings import Settings
from orderlab.cloud.event_sources.sources import Source

NOTHING_YET = "No records processed"


@dataclass(slots=True)
class ShardProgress:
    """How far each lane of a shard is: the index of its next record in the shard's log."""

    lanes: list[int]

    def spread_over(self, factor: int) -> None:
        """Divide the keys among another number of lanes, without leaving a record out."""
        if len(self.lanes) != factor:
            self.lanes = [min(self.lanes)] * factor


@dataclass(slots=True)
class EventSourceMapping:
    """A mapping as its API shows it. `progress` is kept while the mapping is disabled."""

    uuid: str
    arn: str
    region: str
    source: Source
    function_arn: str
    settings: Settings
    enabled: bool
    state: str
    last_modified: float
    starting_position: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    last_result: str | None = None
    progress: dict[str, ShardProgress] = field(default_factory=dict)

    @property
    def function_name(self) -> str:
        """The function's bare name."""
        return self.function_arn.split(":")[6]

    @property
    def qualifier(self) -> str | None:
        """The version or alias; None without one."""
        parts = self.function_arn.split(":")
        return parts[7] if len(parts) > 7 else None

    @property
    def unqualified_function_arn(self) -> str:
        """The function's ARN without a version or alias."""
        return ":".join(self.function_arn.split(":")[:7])

    @property
    def of_stream(self) -> bool:
        """Whether the source is a table's stream; otherwise it is a queue."""
        return self.source.kind == "dynamodb"

    def configuration(self) -> MappingOf[str, Any]:
        """EventSourceMappingConfiguration, with the members that AWS gives for the source."""
        shown: dict[str, Any] = {
            "UUID": self.uuid,
            "EventSourceMappingArn": self.arn,
            "EventSourceArn": self.source.arn,
            "FunctionArn": self.function_arn,
            "LastModified": self.last_modified,
            "State": self.state,
            "StateTransitionReason": "User action" if self.of_stream else "USER_INITIATED",
            **self.settings,
        }
        if self.starting_position:
            shown["StartingPosition"] = self.starting_position
        if self.last_result:
            shown["LastProcessingResult"] = self.last_result
        return shown

    def processed(self, problem: str | None) -> None:
        """Note how the last attempt went. A queue's mapping shows nothing while all is well."""
        if problem:
            self.last_result = f"PROBLEM: {problem}"
        else:
            self.last_result = "OK" if self.of_stream else None
