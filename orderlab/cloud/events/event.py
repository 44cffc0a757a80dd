"""An event on its way: what PutEvents took in, in the form in which rules and targets see it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(eq=False)
class Event:
    """An event. `created` is its time and `ingested` its arrival, in seconds since 1970.

    `size` is what PutEvents counted, in bytes. `hops` are the buses that passed it on. A replay
    sends only to the rules in `only_rules`, if there are any.
    """

    content: Mapping[str, Any]
    created: float
    ingested: float
    size: int
    ids: tuple[str, ...] = ()
    hops: int = 0
    replay_name: str = ""
    only_rules: frozenset[str] = field(default_factory=frozenset)
    # the header by which X-Ray knows what belongs together
    trace: str | None = None

    @property
    def id(self) -> str:
        """The id of the event."""
        identifier: str = self.content["id"]
        return identifier

    @cached_property
    def text(self) -> str:
        """The event as JSON."""
        return _encode(self.content)

    def passed_on(self) -> Event:
        """The event on the bus to which a rule has sent it."""
        return replace(self, hops=self.hops + 1)

    def replayed(self, replay_name: str, only_rules: frozenset[str]) -> Event:
        """The event as a replay sends it again, to these rules only; to all if they are none."""
        content = {**self.content, "replay-name": replay_name}
        return replace(
            self, content=content, hops=0, replay_name=replay_name, only_rules=only_rules
        )
