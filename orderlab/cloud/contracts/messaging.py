"""Queues and topics, as the services that send to them and read from them see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from orderlab.cloud.contracts.calls import Principal
from orderlab.cloud.contracts.identity import Policy

# Message attributes by name, in the form of SendMessage's parameters.
Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message on its way into a queue, with the parameters of SendMessage.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """

    body: str
    attributes: Attributes = field(default_factory=dict)
    system_attributes: Attributes = field(default_factory=dict)
    delay_seconds: int | None = None
    group_id: str | None = None
    deduplication_id: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds, checked: its digests, and its size in bytes."""

    body: str
    attributes: Attributes
    md5_of_body: str
    md5_of_attributes: str
    size: int


@dataclass(slots=True)
class ReceivedMessage:
    """A message as ReceiveMessage returns it, with all of its system attributes."""

    message_id: str
    receipt_handle: str
    body: str
    md5_of_body: str
    system_attributes: Mapping[str, str]
    attributes: Attributes


class Queue(Protocol):
    """A queue of SQS."""

    @property
    def fifo(self) -> bool:
        """Whether it is a FIFO queue."""

    @property
    def visibility_timeout(self) -> int:
        """Its VisibilityTimeout in seconds."""

    @property
    def policy(self) -> str | None:
        """Its access policy; None if it has none."""

    def send(self, message: OutgoingMessage, sender: Principal) -> str:
        """Store one message, meter the request, and return the message's id. Checks no policy.

        Raises AwsError if the message exceeds a limit of the queue.
        """

    def accept(
        self,
        message: OutgoingMessage,
        sender: Principal,
        *,
        ids: tuple[str, ...] | None = None,
        held: Content | None = None,
    ) -> object:
        """Store one message like `send`, without metering a request.

        `ids` are the message's correlation ids and `held` its content, for a sender that has worked
        them out already.

        Raises AwsError if the message exceeds a limit of the queue.
        """

    async def receive(
        self,
        *,
        max_messages: int = 1,
        wait_seconds: float | None = None,
        visibility_timeout: int | None = None,
        pollers: int = 1,
    ) -> Sequence[ReceivedMessage]:
        """Take up to `max_messages`, waiting for the first of them up to `wait_seconds`.

        If none came, `pollers` empty receives are metered.
        """

    def delete(self, receipt_handle: str) -> None:
        """Delete a message that was received."""

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Hide a message that was received for so long from now on; 0 shows it at once."""

    def count_visible(self) -> int:
        """How many messages can be received now."""


class Queues(Protocol):
    """SQS: all queues of all Regions."""

    def queue(self, arn: str) -> Queue | None:
        """The queue with that ARN; None if it does not exist."""

    def content_of(self, body: str, attributes: Attributes) -> Content:
        """Check a message's body and attributes, whichever queues it is for.

        Raises AwsError if SQS does not accept them.
        """


class Topics(Protocol):
    """SNS: all topics of all Regions."""

    def publish(
        self,
        topic_arn: str,
        message: str,
        *,
        subject: str | None,
        sender: Principal,
        attributes: Attributes | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        """Accept one message, begin its deliveries and return its id. Checks no policy.

        Raises AwsError if there is no such topic, or it does not take the message.
        """

    def resource_policy(self, topic_arn: str) -> Policy:
        """The topic's policy; None if there is no such topic."""
