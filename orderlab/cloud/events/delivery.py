"""The way of an event from a rule to one target: attempts, retries, dead letter.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
Differs from AWS: 64 MB of events at most wait for a retry; what fails then goes to the dead-letter
queue at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from orderlab.clock import Clock
from orderlab.cloud import ids
from orderlab.cloud.contracts import Attributes
from orderlab.cloud.events.event import Event
from orderlab.cloud.events.model import Bus, Rule, Target
from orderlab.cloud.events.recording import Recording
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.retries import Exhausted, wait_before
from orderlab.cloud.targets.sender import Message, Source, TargetSender, kind_of

SERVICE = "events.amazonaws.com"
MAX_WAITING_BYTES = 64 * 1024 * 1024
# SQS takes no longer attribute values here: a message has to fit
_MOST_ERROR = 1_000
log = logging.getLogger("orderlab.cloud.events")


class Delivery:
    """Delivers events, and keeps the deliveries that are tried again.

    `pass_on` puts an event on another bus; the routing sets it, which uses this class itself.
    """

    def __init__(
        self, *, registry: Registry, sender: TargetSender, recording: Recording, clock: Clock
    ) -> None:
        self._registry = registry
        self._sender = sender
        self._recording = recording
        self._clock = clock
        self._chance = ids.source("event retries")
        self._pending: set[asyncio.Task[None]] = set()
        self._waiting_bytes = 0
        self.pass_on: Callable[[Bus, Event], bool] = lambda bus, event: False

    async def deliver(self, rule: Rule, target: Target, event: Event) -> None:
        """Try once, and go on in the background if that failed and may succeed later."""
        self._recording.created(rule)
        began = self._clock.now()
        failure = await self._attempt(rule, target, event, retry=False)
        if failure is None:
            return
        if not failure.retry:
            await self._give_up(rule, target, event, failure, 0, None)
        elif self._waiting_bytes + event.size > MAX_WAITING_BYTES:
            await self._give_up(rule, target, event, failure, 0, "MaximumRetryAttempts")
        else:
            self._again_in_background(rule, target, event, failure, began)

    async def stop(self) -> None:
        """End the deliveries that are under way."""
        pending = list(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _attempt(
        self, rule: Rule, target: Target, event: Event, *, retry: bool
    ) -> TargetFailure | None:
        """One attempt; what went wrong, or None."""
        failure: TargetFailure | None = None
        if not retry:
            self._recording.latency(rule, event, "Start")
        try:
            await self._send(rule, target, event)
        except TargetFailure as found:
            failure = found
        except Exception:
            log.exception("A delivery from %s failed", rule.arn)
            failure = TargetFailure("UNKNOWN", "The delivery has failed.", retry=False)
        self._recording.attempted(rule, retry=retry, succeeded=failure is None)
        if not retry:
            self._recording.latency(rule, event, "Complete")
        if failure is None:
            self._recording.delivered(rule, event)
        return failure

    async def _send(self, rule: Rule, target: Target, event: Event) -> None:
        source = Source(SERVICE, rule.arn, rule.created_by, target.role_arn)
        if kind_of(target.arn) == "events":
            self._sender.require("events", target.arn, source)
            self._to_bus(target.arn, event, rule)
            return
        body = target.input.body(rule, event)
        message = Message(body, target.group_id, ids=event.ids, trace=event.trace)
        await self._sender.send(target.arn, message, source)

    def _to_bus(self, arn: str, event: Event, rule: Rule) -> None:
        bus = self._registry.bus_of_arn(arn)
        if bus is None or not self.pass_on(bus, event):
            reason = "The event has passed too many event buses." if bus else "No such event bus."
            raise TargetFailure("INVALID_PARAMETER", reason, retry=False)
        self._recording.arrived(bus, event, rule.arn)

    # --- trying again ---

    def _again_in_background(
        self, rule: Rule, target: Target, event: Event, failure: TargetFailure, began: float
    ) -> None:
        task = asyncio.get_running_loop().create_task(
            self._again(rule, target, event, failure, began),
            name=f"{rule.arn} to {target.arn}",
        )
        self._waiting_bytes += event.size
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)
        task.add_done_callback(lambda _: self._ended(event.size))

    def _ended(self, size: int) -> None:
        self._waiting_bytes -= size

    async def _again(
        self, rule: Rule, target: Target, event: Event, failure: TargetFailure, began: float
    ) -> None:
        retries, policy = 0, target.retry_policy
        while failure.retry:
            wait = wait_before(retries + 1, self._chance)
            exhausted = policy.exhausted(retries, self._clock.now() - began, wait)
            if exhausted is not None:
                await self._give_up(rule, target, event, failure, retries, exhausted)
                return
            await self._clock.sleep(wait)
            retries += 1
            again = await self._attempt(rule, target, event, retry=True)
            if again is None:
                return
            failure = again
        await self._give_up(rule, target, event, failure, retries, None)

    # --- when nothing helps ---

    async def _give_up(
        self,
        rule: Rule,
        target: Target,
        event: Event,
        failure: TargetFailure,
        retries: int,
        exhausted: Exhausted | None,
    ) -> None:
        self._recording.failed(rule, target.arn, event, failure.code)
        if target.dead_letter_arn is None:
            return
        attributes = dead_letter_attributes(rule.arn, target.arn, failure, retries, exhausted)
        letter = Message(event.text, attributes=attributes, ids=event.ids)
        source = Source(SERVICE, rule.arn, rule.created_by)
        try:
            await self._sender.send(target.dead_letter_arn, letter, source)
        except TargetFailure as error:
            log.info("A dead letter of %s was lost: %s", rule.arn, error)
            self._recording.dead_letter(rule, arrived=False)
        else:
            self._recording.dead_letter(rule, arrived=True)


def dead_letter_attributes(
    rule_arn: str,
    target_arn: str,
    failure: TargetFailure,
    retries: int,
    exhausted: Exhausted | None,
) -> Attributes:
    """The message attributes of a dead letter."""
    values = {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": target_arn,
        "ERROR_CODE": failure.code,
        "ERROR_MESSAGE": failure.message[:_MOST_ERROR] or failure.code,
        "RETRY_ATTEMPTS": str(retries),
    }
    if exhausted is not None:
        values["EXHAUSTED_RETRY_CONDITION"] = exhausted
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
