"""What the journal leaves out when it is replayed: only what provably cancels."""

from __future__ import annotations

import pytest

from orderlab.journal.compaction import TableFacts, compact
from tests.unit.journal.journal_entries import (
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


def test_a_removed_resource_that_another_call_names_is_made_again() -> None:
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
def test_calls_are_not_cancelled_if_a_step_between_them_may_read_their_effect(
    between: Entry,
) -> None:
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


def test_a_queue_that_is_created_again_and_again_is_created_once() -> None:
    made = call("sqs", "CreateQueue", QueueName="q")
    removed = call("sqs", "DeleteQueue", QueueUrl="http://h/1/q")
    told = call("sns", "Subscribe", TopicArn="arn:aws:sns:x:1:t", Endpoint="arn:aws:sqs:x:1:q")
    assert compact([made, made, told, made]) == [made, told]
    # the second one is another queue
    assert compact([told, made, made, removed, made, made]) == [told, made, removed, made]
    # the step may have removed it
    assert compact([made, step(), made, made]) == [made, step(), made]


def test_a_call_that_the_next_one_undoes_is_left_out() -> None:
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


def test_tables_that_are_not_in_the_journal_are_described_first() -> None:
    entries = [put("t", "1"), put("t", "1")]
    assert compact(entries) == entries
    assert len(compact(entries, tables=lambda _: TableFacts(("id",), streams=False))) == 1
    assert len(compact(entries, tables=lambda _: TableFacts(("id",), streams=True))) == 2
    # a step may have changed it meanwhile
    entries = [step(), *entries]
    assert compact(entries, tables=lambda _: TableFacts(("id",), streams=False)) == entries


def test_unprocessed_items_of_a_batch_are_not_written() -> None:
    one, two = ({"PutRequest": {"Item": {"id": {"N": n}}}} for n in "12")
    (_, written) = compact([table("t"), batch("t", one, two, left=[two])])
    assert written["parameters"]["RequestItems"]["t"] == [one]


def test_conditions_that_held_are_not_checked_again() -> None:
    names = {"#v": "v"}
    first = put("t", "1", "a", ConditionExpression="attribute_not_exists(id)")
    second = put("t", "1", "b", ConditionExpression="#v = :a", ExpressionAttributeNames=names)
    (_, written) = compact([table("t"), first, second])
    assert written["operation"] == "BatchWriteItem"
    counted = update("t", "2", "ADD n :x", "1", ConditionExpression="attribute_exists(id)")
    (_, _, added) = compact([table("t"), put("t", "2"), counted, counted])
    assert "ConditionExpression" not in added["parameters"]
    assert added["parameters"]["ExpressionAttributeValues"] == {":x": {"N": "2"}}


def test_additions_are_not_merged_if_the_sum_would_be_rounded() -> None:
    large = update("t", "1", "ADD n :x", "1E37")
    small = update("t", "1", "ADD n :x", "0.01")
    assert len(compact([table("t"), large, small])) == 3
