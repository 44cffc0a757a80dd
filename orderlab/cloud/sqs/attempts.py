"""Receives that a client repeats because it never saw the answer (ReceiveRequestAttemptId).

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

from __future__ import annotations

from orderlab.cloud.messaging.deduplication import RecentIds
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.store import MessageStore


class Attempts:
    """What each attempt of the last five minutes got."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store
        self._got: RecentIds[tuple[list[Message], list[int]]] = RecentIds()

    def remember(self, attempt_id: str, messages: list[Message], now: float) -> None:
        """Keep what a receive got; `now` is in scaled seconds."""
        receives = [message.receives_here for message in messages]
        self._got.remember("", attempt_id, now, (messages, receives))

    def again(self, attempt_id: str, now: float, visibility_seconds: float) -> list[Message]:
        """The same messages, hidden for as long again; none if one of them has changed."""
        found = self._got.find("", attempt_id, now)
        if found is None:
            return []
        until = now + visibility_seconds
        same = [
            self._store.hide_again(message, receive, until=until)
            for message, receive in zip(*found, strict=True)
        ]
        return found[0] if all(same) else []
