"""What EventBridge keeps: buses, rules, targets, archives and replays.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-what-is.html
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.events.event import Event
from orderlab.cloud.events.target_input import TargetInput
from orderlab.cloud.patterns.event_pattern import EventPattern
from orderlab.cloud.targets.retries import RetryPolicy
from orderlab.cloud.targets.schedule_expressions import Schedule

DEFAULT = "default"


@dataclass(eq=False)
class Target:
    """A target of a rule. `given` are the parameters of PutTargets."""

    given: dict[str, Any]
    input: TargetInput

    @property
    def id(self) -> str:
        """Its id, which is unique in the rule."""
        return str(self.given["Id"])

    @property
    def arn(self) -> str:
        """The ARN of the queue, topic, function or bus."""
        return str(self.given["Arn"])

    @property
    def role_arn(self) -> str | None:
        """The role for the target; None if it has none."""
        return self.given.get("RoleArn")

    @property
    def retry_policy(self) -> RetryPolicy:
        """How often, and for how long, a delivery is tried."""
        return RetryPolicy.of(self.given.get("RetryPolicy"))

    @property
    def dead_letter_arn(self) -> str | None:
        """The queue for events that could not be delivered; None if there is none."""
        return (self.given.get("DeadLetterConfig") or {}).get("Arn")

    @property
    def group_id(self) -> str | None:
        """The message group for a FIFO queue; None if there is none."""
        return (self.given.get("SqsParameters") or {}).get("MessageGroupId")


@dataclass(eq=False)
class Rule:
    """A rule of a bus, with a pattern, a schedule, or both."""

    name: str
    arn: str
    bus_name: str
    created_by: str
    pattern_text: str | None = None
    pattern: EventPattern | None = None
    schedule_text: str | None = None
    schedule: Schedule | None = None
    state: str = "ENABLED"
    description: str | None = None
    role_arn: str | None = None
    targets: dict[str, Target] = field(default_factory=dict)

    @property
    def enabled(self) -> bool:
        """Whether the rule looks at events."""
        return self.state != "DISABLED"

    def shown(self) -> dict[str, Any]:
        """The rule as ListRules gives it."""
        found = {
            "Name": self.name,
            "Arn": self.arn,
            "EventPattern": self.pattern_text,
            "State": self.state,
            "Description": self.description,
            "ScheduleExpression": self.schedule_text,
            "RoleArn": self.role_arn,
            "EventBusName": self.bus_name,
        }
        return {key: value for key, value in found.items() if value is not None}


@dataclass(eq=False)
class Bus:
    """An event bus. Times are in seconds since 1970."""

    name: str
    arn: str
    created: float
    modified: float
    description: str | None = None
    dead_letter: dict[str, Any] | None = None
    log_config: dict[str, Any] | None = None
    statements: list[dict[str, Any]] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)

    @property
    def policy(self) -> dict[str, Any] | None:
        """The policy of the bus; None if it has none."""
        if not self.statements:
            return None
        return {"Version": "2012-10-17", "Statement": self.statements}


@dataclass(eq=False)
class Archive:
    """An archive of a bus, with its events from the oldest to the newest.

    Each event comes with the scaled time of its arrival, by which its retention is measured.
    """

    name: str
    arn: str
    source_arn: str
    created: float
    description: str | None = None
    pattern_text: str | None = None
    pattern: EventPattern | None = None
    retention_days: int = 0
    events: deque[tuple[float, Event]] = field(default_factory=deque)
    size: int = 0

    def add(self, event: Event, now: float) -> None:
        """Keep an event. `now` is in scaled seconds."""
        self.events.append((now, event))
        self.size += event.size

    def drop_oldest(self) -> None:
        """Forget the event that came first."""
        _, event = self.events.popleft()
        self.size -= event.size

    def forget_expired(self, now: float) -> None:
        """Drop what is older than the retention, which is in days; 0 keeps events for ever."""
        while self.retention_days and self.events:
            if now - self.events[0][0] < self.retention_days * 86_400:
                return
            self.drop_oldest()


@dataclass(eq=False)
class Replay:
    """A replay of an archive. Times are in seconds since 1970."""

    name: str
    arn: str
    archive: Archive
    destination: dict[str, Any]
    start: float
    end: float
    began: float
    description: str | None = None
    state: str = "STARTING"
    state_reason: str | None = None
    last_replayed: float | None = None
    ended: float | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state in ("COMPLETED", "CANCELLED", "FAILED")
