"""Whatever a journal holds, what is left of it builds the same, for steps and streams too."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderlab.journal.compaction import compact
from tests.unit.journal.journal_entries import (
    READER,
    STREAM,
    Entry,
    batch,
    call,
    delete,
    put,
    step,
    table,
    update,
)

KEYS = st.sampled_from(["1", "2", "2.0", "3"])
NUMBERS = st.sampled_from(["1", "-2", "10"])
WRITES = st.one_of(
    st.builds(put, st.just("t"), KEYS, st.text(max_size=2)),
    st.builds(delete, st.just("t"), KEYS),
    st.builds(update, st.just("t"), KEYS, st.just("ADD n :x"), NUMBERS),
    st.builds(update, st.just("t"), KEYS, st.just("SET n = :x"), NUMBERS),
    st.builds(update, st.just("t"), KEYS, st.just("SET m = :x"), NUMBERS),
    st.builds(
        update, st.just("t"), KEYS, st.just("SET n = if_not_exists(n, :start) + :x"), NUMBERS
    ),
    st.builds(update, st.just("t"), KEYS, st.just("SET n = n * :x"), NUMBERS),
    st.builds(
        lambda key: batch("t", {"PutRequest": {"Item": {"id": {"N": key}}}}),
        KEYS,
    ),
    st.builds(
        lambda key: batch("t", {"DeleteRequest": {"Key": {"id": {"N": key}}}}),
        KEYS,
    ),
    st.just(call("dynamodb", "UpdateTable", TableName="t", BillingMode="PAY_PER_REQUEST")),
    st.just(call("dynamodb", "DeleteTable", TableName="t")),
    st.just(call("sqs", "CreateQueue", QueueName="q")),
    st.just(call("sqs", "DeleteQueue", QueueUrl="http://h/1/q")),
    st.just(call("sns", "Subscribe", TopicArn="a:t", Endpoint="arn:aws:sqs:r:1:q")),
    st.just(STREAM),
    st.just(READER),
    st.just(step()),
)


class World:
    """A table and a queue that keep what AWS would keep of these calls."""

    def __init__(self, queue_stood: bool = False) -> None:
        self.tables: dict[str, dict[Decimal, dict[str, Any]]] = {}
        self.queues: set[str] = {"q"} if queue_stood else set()
        self.subscribed: dict[str, bool] = {}
        self.seen_by_steps: list[Any] = []
        self.streams = self.is_read = False
        self.read: dict[Decimal, list[Any]] = defaultdict(list)

    def state(self) -> Any:
        return (self.tables, self.queues, self.subscribed, self.read)

    def allows(self, entry: Entry) -> bool:
        """Whether AWS would let the call succeed, so that it would be in a journal."""
        if entry.get("service") == "dynamodb":
            creates = bool(entry["operation"] == "CreateTable")
            return ("t" in self.tables) != creates
        if entry.get("operation") == "CreateEventSourceMapping":
            return self.streams
        return entry.get("operation") != "DeleteQueue" or "q" in self.queues

    def do(self, entry: Entry) -> None:
        if "step" in entry:
            self.seen_by_steps.append(copy.deepcopy(self.state()))
            return
        if not self.allows(entry):
            assert entry.get("harmless"), f"a call that cannot succeed: {entry}"
            return
        getattr(self, re.sub(r"(?<!^)(?=[A-Z])", "_", entry["operation"]).lower())(
            entry["parameters"]
        )

    def create_table(self, given: Any) -> None:
        self.tables["t"] = defaultdict(dict)
        self.streams = "StreamSpecification" in given

    def create_event_source_mapping(self, given: Any) -> None:
        self.is_read = True
        for changes in self.read.values():
            changes.append("a reader")

    def _changed(self, key: Decimal) -> None:
        if self.streams:
            self.read[key].append(copy.deepcopy(self.tables["t"].get(key)))

    def delete_table(self, given: Any) -> None:
        del self.tables["t"]
        if not self.is_read:
            self.read.clear()  # what was in the stream is gone, and nobody has seen it
        self.streams = self.is_read = False

    def update_table(self, given: Any) -> None:
        self.streams = self.streams or "StreamSpecification" in given

    def put_item(self, given: Any) -> None:
        key = Decimal(given["Item"]["id"]["N"])
        self.tables["t"][key] = {
            name: value for name, value in given["Item"].items() if name != "id"
        }
        self._changed(key)

    def delete_item(self, given: Any) -> None:
        key = Decimal(given["Key"]["id"]["N"])
        if self.tables["t"].pop(key, None) is not None:
            self._changed(key)

    def update_item(self, given: Any) -> None:
        key = Decimal(given["Key"]["id"]["N"])
        item = self.tables["t"][key]
        expression = given["UpdateExpression"]
        name = expression.split()[1]
        value = Decimal(given["ExpressionAttributeValues"][":x"]["N"])
        if expression.startswith("ADD"):
            item[name] = item.get(name, 0) + value
        elif "if_not_exists" in expression:
            item[name] = item.get(name, 100) + value
        elif "*" in expression:  # AWS has no such thing: it stands for what cannot be summed up
            item[name] = item.get(name, 1) * value
        else:
            item[name] = value
        self._changed(key)

    def transact_write_items(self, given: Any) -> None:
        updates = [each["Update"] for each in given["TransactItems"]]
        keys = [Decimal(each["Key"]["id"]["N"]) for each in updates]
        assert len(set(keys)) == len(keys) <= 100, "the same item twice in a transaction"
        for each in updates:
            self.update_item(each)

    def batch_write_item(self, given: Any) -> None:
        requests = given["RequestItems"]["t"]
        assert len(requests) <= 25
        keys = [Decimal(_key(each)["id"]["N"]) for each in requests]
        assert len(set(keys)) == len(keys), "the same item twice in a batch"
        for each in requests:
            if "PutRequest" in each:
                self.put_item(each["PutRequest"])
            else:
                self.delete_item(each["DeleteRequest"])

    def create_queue(self, given: Any) -> None:
        self.queues.add("q")

    def delete_queue(self, given: Any) -> None:
        self.queues.discard("q")

    def subscribe(self, given: Any) -> None:
        self.subscribed["q"] = "q" in self.queues


def _key(request: Any) -> Any:
    told = next(iter(request.values()))
    return told["Item"] if "PutRequest" in request else told["Key"]


@settings(max_examples=300, deadline=None)
@given(
    wanted=st.lists(
        st.one_of(WRITES, st.just(table("t")), st.just(table("t", stream=True))), max_size=25
    ),
    stood=st.booleans(),
)
def test_a_compacted_journal_builds_the_same_state(wanted: list[Entry], stood: bool) -> None:
    before, journal = World(stood), []
    for entry in wanted if wanted[:1] == [table("t", stream=True)] else [table("t"), *wanted]:
        if "step" in entry or before.allows(entry):
            before.do(entry)
            journal.append(entry)
    after = World(stood)
    for entry in compact(
        copy.deepcopy(journal),
        tables=lambda _: None,
        standing=lambda _: {"q"} if stood else set(),
    ):
        after.do(entry)
    assert after.state() == before.state()
    assert after.seen_by_steps == before.seen_by_steps, "a step of the lab found something else"
