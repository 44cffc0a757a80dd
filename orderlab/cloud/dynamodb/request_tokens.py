"""Client request tokens: a transaction that is sent again happens once.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.dynamodb.capacity import Consumed
from orderlab.cloud.dynamodb.errors import IdempotentParameterMismatch, TransactionInProgress

TOKEN_SECONDS = 600


@dataclass(frozen=True)
class _Remembered:
    digest: bytes
    consumed: dict[str, Consumed]


class RequestTokens:
    """The transactions of the last ten minutes that came with a token, and succeeded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._remembered: dict[str, _Remembered] = {}
        self._expiring: deque[tuple[float, str]] = deque()
        self._under_way: set[str] = set()

    @contextmanager
    def begun(self, token: str | None) -> Iterator[None]:
        """While a transaction with that token is under way; raises TransactionInProgress if there
        is another one."""
        if token is None:
            yield
            return
        if token in self._under_way:
            raise TransactionInProgress(
                "The transaction with the given request token is already in progress."
            )
        self._under_way.add(token)
        try:
            yield
        finally:
            self._under_way.discard(token)

    def earlier(self, token: str | None, content: bytes) -> dict[str, Consumed] | None:
        """What the repeated call costs, if it is one; IdempotentParameterMismatch if it differs."""
        now = self._clock.now()
        while self._expiring and self._expiring[0][0] <= now:
            self._remembered.pop(self._expiring.popleft()[1], None)
        found = self._remembered.get(token) if token else None
        if found is None:
            return None
        if found.digest != _digest(content):
            raise IdempotentParameterMismatch(
                "DynamoDB rejected the request because you retried a request with a different "
                "payload but with an idempotent token that was already used."
            )
        # a repeated call is charged as reads of the same items
        return {
            name: Consumed(part.table_name, "read", part.table)
            for name, part in found.consumed.items()
        }

    def remember(self, token: str | None, content: bytes, consumed: dict[str, Consumed]) -> None:
        """Keep a token for ten minutes, with what its request held and consumed."""
        if token:
            self._remembered[token] = _Remembered(_digest(content), consumed)
            self._expiring.append((self._clock.now() + TOKEN_SECONDS, token))


def _digest(content: bytes) -> bytes:
    """What is kept of a transaction, which may take 16 MB."""
    return hashlib.sha256(content).digest()
