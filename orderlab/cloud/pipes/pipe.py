"""One pipe: what it is set to, what state it is in, how far it has read.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DescribePipe.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SERVICE = "pipes.amazonaws.com"
# the settings of a pipe, by the names of CreatePipe
SETTINGS = (
    "Description", "Source", "SourceParameters", "Enrichment", "EnrichmentParameters", "Target",
    "TargetParameters", "RoleArn",
)  # fmt: skip


@dataclass(eq=False)
class Pipe:
    """A pipe. Times are in seconds since 1970; `progress` is a place in each shard of a stream."""

    name: str
    arn: str
    settings: dict[str, Any]
    desired_state: str
    created: float
    modified: float
    current_state: str = "CREATING"
    state_reason: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    progress: dict[str, int] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The ARN of the queue or stream that it reads."""
        return str(self.settings["Source"])

    @property
    def target(self) -> str:
        """The ARN of what it sends to."""
        return str(self.settings["Target"])

    @property
    def enrichment(self) -> str | None:
        """The ARN of the function that enriches its events; None if there is none."""
        return self.settings.get("Enrichment") or None

    @property
    def role_arn(self) -> str:
        """The ARN of its role."""
        return str(self.settings["RoleArn"])

    @property
    def region(self) -> str:
        """Its Region."""
        return self.arn.split(":")[3]

    @property
    def account_id(self) -> str:
        """Its account."""
        return self.arn.split(":")[4]

    @property
    def of_stream(self) -> bool:
        """Whether it reads a stream, not a queue."""
        return ":dynamodb:" in self.source

    @property
    def ordered(self) -> bool:
        """Whether the order of its source is kept: that of a stream or a FIFO queue."""
        return self.of_stream or self.source.endswith(".fifo")

    @property
    def source_settings(self) -> dict[str, Any]:
        """The settings of its kind of source, with their defaults."""
        name = "DynamoDBStreamParameters" if self.of_stream else "SqsQueueParameters"
        given = (self.settings.get("SourceParameters") or {}).get(name) or {}
        defaults = {"BatchSize": 100 if self.of_stream else 10, "MaximumBatchingWindowInSeconds": 0}
        if self.of_stream:
            defaults |= {"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1}
        return {**defaults, **given}

    @property
    def patterns(self) -> list[str]:
        """The event patterns of its filter."""
        criteria = (self.settings.get("SourceParameters") or {}).get("FilterCriteria") or {}
        return [each.get("Pattern") or "" for each in criteria.get("Filters") or ()]

    @property
    def target_parameters(self) -> dict[str, Any]:
        """Its TargetParameters; empty if it has none."""
        return self.settings.get("TargetParameters") or {}

    def summary(self) -> dict[str, Any]:
        """What CreatePipe, StartPipe and StopPipe answer."""
        return {
            "Arn": self.arn,
            "Name": self.name,
            "DesiredState": self.desired_state,
            "CurrentState": self.current_state,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
        }

    def listed(self) -> dict[str, Any]:
        """What ListPipes shows."""
        shown = {**self.summary(), "Source": self.source, "Target": self.target}
        if self.enrichment:
            shown["Enrichment"] = self.enrichment
        if self.state_reason:
            shown["StateReason"] = self.state_reason
        return shown

    def described(self) -> dict[str, Any]:
        """The pipe as DescribePipe shows it."""
        shown = {key: value for key, value in self.settings.items() if value not in (None, "")}
        parameters = dict(self.settings.get("SourceParameters") or {})
        name = "DynamoDBStreamParameters" if self.of_stream else "SqsQueueParameters"
        parameters[name] = self.source_settings
        shown = {**self.listed(), **shown, "SourceParameters": parameters}
        if self.tags:
            shown["Tags"] = self.tags
        return shown
