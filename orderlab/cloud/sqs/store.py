"""What becomes of a message: delayed, visible, in flight, deleted, expired or a dead letter.

Pure rules over a clock's value: no I/O, no waiting. Costs do not grow with the depth of the queue.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from typing import Protocol

from orderlab.cloud.sqs.deadlines import Deadlines
from orderlab.cloud.sqs.errors import (
    InvalidParameterValue,
    MessageNotInflight,
)
from orderlab.cloud.sqs.groups import Groups
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.receipts import ReceiptBook
from orderlab.cloud.sqs.servers import Servers

MAX_IN_FLIGHT = 120_000
MAX_VISIBILITY_SECONDS = 43_200
MAX_DEAD_AT_ONCE = 500
# FIFO sequence numbers have 20 digits
_FIRST_SEQUENCE_NUMBER = 18_850_000_000_000_000_000
_SEQUENCE_STEP = 256

# Says whether a message that is about to be delivered goes to the dead-letter queue instead.
IsDead = Callable[[Message], bool]


class Poll(Protocol):
    """A receive request that is being answered."""

    def next(self) -> Message | None:
        """The next message; None if there is no more to be had."""

    def close(self) -> None:
        """The request has been answered."""


class Visible(Protocol):
    """Where visible messages lie: on the servers of a standard queue, in the groups of a FIFO."""

    def place(self, message: Message) -> None:
        """Choose where a new message will lie."""

    def put(self, message: Message) -> None:
        """Make a message visible there."""

    def remove(self, message: Message) -> None:
        """Take a visible message out."""

    def poll(self, *, short: bool) -> Poll:
        """Begin a receive request."""

    def taken(self, message: Message) -> None:
        """A message went into flight."""

    def released(self, message: Message) -> None:
        """A message is no longer in flight."""

    def depths(self) -> list[int]:
        """How many messages are visible on each server; empty if there are no servers."""

    def emptied(self) -> Visible:
        """The same without messages."""


class MessageStore:
    """All messages of one queue. Every method takes the scaled time `now`, in seconds."""

    def __init__(self, *, fifo: bool, chance: random.Random, key: bytes) -> None:
        self.fifo = fifo
        self._receipts = ReceiptBook(key)
        self._numbers = itertools.count(1)
        self._messages: dict[int, Message] = {}
        self._delayed: Deadlines[Message] = Deadlines()
        self._in_flight: Deadlines[Message] = Deadlines()
        self._ages: Deadlines[Message] = Deadlines()
        self._visible: Visible = Groups() if fifo else Servers(chance)

    # --- coming in and going out ---

    def put(self, message: Message, *, now: float, delay_seconds: float = 0) -> None:
        """Store a message; it gets its number, and in a FIFO queue its sequence number."""
        message.number = next(self._numbers)
        if self.fifo:
            step = message.number * _SEQUENCE_STEP
            message.sequence_number = str(_FIRST_SEQUENCE_NUMBER + step)
        self._messages[message.number] = message
        self._ages.add(message.enqueued_at, message)
        self._visible.place(message)
        if delay_seconds > 0:
            self._delayed.add(now + delay_seconds, message)
        else:
            self._visible.put(message)

    def advance(self, now: float, retention_seconds: float) -> None:
        """Let time do its work: delays and visibility timeouts end, old messages expire."""
        for message in self._ages.take_due(now - retention_seconds):
            self._forget(message)
        for message in self._delayed.take_due(now):
            self._visible.put(message)
        for message in self._in_flight.take_due(now):
            self._show_again(message)

    def take(
        self,
        limit: int,
        *,
        now: float,
        visibility_seconds: float,
        short: bool,
        is_dead: IsDead | None = None,
    ) -> tuple[list[Message], list[Message]]:
        """Up to `limit` messages, now in flight, and the dead ones met on the way, now gone.

        With MAX_DEAD_AT_ONCE dead ones there may be more of them, and live ones after them.
        """
        limit = min(limit, MAX_IN_FLIGHT - len(self._in_flight))
        delivered: list[Message] = []
        dead: list[Message] = []
        poll = self._visible.poll(short=short)
        while len(delivered) < limit and len(dead) < MAX_DEAD_AT_ONCE:
            message = poll.next()
            if message is None:
                break
            if is_dead is not None and is_dead(message):
                self._forget(message)
                dead.append(message)
                continue
            self._visible.taken(message)
            message.receives += 1
            message.receives_here += 1
            message.taken_at = now
            message.given_back = False
            if not message.untimed:
                message.handles_from = message.receives_here
            message.untimed = visibility_seconds <= 0
            self._in_flight.add(now + visibility_seconds, message)
            delivered.append(message)
        poll.close()
        return delivered, dead

    def draw(self, limit: int) -> list[Message]:
        """Remove up to `limit` visible messages, as a move task does."""
        poll = self._visible.poll(short=False)
        drawn: list[Message] = []
        while len(drawn) < limit and (message := poll.next()) is not None:
            self._forget(message)
            drawn.append(message)
        poll.close()
        return drawn

    def messages(self) -> list[Message]:
        """All of them, the oldest first, in whatever state they are."""
        return list(self._messages.values())

    def forget(self, message: Message) -> None:
        """Remove a message in whatever state it is."""
        if message.number in self._messages:
            self._forget(message)

    def clear(self) -> None:
        """Forget every message; handles given out stay well-formed."""
        self._messages.clear()
        for deadlines in (self._delayed, self._in_flight, self._ages):
            deadlines.clear()
        self._visible = self._visible.emptied()

    def _forget(self, message: Message) -> None:
        self._messages.pop(message.number, None)
        self._ages.discard(message)
        self._delayed.discard(message)
        if message in self._in_flight:
            self._in_flight.discard(message)
            self._visible.released(message)
        else:
            self._visible.remove(message)

    def _show_again(self, message: Message) -> None:
        self._visible.put(message)
        self._visible.released(message)

    # --- by receipt handle ---

    def handle(self, message: Message) -> str:
        """The receipt handle of the latest receive of a message."""
        return self._receipts.write(message.number, message.receives_here)

    def delete(self, handle: str) -> Message | None:
        """Delete what the handle stands for; None if it was gone or received again since.

        Raises ReceiptHandleIsInvalid; InvalidParameterValue for an expired handle of a FIFO queue.
        """
        message = self._current(handle)
        if message is None:
            return None
        if self.fifo and message not in self._in_flight:
            raise _expired(handle)
        self._forget(message)
        return message

    def change_visibility(self, handle: str, seconds: float, *, now: float) -> None:
        """Count `seconds` from now until the message is visible again.

        In a standard queue a timeout that ran out does not matter until somebody else has received
        the message. Raises ReceiptHandleIsInvalid; MessageNotInflight if the timeout was ended;
        InvalidParameterValue if the message is gone, was received again or (FIFO) has come back, or
        beyond 12 hours since the receive.
        """
        message = self._current(handle)
        expired = message is None or message not in self._in_flight
        if message is None or (expired and self.fifo):
            raise InvalidParameterValue(
                f"Value {handle} for parameter ReceiptHandle is invalid. Reason: Message does "
                "not exist or is not available for visibility timeout change."
            )
        if expired and message.given_back:
            raise MessageNotInflight
        if now + seconds - message.taken_at > MAX_VISIBILITY_SECONDS:
            raise InvalidParameterValue(
                f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Total "
                "VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            )
        if seconds > 0:
            if expired:
                self._hide(message)
            self._in_flight.add(now + seconds, message)
        elif not expired:
            message.given_back = True
            self._in_flight.discard(message)
            self._show_again(message)

    def _hide(self, message: Message) -> None:
        """Put a message that is visible back into flight."""
        self._visible.remove(message)
        self._visible.taken(message)

    def _current(self, handle: str) -> Message | None:
        number, receive = self._receipts.read(handle)
        message = self._messages.get(number)
        if message is None or receive == message.receives_here:
            return message
        return message if not self.fifo and receive >= message.handles_from > 0 else None

    def hide_again(self, message: Message, receive: int, *, until: float) -> bool:
        """Give a message that is still in flight from that receive a new timeout."""
        if message not in self._in_flight or message.receives_here != receive:
            return False
        self._in_flight.add(until, message)
        return True

    def delay_all(self, seconds: float) -> None:
        """Give every delayed message a new delay, as a changed FIFO queue does."""
        self._delayed.replace_all(lambda message: message.enqueued_at + seconds)

    # --- what there is ---

    @property
    def in_flight(self) -> int:
        """How many messages are in flight."""
        return len(self._in_flight)

    @property
    def delayed(self) -> int:
        """How many messages are delayed."""
        return len(self._delayed)

    @property
    def visible(self) -> int:
        """How many messages can be received."""
        return len(self._messages) - len(self._in_flight) - len(self._delayed)

    def oldest(self) -> float | None:
        """When the oldest message came in, in scaled time."""
        first = self._ages.first()
        return first[0] if first else None

    def next_change(self) -> float | None:
        """When a delay or a visibility timeout will end next."""
        ends = [first[0] for first in (self._delayed.first(), self._in_flight.first()) if first]
        return min(ends, default=None)

    def depths(self) -> list[int]:
        """Visible messages on each server; empty for a FIFO queue."""
        return self._visible.depths()

    # --- for practice: which servers there are, and where messages lie ---

    @property
    def servers(self) -> Servers:
        """The servers of a standard queue."""
        assert isinstance(self._visible, Servers)
        return self._visible

    def oldest_messages(self, count: int) -> list[Message]:
        """So many messages in the order of their coming, whatever has become of them."""
        return list(itertools.islice(self._messages.values(), count))

    def state(self, message: Message) -> str:
        """Whether a message is in flight, delayed or visible."""
        if message in self._in_flight:
            return "in flight"
        return "delayed" if message in self._delayed else "visible"

    def rearrange(self, made: Callable[[Servers], Servers]) -> None:
        """Put other servers in place of those there are; messages stay on theirs as long as it
        exists."""
        self._visible = servers = made(self.servers)
        for message in self._messages.values():
            if message.server >= len(servers.servers):
                servers.place(message)
            if self.state(message) == "visible":
                servers.put(message)

    def lay(self, places: Mapping[str, int]) -> None:
        """Let messages, by id, lie on these servers; those in flight when they come back."""
        for message in [each for each in self._messages.values() if each.id in places]:
            visible = self.state(message) == "visible"
            if visible:
                self._visible.remove(message)
            message.server = places[message.id]
            if visible:
                self._visible.put(message)


def _expired(handle: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Value {handle} for parameter ReceiptHandle is invalid. "
        "Reason: The receipt handle has expired."
    )
