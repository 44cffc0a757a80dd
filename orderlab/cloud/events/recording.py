"""What is noted down about buses and rules: metrics, metered events, hops of the flight recorder.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
"""

from __future__ import annotations

from orderlab.clock import Clock
from orderlab.cloud.contracts import Hop, Telemetry
from orderlab.cloud.events.event import Event
from orderlab.cloud.events.model import DEFAULT, Bus, Rule
from orderlab.cloud.telemetry.buffer import Dimensions, MetricBuffers

NAMESPACE = "AWS/Events"
# what AWS bills as one event
CHUNK_BYTES = 65_536


class Recording:
    """The books of EventBridge."""

    def __init__(self, *, clock: Clock, telemetry: Telemetry) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._buffer = MetricBuffers(telemetry.metrics, NAMESPACE).of

    def put_events(self, entries: int, failed: int, size: int, seconds: float) -> None:
        """One call of PutEvents, and how long it took."""
        self._telemetry.metrics.add(
            NAMESPACE, "PutEventsLatency", seconds * 1000, unit="Milliseconds", dimensions={}
        )
        buffer = self._buffer(())
        buffer.count("PutEventsApproximateCallCount")
        buffer.count("PutEventsEntriesCount", entries)
        buffer.count("PutEventsFailedEntriesCount", failed)
        buffer.bytes("PutEventsRequestSize", size)

    def arrived(self, bus: Bus, event: Event, sender: str, *, action: str = "PutEvents") -> None:
        """An event has come to a bus."""
        chunks = max(1, -(-event.size // CHUNK_BYTES))
        self._telemetry.meter.add("events.events", chunks, bus.name)
        self._hop(sender, bus.arn, action, "ok", event)

    def matched(self, bus: Bus, rule: Rule, event: Event) -> None:
        """A rule's pattern fits an event."""
        self._of_rule("MatchedEvents", rule)
        self._of_rule("TriggeredRules", rule)
        self._hop(bus.arn, rule.arn, "Match", "ok", event)

    def triggered(self, rule: Rule) -> None:
        """A rule that its schedule has triggered."""
        self._of_rule("TriggeredRules", rule)

    def created(self, rule: Rule) -> None:
        """A delivery to a target begins."""
        self._of_rule("InvocationsCreated", rule)

    def attempted(self, rule: Rule, *, retry: bool, succeeded: bool) -> None:
        """A delivery was tried."""
        self._of_rule("InvocationAttempts", rule)
        if retry:
            self._of_rule("RetryInvocationAttempts", rule)
        if succeeded:
            self._of_rule("SuccessfulInvocationAttempts", rule)

    def delivered(self, rule: Rule, event: Event) -> None:
        """A target has taken an event."""
        self._of_rule("Invocations", rule)
        self.latency(rule, event, "Success")

    def latency(self, rule: Rule, event: Event, what: str) -> None:
        """The first attempt to deliver an event begins or ends, or its target has taken it."""
        waited = max(0.0, self._clock.wall() - event.ingested) * 1000
        self._of_rule(f"IngestionToInvocation{what}Latency", rule, waited, unit="Milliseconds")

    def failed(self, rule: Rule, target_arn: str, event: Event, code: str) -> None:
        """An invocation that is given up for good."""
        self._of_rule("Invocations", rule)
        self._of_rule("FailedInvocations", rule)
        self._hop(rule.arn, target_arn, "Deliver", code, event)

    def dead_letter(self, rule: Rule, *, arrived: bool) -> None:
        """An event was given up, and sent to the dead-letter queue, if it `arrived` there."""
        self._of_rule("InvocationsSentToDlq" if arrived else "InvocationsFailedToBeSentToDlq", rule)

    def _of_rule(self, name: str, rule: Rule, value: float = 1, unit: str = "Count") -> None:
        for dimensions in _dimensions(rule):
            if unit == "Count":
                self._buffer(dimensions).count(name, value)
            else:
                self._telemetry.metrics.add(
                    NAMESPACE, name, value, unit=unit, dimensions=dict(dimensions)
                )

    def _hop(self, source: str, target: str, action: str, outcome: str, event: Event) -> None:
        if not event.ids:
            return
        self._telemetry.recorder.record(
            Hop(
                at=self._clock.wall(),
                source=source,
                target=target,
                action=action,
                outcome=outcome,
                duration_ms=0.0,
                ids=event.ids,
                detail={"eventId": event.id},
            )
        )


def _dimensions(rule: Rule) -> tuple[Dimensions, ...]:
    """Metrics of a rule are found by its name, and by its bus and its name."""
    by_name = (("RuleName", rule.name),)
    if rule.bus_name == DEFAULT:
        return (by_name,)
    return by_name, (("EventBusName", rule.bus_name), *by_name)
