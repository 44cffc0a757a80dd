"""A table with replicas in several Regions, each of which is read and written.

Writes are told to the other replicas a little later; where two Regions write the same item, the
last writer wins.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
Differs from AWS: a write arrives half a scaled second later, wherever the Regions lie.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from orderlab.clock import Clock
from orderlab.cloud.contracts import Faults
from orderlab.cloud.dynamodb.background import PORTION, PORTION_BYTES
from orderlab.cloud.dynamodb.outbox import Outbox, Pending, Stamp
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.table import Change, Observer, Table

log = logging.getLogger("orderlab.cloud.dynamodb")

# how long a write takes to another Region, in scaled seconds
REPLICATION_SECONDS = 0.5
# how often it is looked whether replication is still held up, in scaled seconds
_LOOK_SECONDS = 0.2
VERSION = "2019.11.21"


class ReplicaRecord(Protocol):
    """What a global table asks of the `TableRecord` of a replica."""

    name: str
    table_arn: str
    creating: bool
    deleting: bool

    @property
    def table(self) -> Table:
        """The replica's items."""


@dataclass
class Member:
    """One replica: its table, what it has to tell, and which of its versions may still be beaten.

    `observer` is what its table tells of changes.
    """

    record: ReplicaRecord
    observer: Observer
    outbox: Outbox = field(default_factory=Outbox)
    stamps: dict[Key, Stamp] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Its ReplicaStatus."""
        if self.record.deleting:
            return "DELETING"
        return "CREATING" if self.record.creating else "ACTIVE"


# told of each write that arrived: the table, the change, the receiving Region, scaled seconds
Arrived = Callable[[Table, Change, str, float], None]


class GlobalTable:
    """The replicas of one table, by their Regions, and what is on its way between them."""

    def __init__(self, name: str, clock: Clock, faults: Faults, arrived: Arrived) -> None:
        self._name = name
        self._clock = clock
        self._fault = faults.active
        self._arrived = arrived
        self.members: dict[str, Member] = {}
        self._arriving = False
        self._news = asyncio.Event()

    # --- replicas ---

    def join(self, region: str, record: ReplicaRecord) -> None:
        """Make a table a replica."""
        observer = partial(self._changed, region)
        self.members[region] = Member(record, observer)
        record.table.observe(observer)

    def leave(self, region: str) -> None:
        """Let a replica go; what it has not told yet is lost."""
        member = self.members.pop(region)
        member.record.table.stop_observing(member.observer)
        if len(self.members) == 1:
            (last,) = self.members.values()
            last.outbox, last.stamps = Outbox(), {}
        self._news.set()

    def others(self, region: str) -> list[Member]:
        """The replicas in other Regions."""
        return [member for name, member in self.members.items() if name != region]

    def described(self, region: str) -> list[dict[str, Any]]:
        """The API's ReplicaDescriptions of the replicas in other Regions."""
        return [
            {
                "RegionName": name,
                "ReplicaStatus": member.status,
                "ReplicaArn": member.record.table_arn,
            }
            for name, member in self.members.items()
            if name != region
        ]

    def expires_in(self, region: str) -> bool:
        """Whether expired items are deleted there; the other replicas are told."""
        return next(iter(self.members)) == region

    # --- what changes ---

    def _changed(self, region: str, change: Change) -> None:
        if self._arriving or len(self.members) == 1:
            return
        member = self.members[region]
        stamp = (self._clock.wall(), region)
        member.stamps[change.key] = stamp
        slow = self._fault("slow", f"replication/{self._name}")
        wait = REPLICATION_SECONDS + (slow.seconds if slow else 0.0)
        member.outbox.add(Pending(change.key, change.new, stamp, self._clock.now() + wait))
        self._news.set()

    def put_in(self, record: ReplicaRecord, key: Key, stored: Stored | None) -> Change:
        """Give a replica another version of an item, without telling the others of it."""
        table = record.table
        partition = key[: 1 + len(table.schema.keys.partition)]
        item = None if stored is None else stored.item()
        change = table.change(key, stored, item, partition)
        self._arriving = True
        try:
            table.apply(change)
        finally:
            self._arriving = False
        return change

    # --- replication ---

    async def run(self) -> None:
        """Tell the replicas of each other's writes, until there is only one."""
        while len(self.members) > 1:
            self._news.clear()
            due = [member.outbox.next_due for member in self.members.values()]
            moments = [moment for moment in due if moment is not None]
            if not moments:
                self._forget_stamps()
                await self._news.wait()
            elif (wait := min(moments) - self._clock.now()) > 0:
                await self._clock.sleep(wait)
            elif self._fault("cut", f"replication/{self._name}"):
                await self._clock.pause(_LOOK_SECONDS)
            else:
                try:
                    self._deliver_portion()
                except Exception:
                    # what failed is out of its outbox; the rest goes on
                    log.exception("a write could not be replicated in %s", self._name)
                await asyncio.sleep(0)

    def _forget_stamps(self) -> None:
        # what is written from now on beats all that is there
        for member in self.members.values():
            member.stamps.clear()

    def _deliver_portion(self) -> None:
        now, number, size = self._clock.now(), 0, 0
        for region, member in self.members.items():
            while number < PORTION and size < PORTION_BYTES:
                pending = member.outbox.take(now)
                if pending is None:
                    break
                others = len(self.members) - 1
                number += others
                size += others * (pending.stored.size if pending.stored is not None else 0)
                self._deliver(region, pending)

    def _deliver(self, origin: str, pending: Pending) -> None:
        for region, member in self.members.items():
            if region == origin or member.stamps.get(pending.key, (0.0, "")) > pending.stamp:
                continue
            member.stamps[pending.key] = pending.stamp
            change = self.put_in(member.record, pending.key, pending.stored)
            seconds = (self._clock.wall() - pending.stamp[0]) * self._clock.speed
            self._arrived(member.record.table, change, region, seconds)
