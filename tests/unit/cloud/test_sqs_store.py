"""A queue's messages against a simple model: nothing lost, nothing twice, order per group."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from orderlab.cloud.messaging.deduplication import RecentIds
from orderlab.cloud.sqs.deadlines import Deadlines
from orderlab.cloud.sqs.errors import (
    InvalidParameterValue,
    MessageNotInflight,
    ReceiptHandleIsInvalid,
)
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.store import MessageStore

RETENTION = 10_000.0


def message(name: str, now: float = 0.0, group: str | None = None) -> Message:
    return Message(
        id=name,
        body=name,
        attributes={},
        md5_of_body="",
        md5_of_attributes="",
        md5_of_system_attributes="",
        size=len(name),
        sender_id="",
        sent_ms=0,
        enqueued_at=now,
        group_id=group,
    )


def store(*, fifo: bool = False) -> MessageStore:
    return MessageStore(fifo=fifo, chance=random.Random(3), key=b"key")


class QueueModel(RuleBasedStateMachine):
    """What any queue must keep, whatever is done to it."""

    fifo = False
    handles: Bundle[tuple[str, str]] = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        self.store = store(fifo=self.fifo)
        self.now = 0.0
        self.sent = 0
        # name -> when it will be visible, and the handle of the latest receive
        self.alive: dict[str, float] = {}
        self.latest: dict[str, str] = {}
        # those whose timeout was ended by who received them
        self.given_back: set[str] = set()
        self.groups: dict[str, str] = {}
        self.order: list[str] = []

    def advance(self) -> None:
        self.store.advance(self.now, RETENTION)

    @rule(delay=st.sampled_from([0, 0, 0, 5]), group=st.sampled_from("abc"))
    def send(self, delay: int, group: str) -> None:
        name = f"m{self.sent}"
        self.sent += 1
        delay = 0 if self.fifo else delay
        made = message(name, self.now, group if self.fifo else None)
        self.store.put(made, now=self.now, delay_seconds=delay)
        self.alive[name] = self.now + delay
        self.groups[name] = group
        self.order.append(name)

    @rule(
        target=handles,
        limit=st.integers(1, 10),
        visibility=st.sampled_from([1, 7]),
        short=st.booleans(),
    )
    def receive(self, limit: int, visibility: int, short: bool) -> Any:
        from hypothesis.stateful import multiple

        self.advance()
        taken, dead = self.store.take(
            limit, now=self.now, visibility_seconds=visibility, short=short
        )
        assert not dead and len(taken) <= limit
        names = [each.id for each in taken]
        self.check_receive(names, limit, short)
        for each in taken:
            assert each.id in self.alive, "deleted, yet received"
            assert self.alive[each.id] <= self.now, "received while invisible"
            self.alive[each.id] = self.now + visibility
            self.latest[each.id] = self.store.handle(each)
            self.given_back.discard(each.id)
        assert len(set(names)) == len(names)
        return multiple(*((name, self.latest[name]) for name in names))

    def check_receive(self, names: list[str], limit: int, short: bool) -> None:
        visible = sum(at <= self.now for at in self.alive.values())
        if not short:
            assert len(names) == min(limit, visible), "a long poll finds all there is"

    @rule(handle=consumes(handles))
    def delete(self, handle: tuple[str, str]) -> None:
        self.advance()
        name, receipt = handle
        in_flight = name in self.alive and self.alive[name] > self.now
        if self.fifo and self.latest.get(name) == receipt and name in self.alive and not in_flight:
            with pytest.raises(InvalidParameterValue):
                self.store.delete(receipt)
            return
        gone = self.store.delete(receipt)
        if self.latest.get(name) == receipt and name in self.alive:
            assert gone is not None and gone.id == name
            del self.alive[name]
        else:
            assert gone is None

    @rule(handle=handles, seconds=st.sampled_from([0, 3, 20]))
    def change_visibility(self, handle: tuple[str, str], seconds: int) -> None:
        self.advance()
        name, receipt = handle
        current = self.latest.get(name) == receipt and name in self.alive
        expired = self.alive.get(name, -1) <= self.now
        if expired and (self.fifo or name in self.given_back):
            current = False
        try:
            self.store.change_visibility(receipt, seconds, now=self.now)
        except (MessageNotInflight, InvalidParameterValue):
            assert not current
        else:
            assert current
            if seconds:
                self.alive[name] = self.now + seconds
            elif not expired:
                self.alive[name] = self.now
                self.given_back.add(name)

    @rule(seconds=st.sampled_from([1, 4, 9]))
    def pass_time(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def nothing_is_lost(self) -> None:
        self.advance()
        visible = sum(at <= self.now for at in self.alive.values())
        assert self.store.visible == visible
        assert self.store.in_flight + self.store.delayed == len(self.alive) - visible


class FifoModel(QueueModel):
    """A FIFO queue: the order of each group besides, and what is held back in it."""

    fifo = True

    def check_receive(self, names: list[str], limit: int, short: bool) -> None:
        held: set[str] = set()
        ready = []
        for name in self.order:
            if name in self.alive and self.alive[name] > self.now:
                held.add(self.groups[name])
            elif name in self.alive and self.groups[name] not in held:
                ready.append(name)
        assert len(names) == min(limit, len(ready))
        for group in "abc":
            got = [name for name in names if self.groups[name] == group]
            due = [name for name in ready if self.groups[name] == group]
            assert got == due[: len(got)], "out of order, or held back"


QUICK = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestStandardQueue = QueueModel.TestCase
TestStandardQueue.settings = QUICK
TestFifoQueue = FifoModel.TestCase
TestFifoQueue.settings = QUICK


def test_messages_expire_wherever_they_are() -> None:
    kept = store()
    for name in ("visible", "in flight", "delayed"):
        kept.put(message(name), now=0, delay_seconds=50 if name == "delayed" else 0)
    kept.take(1, now=0, visibility_seconds=100, short=False)
    kept.advance(60, retention_seconds=60)
    assert (kept.visible, kept.in_flight, kept.delayed) == (0, 0, 0)


def test_an_expired_message_unlocks_its_group() -> None:
    kept = store(fifo=True)
    kept.put(message("old", 0, "g"), now=0)
    kept.take(1, now=0, visibility_seconds=1000, short=False)
    kept.put(message("new", 50, "g"), now=50)
    kept.advance(60, retention_seconds=60)
    taken, _ = kept.take(1, now=60, visibility_seconds=1, short=False)
    assert [each.id for each in taken] == ["new"]


def test_a_message_in_flight_holds_back_only_what_was_sent_after_it() -> None:
    kept = store(fifo=True)
    for name in ("a1", "a2", "a3"):
        kept.put(message(name, 0, "a"), now=0)
    kept.put(message("b1", 0, "b"), now=0)
    taken, _ = kept.take(3, now=0, visibility_seconds=30, short=False)
    assert [each.id for each in taken] == ["a1", "a2", "a3"]
    kept.change_visibility(kept.handle(taken[0]), 0, now=0)
    kept.change_visibility(kept.handle(taken[2]), 0, now=0)
    again, _ = kept.take(10, now=0, visibility_seconds=30, short=False)
    assert [each.id for each in again] == ["b1", "a1"]
    kept.delete(kept.handle(taken[1]))
    assert kept.take(10, now=0, visibility_seconds=30, short=False)[0] == []
    kept.delete(kept.handle(again[1]))
    last, _ = kept.take(10, now=0, visibility_seconds=30, short=False)
    assert [each.id for each in last] == ["a3"]


def test_an_expired_handle_hides_the_message_until_somebody_else_has_it() -> None:
    kept = store()
    kept.put(message("m"), now=0)
    [got], _ = kept.take(1, now=0, visibility_seconds=5, short=False)
    late = kept.handle(got)
    kept.advance(6, RETENTION)
    kept.change_visibility(late, 10, now=6)
    assert (kept.visible, kept.in_flight) == (0, 1)
    assert kept.take(1, now=6, visibility_seconds=5, short=False)[0] == []
    kept.advance(17, RETENTION)
    kept.take(1, now=17, visibility_seconds=5, short=False)
    with pytest.raises(InvalidParameterValue, match="not available for visibility timeout change"):
        kept.change_visibility(late, 10, now=17)


def test_the_handle_of_a_receive_that_hid_nothing_stays_good() -> None:
    kept = store()
    kept.put(message("m"), now=0)
    [got], _ = kept.take(1, now=0, visibility_seconds=0, short=False)
    early = kept.handle(got)
    kept.advance(0, RETENTION)
    kept.take(1, now=0, visibility_seconds=30, short=False)
    kept.change_visibility(early, 0, now=0)
    assert kept.visible == 1


def test_dead_letters_do_not_lock_their_group() -> None:
    kept = store(fifo=True)
    for name in ("poison", "good"):
        kept.put(message(name, 0, "g"), now=0)
    taken, dead = kept.take(
        1, now=0, visibility_seconds=5, short=False, is_dead=lambda each: each.id == "poison"
    )
    assert [each.id for each in dead] == ["poison"]
    assert [each.id for each in taken] == ["good"]


def test_a_drawn_group_stays_available_for_the_rest() -> None:
    kept = store(fifo=True)
    for name in ("first", "second"):
        kept.put(message(name, 0, "g"), now=0)
    assert [each.id for each in kept.draw(1)] == ["first"]
    assert [each.id for each in kept.draw(1)] == ["second"]


def test_twelve_hours_are_the_most_for_one_receive() -> None:
    kept = store()
    kept.put(message("m"), now=0)
    taken, _ = kept.take(1, now=0, visibility_seconds=30, short=False)
    handle = kept.handle(taken[0])
    kept.change_visibility(handle, 43_000, now=10)
    with pytest.raises(InvalidParameterValue, match="43200"):
        kept.change_visibility(handle, 43_000, now=300)


@pytest.mark.parametrize("handle", ["", "a", "AQEB", "AQEB####", "AQEB" + "A" * 64, "ä" * 8])
def test_a_handle_that_nobody_gave_out_is_refused(handle: str) -> None:
    with pytest.raises(ReceiptHandleIsInvalid):
        store().delete(handle)


def test_a_handle_of_another_queue_is_refused() -> None:
    one = store()
    other = MessageStore(fifo=False, chance=random.Random(1), key=b"other")
    one.put(message("m"), now=0)
    taken, _ = one.take(1, now=0, visibility_seconds=5, short=False)
    with pytest.raises(ReceiptHandleIsInvalid):
        other.delete(one.handle(taken[0]))


def test_a_short_poll_finds_only_part_of_few_messages() -> None:
    kept = store()
    for number in range(12):
        kept.put(message(str(number)), now=0)
    found = []
    for _ in range(60):
        kept.advance(0, RETENTION)
        found.append(len(kept.take(10, now=0, visibility_seconds=0, short=True)[0]))
    assert max(found) < 10 and min(found) < max(found)


def test_a_short_poll_of_a_deep_queue_is_full() -> None:
    kept = store()
    for number in range(3_000):
        kept.put(message(str(number)), now=0)
    assert len(kept.take(10, now=0, visibility_seconds=5, short=True)[0]) == 10


def test_tenants_take_turns() -> None:
    kept = store()
    for number in range(400):
        kept.put(message(f"noisy{number}", 0, "noisy"), now=0)
    for number in range(10):
        kept.put(message(f"quiet{number}", 0, "quiet"), now=0)
    taken: list[Message] = []
    for _ in range(6):
        taken += kept.take(10, now=0, visibility_seconds=50, short=False)[0]
    quiet = sum(each.group_id == "quiet" for each in taken)
    assert quiet == 10, "a tenant with few messages waits behind one with many"


def test_cancelled_deadlines_do_not_pile_up() -> None:
    deadlines: Deadlines[str] = Deadlines()
    for number in range(10_000):
        deadlines.add(1_000_000.0, str(number))
        deadlines.discard(str(number))
    assert len(deadlines._heap) < 200


def test_an_id_is_remembered_for_five_minutes() -> None:
    seen: RecentIds[str] = RecentIds()
    seen.remember("", "id", 0, "first")
    seen.remember("group", "id", 10, "in a group")
    assert seen.find("", "id", 299) == "first"
    assert seen.find("", "id", 301) is None
    assert seen.find("group", "id", 301) == "in a group"


def test_an_item_has_one_deadline() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.add(1, "a")
    deadlines.add(5, "a")
    assert deadlines.take_due(4) == []
    assert deadlines.take_due(5) == ["a"]
    assert len(deadlines) == 0
