"""One queue as the rest of the cloud sees it: send, receive, delete, and what it is set to."""

from __future__ import annotations

import asyncio
import hashlib
import random
import uuid
from collections.abc import Callable, Mapping, Sequence

from orderlab.cloud import ids
from orderlab.cloud.contracts import Content, OutgoingMessage, Principal, ReceivedMessage
from orderlab.cloud.messaging.deduplication import RecentIds, content_id
from orderlab.cloud.messaging.message_ids import new_id
from orderlab.cloud.sqs import content
from orderlab.cloud.sqs.attempts import Attempts
from orderlab.cloud.sqs.disturbances import Disturbances
from orderlab.cloud.sqs.errors import MessageTooLong, OverLimit, QueueDoesNotExist
from orderlab.cloud.sqs.message import Message, new_message
from orderlab.cloud.sqs.received import as_received
from orderlab.cloud.sqs.recording import Recording
from orderlab.cloud.sqs.settings import QueueSettings
from orderlab.cloud.sqs.store import MAX_DEAD_AT_ONCE, MAX_IN_FLIGHT, MessageStore
from orderlab.cloud.sqs.waiting import Waiters
from orderlab.cloud.sqs.wiring import Wiring

POLLER = "lambda.amazonaws.com"


class LiveQueue:
    """A queue with its messages. Implements `contracts.Queue`."""

    def __init__(
        self,
        region: str,
        name: str,
        attributes: Mapping[str, str],
        *,
        wiring: Wiring,
        find: Callable[[str], LiveQueue | None],
    ) -> None:
        """`find` gives a queue by its ARN: the dead-letter queue may be made later than this."""
        settings, clock = wiring.settings, wiring.clock
        self._find = find
        self._clock = clock
        self._endpoint = wiring.endpoint
        # bound here because they are called for every message
        self._now = clock.now
        self._pace = clock.pace
        self._wall = clock.wall
        self._ids_in = wiring.telemetry.recorder.ids_in
        self.region = region
        self.account_id = settings.account_id
        self.tags: dict[str, str] = {}
        self.name = name
        self.arn = f"arn:aws:sqs:{region}:{self.account_id}:{name}"
        self.fifo = name.endswith(".fifo")
        self.created_at = self.modified_at = int(clock.wall())
        self.purged_at: float | None = None
        self.deleted = False
        # whether the cloud is stopping, so that no poll may wait any longer
        self._ended = False
        # whether the last poll stopped at dead letters, so that messages may lie behind them
        self.burying = False
        seed = None if settings.seed is None else f"{settings.seed} {self.arn}"
        self._chance = random.Random(seed)
        self._disturbances = Disturbances(name, self._chance, fifo=self.fifo, wiring=wiring)
        self._ids = ids.source(f"messages of {self.arn}")
        # random, so that a queue with the name of a deleted one does not accept the old one's
        # handles
        key = hashlib.sha256(uuid.uuid4().bytes).digest()
        self.store = MessageStore(fifo=self.fifo, chance=self._chance, key=key)
        self.recording = Recording(self.arn, name, fifo=self.fifo, wiring=wiring)
        self._waiters = Waiters(clock)
        # id and sequence number of recent messages, which may have been deleted since
        self._sent: RecentIds[tuple[str, str | None]] = RecentIds()
        self._attempts = Attempts(self.store)
        self.attributes = dict(attributes)
        self.settings = QueueSettings.read(attributes)

    # --- settings ---

    def apply(self, attributes: Mapping[str, str]) -> None:
        """Take new attributes, checked before."""
        before = self.settings
        self.attributes = dict(attributes)
        self.settings = QueueSettings.read(attributes)
        self.modified_at = int(self._wall())
        if self.fifo and before.delay != self.settings.delay:
            self.store.delay_all(self.settings.delay)
            self._waiters.wake_all()

    @property
    def visibility_timeout(self) -> int:
        """Its VisibilityTimeout in seconds."""
        return self.settings.visibility_timeout

    @property
    def policy(self) -> str | None:
        """Its access policy; None if it has none."""
        return self.settings.policy

    @property
    def url(self) -> str:
        """Its QueueUrl at the local cloud."""
        return f"{self._endpoint()}/{self.account_id}/{self.name}"

    def described(self) -> dict[str, str]:
        """Every attribute that GetQueueAttributes can give; the counts are exact."""
        self._advance()
        counted = {
            "QueueArn": self.arn,
            "ApproximateNumberOfMessages": str(self.store.visible),
            "ApproximateNumberOfMessagesNotVisible": str(self.store.in_flight),
            "ApproximateNumberOfMessagesDelayed": str(self.store.delayed),
            "CreatedTimestamp": str(self.created_at),
            "LastModifiedTimestamp": str(self.modified_at),
        }
        return {**counted, **self.attributes}

    # --- sending ---

    def send(self, message: OutgoingMessage, sender: Principal) -> str:
        """Store one message, meter the request, and return the message's id.

        Raises AwsError if the message exceeds a limit of the queue.
        """
        stored = self.accept(message, sender)
        if sender.kind != "service":
            self.recording.requests(stored.size)
        return stored.id

    def accept(
        self,
        message: OutgoingMessage,
        sender: Principal,
        *,
        ids: tuple[str, ...] | None = None,
        held: Content | None = None,
    ) -> Message:
        """Store one message, unless it repeats another, whose id it then takes.

        AwsError if it breaks a limit. `ids` are its correlation ids and `held` its content, if the
        sender has them already.
        """
        now = self._advance()
        made = self._made(message, sender, now, held)
        made.ids = self._ids_in(message.body) if ids is None else ids
        return self._take_in(made, message, sender, now)

    def accept_together(
        self, messages: Sequence[OutgoingMessage], sender: Principal
    ) -> list[Message]:
        """Store all of them, or none: AwsError if one breaks a limit."""
        now = self._advance()
        made = [self._made(message, sender, now) for message in messages]
        for each in made:
            each.ids = self._ids_in(each.body)
        return [
            self._take_in(each, message, sender, now)
            for each, message in zip(made, messages, strict=True)
        ]

    def _take_in(
        self, made: Message, message: OutgoingMessage, sender: Principal, now: float
    ) -> Message:
        if self.fifo:
            scope = made.group_id or "" if self.settings.by_group else ""
            deduplication_id = made.deduplication_id or ""
            repeated = self._sent.find(scope, deduplication_id, now)
            if repeated is not None:
                # the answer has the earlier message's id, but the digests of this one
                made.id, made.sequence_number = repeated
                return made
        delay = self.settings.delay if message.delay_seconds is None else message.delay_seconds
        if self.fifo:
            delay = self.settings.delay
        self.store.put(made, now=now, delay_seconds=delay + self._disturbances.delay_of(made))
        if self.fifo:
            sent = (made.id, made.sequence_number)
            self._sent.remember(scope, deduplication_id, now, sent)
        self.recording.sent(made, sender)
        self._waiters.wake()
        return made

    def _made(
        self,
        message: OutgoingMessage,
        sender: Principal,
        now: float,
        held: Content | None = None,
    ) -> Message:
        """A message that this queue takes, not yet stored; AwsError if it breaks a limit."""
        if held is None:
            held = content.content_of(message.body, message.attributes)
        content.check_system_attributes(message.system_attributes)
        content.check_addressing(message, fifo=self.fifo, content_based=self.settings.content_based)
        if held.size > self.settings.maximum_message_size:
            raise MessageTooLong(self.settings.maximum_message_size)
        return new_message(
            message,
            held,
            message_id=new_id(self._ids),
            sender=sender,
            wall=self._wall(),
            now=now,
            deduplication_id=message.deduplication_id
            or (content_id(message.body) if self.fifo else None),
        )

    def accept_moved(self, message: Message) -> None:
        """Store a message that comes from another queue."""
        self.store.put(message, now=self._advance())
        self._waiters.wake()

    # --- receiving ---

    async def receive(
        self,
        *,
        max_messages: int = 1,
        wait_seconds: float | None = None,
        visibility_timeout: int | None = None,
        pollers: int = 1,
    ) -> Sequence[ReceivedMessage]:
        """Take messages for another service, waiting up to `wait_seconds` for the first."""
        wait = self.settings.wait if wait_seconds is None else wait_seconds
        taken = self.poll(max_messages, visibility_timeout, short=wait <= 0, reader=POLLER)
        if not taken and (wait > 0 or self.burying):
            taken = await self.wait_for_messages(
                max_messages, visibility_timeout, wait_seconds=wait, reader=POLLER
            )
        self.recording.received(taken, POLLER, calls=1 if taken else pollers)
        size = sum(message.size for message in taken)
        self.recording.requests(size, calls=1.0 if taken else pollers)
        return [as_received(message, self.store.handle(message)) for message in taken]

    def poll(
        self, limit: int, visibility: int | None, *, short: bool, reader: str
    ) -> list[Message]:
        """Take what can be had now. OverLimit if a short poll meets a full standard queue."""
        now = self._advance()
        if short and not self.fifo and self.store.in_flight >= MAX_IN_FLIGHT:
            raise OverLimit("Too many messages are in flight: delete some before you receive more.")
        target = self._dead_letter_queue()
        most = self.settings.redrive.max_receive_count if self.settings.redrive and target else None
        taken, dead = self.store.take(
            limit,
            now=now,
            visibility_seconds=self.visibility_timeout if visibility is None else visibility,
            short=short,
            is_dead=None if most is None else lambda message: message.receives_here >= most,
        )
        wall = int(self._wall() * 1000)
        for message in taken:
            message.first_received_ms = message.first_received_ms or wall
            if not self.fifo and not message.copied:
                self._maybe_double(message, now)
        if target is not None:
            for message in dead:
                self._bury(message, target, now)
            self.burying = len(dead) >= MAX_DEAD_AT_ONCE and not taken
            if dead and target is self and not taken:
                # the queue is its own dead-letter queue: what it buried can be received at once
                return self.poll(limit, visibility, short=short, reader=reader)
        return taken

    async def wait_for_messages(
        self, limit: int, visibility: int | None, *, wait_seconds: float, reader: str
    ) -> list[Message]:
        """A long poll: return as soon as a message is there, with nothing when the wait is over.

        Raises QueueDoesNotExist if the queue is deleted meanwhile.
        """
        ends = self._pace() + wait_seconds
        while not self._ended:
            left = ends - self._pace()
            if self.burying:
                # let others be answered before the next few hundred dead letters
                await asyncio.sleep(0)
            elif left > 0:
                change = self.store.next_change()
                await self._waiters.wait(min(left, change - self._now()) if change else left)
            else:
                break
            if self.deleted:
                raise QueueDoesNotExist
            taken = self.poll(limit, visibility, short=wait_seconds <= 0, reader=reader)
            if taken:
                return taken
        return []

    def _maybe_double(self, message: Message, now: float) -> None:
        """Leave copies of a message that is delivered for the first time, as may happen on AWS."""
        copies, fault = self._disturbances.copies_of(message)
        message.copied = True
        for _ in range(copies):
            self.store.put(message.moved(fault=fault), now=now)
            self._waiters.wake()

    def _dead_letter_queue(self) -> LiveQueue | None:
        redrive = self.settings.redrive
        return self._find(redrive.target_arn) if redrive else None

    def _bury(self, message: Message, target: LiveQueue, now: float) -> None:
        """Move a dead letter; a standard queue keeps the time of its first sending."""
        moved = message.moved(dead_letter_source=self.arn)
        if target.fifo:
            moved.enqueued_at = now
        self.recording.dead_letter(message, target.arn)
        target.accept_moved(moved)

    def received_before(self, attempt_id: str, visibility: int | None) -> list[Message]:
        """What an earlier receive with the same attempt id got, if none of it has changed."""
        seconds = self.visibility_timeout if visibility is None else visibility
        return self._attempts.again(attempt_id, self._advance(), seconds)

    def remember_receive(self, attempt_id: str, messages: list[Message]) -> None:
        """Keep what a receive with a ReceiveRequestAttemptId got."""
        self._attempts.remember(attempt_id, messages, self._now())

    # --- after the receive ---

    def delete(self, receipt_handle: str) -> None:
        """Delete a message for another service."""
        self.delete_by(receipt_handle, POLLER)
        # Lambda's pollers, the callers of this method, delete ten messages with one request
        self.recording.requests(calls=0.1)

    def delete_by(self, receipt_handle: str, reader: str) -> None:
        """Delete a message for a caller whom the flight recorder shall name."""
        self._advance()
        message = self.store.delete(receipt_handle)
        if message is not None:
            self.recording.deleted(message, reader)
            self._wake_after_release()

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Hide a received message for so many seconds from now on."""
        now = self._advance()
        self.store.change_visibility(receipt_handle, seconds, now=now)
        self._waiters.wake_all()

    def _wake_after_release(self) -> None:
        if self.fifo:
            # the next message of its group may be received now
            self._waiters.wake()

    # --- the whole queue ---

    def purge(self) -> None:
        """Delete all messages."""
        self.purged_at = self._now()
        self.store.clear()
        # after a purge, the same messages may be sent again at once
        self._sent = RecentIds()

    def close(self) -> None:
        """The queue is deleted: its messages are gone and those who wait hear of it."""
        self.deleted = True
        self.store.clear()
        self._waiters.wake_all()

    def end_polls(self) -> None:
        """Let no long poll wait any longer: the cloud stops."""
        self._ended = True
        self._waiters.wake_all()

    @property
    def waiting_polls(self) -> int:
        """How many long polls wait for a message."""
        return len(self._waiters)

    def count_visible(self) -> int:
        """How many messages can be received now."""
        self._advance()
        return self.store.visible

    def oldest_age(self) -> float:
        """Scaled seconds since the oldest message came in."""
        oldest = self.store.oldest()
        return 0.0 if oldest is None else max(0.0, self._now() - oldest)

    def publish_gauges(self) -> None:
        """Write the queue's depths and the age of its oldest message to CloudWatch."""
        self._advance()
        self.recording.gauges(
            visible=self.store.visible,
            in_flight=self.store.in_flight,
            delayed=self.store.delayed,
            age=self.oldest_age(),
        )

    def _advance(self) -> float:
        now = self._now()
        self.store.advance(now, self.settings.retention)
        return now
