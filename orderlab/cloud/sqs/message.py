"""A message in a queue: what was sent, and what has become of it since."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from orderlab.cloud.contracts import Attributes, Content, OutgoingMessage, Principal
from orderlab.cloud.messaging.attributes import as_sent, md5_of_attributes

# the SenderId of AWS's own services
_SERVICE_SENDER_ID = "AIDAIT2UOQQY3AUEKVGXU"


# Compared and hashed by identity: the two copies of a duplicated message are different messages.
@dataclass(slots=True, eq=False)
class Message:
    """`enqueued_at` is scaled time; times in milliseconds are the time of day.

    `number` gives the order within one queue; `receives` counts in all queues it was in,
    `receives_here` in this one, which is what a redrive policy looks at. Handles of receives from
    `handles_from` on stand for it; `untimed` says that the latest receive hid it for no time, and
    `given_back` that its consumer ended its timeout.
    """

    id: str
    body: str
    attributes: Attributes
    md5_of_body: str
    md5_of_attributes: str
    md5_of_system_attributes: str
    size: int
    sender_id: str
    sent_ms: int
    enqueued_at: float
    trace_header: str | None = None
    group_id: str | None = None
    deduplication_id: str | None = None
    ids: tuple[str, ...] = ()
    dead_letter_source: str | None = None
    number: int = 0
    sequence_number: str | None = None
    server: int = 0
    receives: int = 0
    receives_here: int = 0
    first_received_ms: int | None = None
    taken_at: float = 0.0
    handles_from: int = 0
    untimed: bool = False
    given_back: bool = False
    copied: bool = field(default=False)
    # the kind of fault that an experiment struck its delivery with
    fault: str = ""

    def moved(self, **changes: Any) -> Message:
        """The same message on its way into another queue, or a copy in the same one."""
        changes = {"receives_here": 0, "handles_from": 0, "untimed": False, **changes}
        return replace(self, number=0, copied=True, **changes)

    def system_attributes(self) -> dict[str, str]:
        """Every system attribute, as ReceiveMessage gives them."""
        found = {
            "SenderId": self.sender_id,
            "SentTimestamp": str(self.sent_ms),
            "ApproximateReceiveCount": str(self.receives),
            "ApproximateFirstReceiveTimestamp": str(self.first_received_ms or self.sent_ms),
            "SequenceNumber": self.sequence_number,
            "MessageDeduplicationId": self.deduplication_id,
            "MessageGroupId": self.group_id,
            "AWSTraceHeader": self.trace_header,
            "DeadLetterQueueSourceArn": self.dead_letter_source,
        }
        return {name: value for name, value in found.items() if value is not None}


def new_message(
    sent: OutgoingMessage,
    held: Content,
    *,
    message_id: str,
    sender: Principal,
    wall: float,
    now: float,
    deduplication_id: str | None,
) -> Message:
    """A message as it is sent; `held` is its content, checked."""
    trace, digest = None, ""
    if sent.system_attributes:
        system = {name: as_sent(value) for name, value in sent.system_attributes.items()}
        trace, digest = system.get("AWSTraceHeader"), md5_of_attributes(system)
    return Message(
        id=message_id,
        body=held.body,
        attributes=held.attributes,
        md5_of_body=held.md5_of_body,
        md5_of_attributes=held.md5_of_attributes,
        md5_of_system_attributes=digest,
        size=held.size,
        sender_id=sender_id(sender),
        sent_ms=int(wall * 1000),
        enqueued_at=now,
        trace_header=str(trace["StringValue"]) if trace else None,
        group_id=sent.group_id,
        deduplication_id=deduplication_id,
    )


def sender_id(principal: Principal) -> str:
    """The SenderId attribute: an account, a role session or a service of AWS."""
    if principal.kind == "account":
        return principal.account_id
    if principal.kind == "service":
        return _SERVICE_SENDER_ID
    role, _, session = principal.arn.rpartition("/")
    digest = hashlib.sha256(role.encode()).digest()
    return f"AROA{base64.b32encode(digest).decode()[:17]}:{session}"
