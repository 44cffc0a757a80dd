"""What an experiment may do to a standard queue's messages: delay, reorder and duplicate them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
"""

from __future__ import annotations

import random

from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.wiring import Wiring

# how often a message is delivered twice with `weak_guarantees`
DUPLICATE_CHANCE = 0.03


class Disturbances:
    """The faults that strike the messages of one queue. A FIFO queue keeps its guarantees."""

    def __init__(self, name: str, chance: random.Random, *, fifo: bool, wiring: Wiring) -> None:
        self._name = name
        self._fifo = fifo
        self._faults = wiring.faults
        self._chance = chance
        self._weak_guarantees = wiring.settings.weak_guarantees

    def delay_of(self, message: Message) -> float:
        """Scaled seconds by which a message is to be held back; it is marked with the fault."""
        faults, seconds = self._faults, 0.0
        if self._fifo or not faults.armed:
            return seconds
        for kind in ("delay", "reorder"):
            fault = faults.active(kind, self._name, message.body.encode())
            if fault:
                share = 1.0 if kind == "delay" else faults.random.random()
                seconds, message.fault = seconds + share * fault.seconds, kind
        return seconds

    def copies_of(self, message: Message) -> tuple[int, str]:
        """How many more copies of a message there are to be, and the fault to mark them with."""
        faults = self._faults
        fault = (
            faults.active("duplicate", self._name, message.body.encode()) if faults.armed else None
        )
        copies = fault.times - 1 if fault else 0
        if self._weak_guarantees and self._chance.random() < DUPLICATE_CHANCE:
            copies = max(copies, 1)
        return copies, "duplicate" if fault else ""
