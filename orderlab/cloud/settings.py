"""How one local cloud is set up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

ACCOUNT_ID = "123456789012"


def random_access_key_id() -> str:
    """A key id of AWS's form; the letters OL in it tell a local key from a real one."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return "AKIAOL" + "".join(secrets.choice(alphabet) for _ in range(14))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be chosen when a cloud is started.

    `speed` shortens waits (not code); `seed` fixes ids and sampling; `correlation_fields` are
    the JSON field names whose values the flight recorder files its entries under;
    `parent_pid` is the process whose end ends the cloud.
    """

    port: int = 0
    region: str = "us-east-1"
    account_id: str = ACCOUNT_ID
    access_key_id: str = field(default_factory=random_access_key_id)
    secret_access_key: str = field(default_factory=lambda: secrets.token_urlsafe(30))
    seed: int | None = None
    speed: float = 1.0
    weak_guarantees: bool = False
    correlation_fields: tuple[str, ...] = ("orderId", "order_id")
    parent_pid: int | None = None
