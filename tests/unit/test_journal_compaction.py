"""What the journal leaves out when it is replayed: only what provably cancels."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlab.journal.compaction import TableFacts, compact

Entry = dict[str, Any]


def call(service: str, operation: str, answer: Any = None, **parameters: Any) -> Entry:
    return {
        "service": service,
        "operation": operation,
        "parameters": parameters,
        "answer": answer or {},
    }


def table(name: str, stream: bool = False) -> Entry:
    more = {"StreamSpecification": {"StreamEnabled": True}} if stream else {}
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    return call("dynamodb", "CreateTable", TableName=name, KeySchema=keys, **more)


def put(name: str, key: str, value: str = "", **more: Any) -> Entry:
    item = {"id": {"N": key}, "v": {"S": value}}
    return call("dynamodb", "PutItem", TableName=name, Item=item, **more)


def delete(name: str, key: str) -> Entry:
    return call("dynamodb", "DeleteItem", TableName=name, Key={"id": {"N": key}})


def update(name: str, key: str, expression: str, by: str, **more: Any) -> Entry:
    return call(
        "dynamodb",
        "UpdateItem",
        TableName=name,
        Key={"id": {"N": key}},
        UpdateExpression=expression,
        ExpressionAttributeValues={":x": {"N": by}},
        **more,
    )


def batch(name: str, *requests: Any, left: Any = ()) -> Entry:
    answer = {"UnprocessedItems": {name: list(left)}} if left else {}
    return call("dynamodb", "BatchWriteItem", answer, RequestItems={name: list(requests)})


def step(exercise: str = "1.1") -> Entry:
    return {"step": "prepare", "exercise": exercise}


STREAM = call("dynamodb", "UpdateTable", TableName="t", StreamSpecification={"StreamEnabled": True})
# whoever reads a stream from now on has not seen what was before
READER = call(
    "lambda", "CreateEventSourceMapping", EventSourceArn="arn:aws:dynamodb:r:1:table/t/stream/s"
)


def operations(entries: list[Entry]) -> list[str]:
    return [entry.get("operation", "step") for entry in entries]


# --- what was made and removed ------------------------------------------------------------------


def nothing_stood(_: str) -> set[str]:
    return set()


def test_a_queue_that_was_removed_again_is_not_made() -> None:
    url = "http://127.0.0.1:1/123456789012/q"
    life = [
        call("sqs", "CreateQueue", {"QueueUrl": url}, QueueName="q"),
        call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"DelaySeconds": "1"}),
        call("sqs", "DeleteQueue", QueueUrl=url),
    ]
    kept = call("sqs", "CreateQueue", QueueName="other")
    assert compact([*life, kept, *life], standing=nothing_stood) == [kept]
    # what is made again after it was removed stands
    assert operations(compact([*life, *life[:2]], standing=nothing_stood)) == [
        "CreateQueue",
        "SetQueueAttributes",
    ]


def test_a_queue_that_stood_before_is_removed_all_the_same() -> None:
    """CreateQueue succeeds for a queue that exists, so that the journal cannot know."""
    url = "http://127.0.0.1:1/123456789012/q"
    life = [
        call("sqs", "CreateQueue", QueueName="q"),
        call("sqs", "DeleteQueue", QueueUrl=url),
    ]
    (gone,) = compact(life, standing=lambda _: {"q"})
    assert gone["operation"] == "DeleteQueue" and gone["harmless"]
    # nor what a step of the lab had made
    assert operations(compact([step(), *life], standing=nothing_stood)) == ["step", "DeleteQueue"]


def test_what_something_else_names_is_made_again() -> None:
    role = "arn:aws:iam::123456789012:role/r"
    entries = [
        call("iam", "CreateRole", RoleName="r"),
        call("lambda", "CreateFunction", FunctionName="f", Role=role),
        call("iam", "DeleteRole", RoleName="r"),
    ]
    assert compact(entries) == entries
    # once the function is gone, too, both are
    assert compact([*entries, call("lambda", "DeleteFunction", FunctionName="f")]) == []


@pytest.mark.parametrize(
    "between",
    [
        step(),
        call("sns", "Subscribe", TopicArn="arn:aws:sns:x:1:t", Endpoint="arn:aws:sqs:x:1:q"),
        call("sqs", "CreateQueue", QueueName="p", Attributes={"RedrivePolicy": '{"a": "a:q"}'}),
    ],
)
def test_nothing_is_cancelled_around_what_may_look_at_it(between: Entry) -> None:
    made = call("sqs", "CreateQueue", QueueName="q")
    removed = call("sqs", "DeleteQueue", QueueUrl="http://h/1/q")
    entries = [made, between, removed]
    assert compact(entries, standing=nothing_stood) == entries


def test_an_api_and_all_its_parts_go_together() -> None:
    entries = [
        call("apigateway", "CreateRestApi", {"id": "abcdef1234"}, name="a"),
        call("apigateway", "CreateResource", {"id": "r1"}, restApiId="abcdef1234", pathPart="x"),
        call("apigateway", "CreateDeployment", restApiId="abcdef1234", stageName="s"),
        call("apigateway", "DeleteRestApi", restApiId="abcdef1234"),
    ]
    assert compact(entries) == []


def test_settings_that_are_written_over_at_once_are_written_once() -> None:
    first = call("lambda", "UpdateFunctionCode", FunctionName="f", ZipFile=b"1")
    second = call("lambda", "UpdateFunctionCode", FunctionName="f", ZipFile=b"2")
    assert compact([first, first, second]) == [second]
    published = call("lambda", "UpdateFunctionCode", FunctionName="f", ZipFile=b"1", Publish=True)
    assert len(compact([published, second])) == 2
    delay = call("sqs", "SetQueueAttributes", QueueUrl="u", Attributes={"DelaySeconds": "1"})
    size = call("sqs", "SetQueueAttributes", QueueUrl="u", Attributes={"MaximumMessageSize": "1"})
    assert len(compact([delay, size])) == 2
    between = call("iam", "CreateRole", RoleName="r")
    assert len(compact([first, between, second])) == 3


def test_what_the_next_call_takes_back_is_not_done() -> None:
    names = {"FunctionName": "f", "StatementId": "s"}
    allow = call("lambda", "AddPermission", **names, Action="lambda:InvokeFunction")
    forbid = call("lambda", "RemovePermission", **names)
    assert compact([allow, forbid] * 100) == []
    other = call("lambda", "RemovePermission", FunctionName="f", StatementId="other")
    assert compact([allow, other]) == [allow, other]
    made = call("apigateway", "CreateResource", {"id": "r1"}, restApiId="a", pathPart="x")
    inner = call("apigateway", "CreateResource", {"id": "r2"}, restApiId="a", pathPart="y")
    first = call("apigateway", "DeleteResource", restApiId="a", resourceId="r2")
    then = call("apigateway", "DeleteResource", restApiId="a", resourceId="r1")
    assert compact([made, inner, first, then]) == []


# --- items --------------------------------------------------------------------------------------


def test_items_that_are_written_over_are_written_once_in_batches() -> None:
    entries = [table("t"), *(put("t", str(n % 30), str(n)) for n in range(1000))]
    kept = compact(entries)
    assert operations(kept) == ["CreateTable", "BatchWriteItem", "BatchWriteItem"]
    requests = [r for each in kept[1:] for r in each["parameters"]["RequestItems"]["t"]]
    assert {r["PutRequest"]["Item"]["v"]["S"] for r in requests} == set(map(str, range(970, 1000)))
    assert sum(each["count"] for each in kept[1:]) == 1000


def test_a_number_is_the_same_key_however_it_is_spelled() -> None:
    (_, written) = compact([table("t"), put("t", "1", "old"), put("t", "1.0", "new")])
    (request,) = written["parameters"]["RequestItems"]["t"]
    assert request["PutRequest"]["Item"]["v"] == {"S": "new"}


def test_a_table_with_a_stream_gets_every_write() -> None:
    """Its functions saw every change, and what they did stands nowhere else."""
    writes = [put("t", "1", "a"), put("t", "2", "b"), put("t", "1", "c"), delete("t", "1")]
    (_, *batches) = compact([table("t", stream=True), *writes])
    assert operations(batches) == ["BatchWriteItem"] * 3
    assert [len(each["parameters"]["RequestItems"]["t"]) for each in batches] == [2, 1, 1]
    # also before the stream was there: it may have been read from its beginning
    assert len(compact([table("t"), *writes, STREAM])) == 5


def test_tables_that_the_journal_did_not_make_are_looked_at() -> None:
    entries = [put("t", "1"), put("t", "1")]
    assert compact(entries) == entries
    assert len(compact(entries, tables=lambda _: TableFacts(("id",), streams=False))) == 1
    assert len(compact(entries, tables=lambda _: TableFacts(("id",), streams=True))) == 2
    # a step may have changed it meanwhile
    entries = [step(), *entries]
    assert compact(entries, tables=lambda _: TableFacts(("id",), streams=False)) == entries


def test_a_batch_is_not_done_where_it_was_left_over() -> None:
    one, two = ({"PutRequest": {"Item": {"id": {"N": n}}}} for n in "12")
    (_, written) = compact([table("t"), batch("t", one, two, left=[two])])
    assert written["parameters"]["RequestItems"]["t"] == [one]


def test_conditions_that_held_are_not_asked_again() -> None:
    names = {"#v": "v"}
    first = put("t", "1", "a", ConditionExpression="attribute_not_exists(id)")
    second = put("t", "1", "b", ConditionExpression="#v = :a", ExpressionAttributeNames=names)
    (_, written) = compact([table("t"), first, second])
    assert written["operation"] == "BatchWriteItem"
    counted = update("t", "2", "ADD n :x", "1", ConditionExpression="attribute_exists(id)")
    (_, _, added) = compact([table("t"), put("t", "2"), counted, counted])
    assert "ConditionExpression" not in added["parameters"]
    assert added["parameters"]["ExpressionAttributeValues"] == {":x": {"N": "2"}}


def test_sums_that_would_be_rounded_are_not_summed_up() -> None:
    large = update("t", "1", "ADD n :x", "1E37")
    small = update("t", "1", "ADD n :x", "0.01")
    assert len(compact([table("t"), large, small])) == 3


# --- the same state, whatever was done ----------------------------------------------------------

KEYS = st.sampled_from(["1", "2", "2.0", "3"])
NUMBERS = st.sampled_from(["1", "-2", "10"])
WRITES = st.one_of(
    st.builds(put, st.just("t"), KEYS, st.text(max_size=2)),
    st.builds(delete, st.just("t"), KEYS),
    st.builds(update, st.just("t"), KEYS, st.just("ADD n :x"), NUMBERS),
    st.builds(update, st.just("t"), KEYS, st.just("SET n = :x"), NUMBERS),
    st.builds(update, st.just("t"), KEYS, st.just("SET m = :x"), NUMBERS),
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
            return ("t" in self.tables) == (entry["operation"] != "CreateTable")
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
        verb, name = given["UpdateExpression"].split()[:2]
        value = Decimal(given["ExpressionAttributeValues"][":x"]["N"])
        item[name] = item.get(name, 0) + value if verb == "ADD" else value
        self._changed(key)

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
def test_what_is_left_builds_the_same(wanted: list[Entry], stood: bool) -> None:
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
