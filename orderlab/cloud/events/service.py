"""EventBridge: which of its operations are done here, and what other services ask of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-what-is.html
Differs from AWS: the classic event bus only. AWS services send no events of their own; no buses
of other accounts, partner sources, API destinations, connections, global endpoints and bus logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import (
    Call,
    Faults,
    Functions,
    Handler,
    Parameters,
    Permissions,
    Policy,
    Principal,
    Queues,
    Result,
    Telemetry,
    Topics,
    Watcher,
)
from orderlab.cloud.events.archive_operations import ArchiveOperations
from orderlab.cloud.events.bus_operations import BusOperations
from orderlab.cloud.events.delivery import Delivery
from orderlab.cloud.events.put_events import PutEvents
from orderlab.cloud.events.recording import Recording
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.replays import Replays
from orderlab.cloud.events.routing import Routing
from orderlab.cloud.events.rule_operations import RuleOperations
from orderlab.cloud.events.scheduled_rules import ScheduledRules
from orderlab.cloud.events.tags import TagOperations
from orderlab.cloud.events.target_operations import TargetOperations
from orderlab.cloud.protocols.model_input import read_input
from orderlab.cloud.settings import Settings
from orderlab.cloud.targets.sender import TargetSender

_NOT_DONE = {
    "API destinations of EventBridge": (
        "CreateApiDestination", "DeleteApiDestination", "DescribeApiDestination",
        "ListApiDestinations", "UpdateApiDestination", "CreateConnection", "DeleteConnection",
        "DeauthorizeConnection", "DescribeConnection", "ListConnections", "UpdateConnection",
    ),
    "global endpoints of EventBridge": (
        "CreateEndpoint", "DeleteEndpoint", "DescribeEndpoint", "ListEndpoints", "UpdateEndpoint",
    ),
    "partner event sources": (
        "ActivateEventSource", "CreatePartnerEventSource", "DeactivateEventSource",
        "DeletePartnerEventSource", "DescribeEventSource", "DescribePartnerEventSource",
        "ListEventSources", "ListPartnerEventSourceAccounts", "ListPartnerEventSources",
        "PutPartnerEvents",
    ),
}  # fmt: skip


class EventService:
    """All event buses. Implements `contracts.EventBuses`."""

    name = "events"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        permissions: Permissions,
        telemetry: Telemetry,
        faults: Faults,
        queues: Queues,
        topics: Topics,
        functions: Functions,
    ) -> None:
        self._permissions = permissions
        self.registry = Registry(account_id=settings.account_id, clock=clock)
        recording = Recording(clock=clock, telemetry=telemetry)
        sender = TargetSender(
            queues=queues,
            topics=topics,
            functions=functions,
            buses=self,
            permissions=permissions,
            faults=faults,
            recorder=telemetry.recorder,
            clock=clock,
        )
        self._delivery = Delivery(
            registry=self.registry, sender=sender, recording=recording, clock=clock
        )
        self._routing = Routing(
            registry=self.registry, delivery=self._delivery, recording=recording, clock=clock
        )
        self._put_events = PutEvents(
            registry=self.registry,
            routing=self._routing,
            recording=recording,
            recorder=telemetry.recorder,
            clock=clock,
        )
        self._schedules = ScheduledRules(routing=self._routing, recording=recording, clock=clock)
        self._replays = Replays(
            registry=self.registry, routing=self._routing, recording=recording, clock=clock
        )
        self.operations: Mapping[str, Handler] = {
            **{name: _checked(handler) for name, handler in self._handlers(clock).items()},
            **{name: _refusal(what) for what, names in _NOT_DONE.items() for name in names},
        }

    def _handlers(self, clock: Clock) -> dict[str, Handler]:
        rules = RuleOperations(registry=self.registry, changed=self._schedules.changed)
        return {
            "PutEvents": self._put,
            **BusOperations(registry=self.registry, clock=clock).handlers,
            **rules.handlers,
            **TargetOperations(registry=self.registry, permissions=self._permissions).handlers,
            **ArchiveOperations(registry=self.registry, clock=clock).handlers,
            **self._replays.handlers,
            **TagOperations(registry=self.registry).handlers,
        }

    async def start(self) -> None:
        """Nothing runs before there is a rule."""

    async def stop(self) -> None:
        """End schedules, replays and deliveries."""
        await self._schedules.stop()
        await self._replays.stop()
        await self._routing.stop()
        await self._delivery.stop()

    def _put(self, call: Call, given: Parameters) -> Result:
        if given.get("EndpointId"):
            raise NotDoneYet("global endpoints of EventBridge")
        trace = call.request.headers.get("x-amzn-trace-id")
        return self.put_events(call.region, given["Entries"], call.principal, trace)

    # --- what other services ask ---

    def put_events(
        self,
        region: str,
        entries: Sequence[Mapping[str, Any]],
        sender: Principal,
        trace: str | None = None,
    ) -> Mapping[str, Any]:
        """Put events on a bus for another service. The result is that of PutEvents."""
        return self._put_events.put(region, entries, self._name_of(sender), trace)

    def exists(self, bus_arn: str) -> bool:
        """Whether there is a bus with that ARN."""
        return self.registry.bus_of_arn(bus_arn) is not None

    def watch(self, bus_arn: str, look: Watcher | None) -> None:
        """Have every event that arrives on a bus looked at; None ends it."""
        if look is None:
            self._routing.watchers.pop(bus_arn, None)
        else:
            self._routing.watchers[bus_arn] = look

    def resource_policy(self, bus_arn: str) -> Policy:
        """The policy of a bus; None if it has none or does not exist."""
        bus = self.registry.bus_of_arn(bus_arn)
        return bus.policy if bus else None

    def _name_of(self, sender: Principal) -> str:
        """How the flight recorder names a caller."""
        if sender.kind == "account":
            return "client"
        if sender.kind == "service":
            return sender.arn
        return sender.acts_for or self._permissions.function_of(sender) or sender.arn


def _checked(handler: Handler) -> Handler:
    """The handler, which gets only what fits AWS's model."""

    def handle(call: Call, parameters: Parameters) -> Any:
        return handler(call, read_input(call, parameters))

    return handle


def _refusal(what: str) -> Handler:
    def refuse(call: Call, parameters: Parameters) -> Result:
        raise NotDoneYet(what)

    return refuse
