"""Sending, receiving, deleting: what a program sees of a standard queue.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.queue_kit import bodies, counts, error_of, make_queue, receive, until


def test_a_message_comes_back_as_it_was_sent(client: Any) -> None:
    url = make_queue(client, "as-sent")
    attributes = {
        "text": {"DataType": "String", "StringValue": "ü & <x>"},
        "number": {"DataType": "Number.price", "StringValue": "1.50"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}}
    # boto3 compares the digests itself and raises if one is wrong
    sent = client("sqs").send_message(
        QueueUrl=url,
        MessageBody="tab\t, emoji \U0001f600, line\r\n",
        MessageAttributes=attributes,
        MessageSystemAttributes=trace,
    )
    assert sent["MD5OfMessageSystemAttributes"]
    [got] = receive(client, url, MessageAttributeNames=["All"], AttributeNames=["All"])
    assert got["Body"] == "tab\t, emoji \U0001f600, line\r\n"
    assert got["MessageAttributes"] == attributes
    assert got["MessageId"] == sent["MessageId"]
    system = got["Attributes"]
    assert system["AWSTraceHeader"] == "Root=1-2-3"
    assert system["SenderId"] == "123456789012"
    assert system["ApproximateReceiveCount"] == "1"
    assert abs(int(system["SentTimestamp"]) / 1000 - time.time()) < 60
    assert "SequenceNumber" not in system


def test_only_the_attributes_that_were_asked_for_come(client: Any) -> None:
    url = make_queue(client, "asked-for", VisibilityTimeout=0)
    names = ("app.one", "app.two", "other")
    client("sqs").send_message(
        QueueUrl=url,
        MessageBody="x",
        MessageAttributes={n: {"DataType": "String", "StringValue": n} for n in names},
    )
    [plain] = receive(client, url)
    assert "MessageAttributes" not in plain and "Attributes" not in plain
    [some] = receive(client, url, MessageAttributeNames=["app.*"])
    assert set(some["MessageAttributes"]) == {"app.one", "app.two"}
    [system] = receive(client, url, MessageSystemAttributeNames=["SentTimestamp"])
    assert set(system["Attributes"]) == {"SentTimestamp"}


def test_an_empty_answer_has_no_messages(client: Any) -> None:
    url = make_queue(client, "empty")
    assert "Messages" not in client("sqs").receive_message(QueueUrl=url)


def test_a_long_poll_ends_when_a_message_comes(client: Any) -> None:
    url = make_queue(client, "long-poll")
    client("sqs").send_message(QueueUrl=url, MessageBody="later", DelaySeconds=4)
    started = time.monotonic()
    assert bodies(receive(client, url, wait=20)) == ["later"]
    # 4 s at ten times the speed, of a wait of 2 s
    assert 0.3 < time.monotonic() - started < 1.5


def test_a_long_poll_of_an_empty_queue_takes_its_whole_wait(client: Any) -> None:
    url = make_queue(client, "long-empty", ReceiveMessageWaitTimeSeconds=5)
    started = time.monotonic()
    assert "Messages" not in client("sqs").receive_message(QueueUrl=url)
    assert time.monotonic() - started > 0.45


def test_the_calls_own_wait_wins(client: Any) -> None:
    url = make_queue(client, "wait-wins", ReceiveMessageWaitTimeSeconds=20)
    started = time.monotonic()
    client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=0)
    assert time.monotonic() - started < 1


def test_short_polls_miss_messages_that_long_polls_find(client: Any) -> None:
    url = make_queue(client, "sampling", VisibilityTimeout=0)
    sqs = client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="only one")
    found = [len(sqs.receive_message(QueueUrl=url).get("Messages", [])) for _ in range(60)]
    assert set(found) == {0, 1}
    assert all(receive(client, url) for _ in range(10))


def test_short_polls_find_every_message_in_the_end(client: Any) -> None:
    url = make_queue(client, "in-the-end", VisibilityTimeout=900)
    sqs = client("sqs")
    for start in range(0, 30, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    got: list[str] = []
    sizes = set()
    for _ in range(200):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        sizes.add(len(answer))
        got += bodies(answer)
        if len(got) == 30:
            break
    assert sorted(map(int, got)) == list(range(30))
    assert len(sizes) > 1


def test_a_message_is_invisible_until_its_timeout_ends(client: Any) -> None:
    url = make_queue(client, "invisible", VisibilityTimeout=5)
    client("sqs").send_message(QueueUrl=url, MessageBody="again")
    [first] = receive(client, url)
    assert counts(client, url) == (0, 1, 0)
    assert receive(client, url, wait=0) == []
    [second] = receive(client, url, wait=20, AttributeNames=["All"])
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    # an old handle: the call succeeds, the message stays
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert counts(client, url) == (0, 1, 0)
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"])
    assert counts(client, url) == (0, 0, 0)
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"])


def test_a_message_that_came_back_can_be_deleted_with_its_latest_handle(client: Any) -> None:
    url = make_queue(client, "came-back", VisibilityTimeout=0)
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    [got] = receive(client, url)
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    assert counts(client, url) == (0, 0, 0)


def test_visibility_can_be_changed(client: Any) -> None:
    url = make_queue(client, "change-visibility", VisibilityTimeout=900)
    sqs = client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    [got] = receive(client, url)
    handle = got["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    assert counts(client, url) == (1, 0, 0)

    def change(handle: str, seconds: int) -> str:
        return error_of(
            lambda: sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds
            )
        )

    # a timeout that was ended is not one that ran out
    assert change(handle, 5) == "AWS.SimpleQueueService.MessageNotInflight"
    [again] = receive(client, url)
    assert change(again["ReceiptHandle"], 43_201) == "InvalidParameterValue"
    assert change("nonsense", 5) == "ReceiptHandleIsInvalid"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    assert change(again["ReceiptHandle"], 5) == "InvalidParameterValue"


def test_a_timeout_that_ran_out_can_still_be_changed(client: Any) -> None:
    url = make_queue(client, "ran-out", VisibilityTimeout=1)
    sqs = client("sqs")
    for _ in range(2):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    one, other = receive(client, url) + receive(client, url, wait=0) or receive(client, url)
    until(lambda: counts(client, url)[0] == 2)
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=600
    )
    entries = [
        {"Id": "a", "ReceiptHandle": other["ReceiptHandle"], "VisibilityTimeout": 600},
        {"Id": "b", "ReceiptHandle": "nonsense", "VisibilityTimeout": 600},
    ]
    answer = sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["a"]
    assert [each["Code"] for each in answer["Failed"]] == ["ReceiptHandleIsInvalid"]
    assert counts(client, url) == (0, 2, 0)


def test_who_received_a_message_last_decides_on_its_visibility(client: Any) -> None:
    url = make_queue(client, "taken-over", VisibilityTimeout=1)
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    [first] = receive(client, url)
    [second] = receive(client, url, wait=20, VisibilityTimeout=600)
    with pytest.raises(ClientError, match="not available for visibility timeout change"):
        client("sqs").change_message_visibility(
            QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0
        )
    client("sqs").change_message_visibility(
        QueueUrl=url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0
    )
    assert counts(client, url) == (1, 0, 0)


def test_the_trace_header_of_a_request_goes_with_the_message(client: Any, cloud: Any) -> None:
    url = make_queue(client, "traced")
    trace = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Sampled=1"
    sqs = cloud.client("sqs")
    sqs.meta.events.register(
        "before-send.sqs.*",
        lambda request, **_: request.headers.__setitem__("X-Amzn-Trace-Id", trace),
    )
    sqs.send_message(QueueUrl=url, MessageBody="x")
    [got] = receive(client, url, AttributeNames=["AWSTraceHeader"])
    assert got["Attributes"] == {"AWSTraceHeader": trace}


def test_delays_of_queue_and_message(client: Any) -> None:
    url = make_queue(client, "delays", DelaySeconds=900)
    client("sqs").send_message(QueueUrl=url, MessageBody="queue's delay")
    client("sqs").send_message(QueueUrl=url, MessageBody="own delay", DelaySeconds=0)
    assert counts(client, url) == (1, 0, 1)
    assert bodies(receive(client, url)) == ["own delay"]


@pytest.mark.parametrize("body", ["\x00", "a\x0b", "\ufffe"])
def test_characters_that_xml_has_not_are_refused(client: Any, body: str) -> None:
    url = make_queue(client, "characters")
    with pytest.raises(client("sqs").exceptions.InvalidMessageContents):
        client("sqs").send_message(QueueUrl=url, MessageBody=body)


def test_a_mebibyte_is_the_most(client: Any) -> None:
    url = make_queue(client, "mebibyte")
    sqs = client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="x" * 1_048_576)
    too_long = "x" * 1_048_577
    assert error_of(lambda: sqs.send_message(QueueUrl=url, MessageBody=too_long)) == (
        "InvalidParameterValue"
    )
    with_attribute = {"k": {"DataType": "String", "StringValue": "v"}}
    assert error_of(
        lambda: sqs.send_message(
            QueueUrl=url, MessageBody=too_long[1:], MessageAttributes=with_attribute
        )
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {f"a{n}": {"DataType": "String", "StringValue": "v"} for n in range(11)},
        {"a": {"DataType": "Thing", "StringValue": "v"}},
        {"a": {"DataType": "String"}},
        {"a": {"DataType": "String", "StringValue": ""}},
        {"a": {"DataType": "Number", "StringValue": "one"}},
        {"a b": {"DataType": "String", "StringValue": "v"}},
        {".a": {"DataType": "String", "StringValue": "v"}},
        {"AWS.a": {"DataType": "String", "StringValue": "v"}},
    ],
)
def test_bad_message_attributes_are_refused(client: Any, attributes: Any) -> None:
    url = make_queue(client, "bad-attributes")
    assert error_of(
        lambda: client("sqs").send_message(
            QueueUrl=url, MessageBody="x", MessageAttributes=attributes
        )
    ) in ("InvalidParameterValue", "MissingParameter")


@pytest.mark.parametrize(
    "options",
    [
        {"MaxNumberOfMessages": 0},
        {"MaxNumberOfMessages": 11},
        {"WaitTimeSeconds": 21},
        {"VisibilityTimeout": 43_201},
        {"VisibilityTimeout": -1},
        {"ReceiveRequestAttemptId": "only-fifo"},
    ],
)
def test_receive_keeps_its_limits(client: Any, options: Any) -> None:
    url = make_queue(client, "receive-limits")
    assert error_of(lambda: client("sqs").receive_message(QueueUrl=url, **options)) == (
        "InvalidParameterValue"
    )


def test_a_batch_answers_for_each_entry(client: Any) -> None:
    url = make_queue(client, "batch")
    sqs = client("sqs")
    answer = sqs.send_message_batch(
        QueueUrl=url,
        Entries=[
            {"Id": "good", "MessageBody": "x"},
            {"Id": "late", "MessageBody": "x", "DelaySeconds": 901},
            {"Id": "binary", "MessageBody": "\x01"},
        ],
    )
    assert [each["Id"] for each in answer["Successful"]] == ["good"]
    failed = {each["Id"]: (each["Code"], each["SenderFault"]) for each in answer["Failed"]}
    assert failed == {
        "late": ("InvalidParameterValue", True),
        "binary": ("InvalidMessageContents", True),
    }
    [got] = receive(client, url)
    entries = [
        {"Id": "a", "ReceiptHandle": got["ReceiptHandle"], "VisibilityTimeout": 60},
        {"Id": "b", "ReceiptHandle": "nonsense", "VisibilityTimeout": 60},
    ]
    changed = sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    assert [each["Id"] for each in changed["Successful"]] == ["a"]
    assert [each["Code"] for each in changed["Failed"]] == ["ReceiptHandleIsInvalid"]
    for entry in entries:
        del entry["VisibilityTimeout"]
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    assert [each["Id"] for each in deleted["Successful"]] == ["a"]
    assert [each["Id"] for each in deleted["Failed"]] == ["b"]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "AWS.SimpleQueueService.EmptyBatchRequest"),
        ([("a", "x")] * 2, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
        ([("a b", "x")], "AWS.SimpleQueueService.InvalidBatchEntryId"),
        ([("x" * 81, "x")], "AWS.SimpleQueueService.InvalidBatchEntryId"),
        ([(str(n), "x") for n in range(11)], "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
        (
            [("a", "x" * 600_000), ("b", "x" * 600_000)],
            "AWS.SimpleQueueService.BatchRequestTooLong",
        ),
    ],
)
def test_a_bad_batch_is_refused_as_a_whole(client: Any, entries: Any, code: str) -> None:
    url = make_queue(client, "bad-batch")
    given = [{"Id": entry_id, "MessageBody": body} for entry_id, body in entries]
    assert error_of(lambda: client("sqs").send_message_batch(QueueUrl=url, Entries=given)) == code
    assert counts(client, url) == (0, 0, 0)


def test_a_queue_that_is_not_there(client: Any, cloud: Any) -> None:
    sqs = client("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as caught:
        sqs.send_message(QueueUrl=f"{cloud.endpoint}/123456789012/nowhere", MessageBody="x")
    error = caught.value.response["Error"]
    assert error["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert error["Message"] == "The specified queue does not exist."
    nowhere = error["Code"]
    assert error_of(lambda: sqs.receive_message(QueueUrl="http://x")) == nowhere
    assert error_of(lambda: sqs.receive_message(QueueUrl="http://x/y")) == "InvalidAddress"


def test_duplicates_can_be_switched_on(client: Any, cloud: Any) -> None:
    url = make_queue(client, "duplicates", VisibilityTimeout=900)
    client("sqs").send_message(QueueUrl=url, MessageBody="twice")
    cloud.page("faults", "POST", {"kind": "duplicate", "target": "duplicates", "times": 3})
    try:
        got = [message for _ in range(4) for message in receive(client, url)]
    finally:
        cloud.page("faults?target=duplicates", "DELETE")
    assert bodies(got) == ["twice"] * 3
    assert len({message["MessageId"] for message in got}) == 1
    assert len({message["ReceiptHandle"] for message in got}) == 3


def test_weak_guarantees_double_messages_now_and_then(own_cloud: Any) -> None:
    with own_cloud(weak_guarantees=True, speed=10) as cloud:
        sqs = cloud.client("sqs")

        def client(_: str) -> Any:
            return sqs

        url = sqs.create_queue(QueueName="weak")["QueueUrl"]
        for start in range(0, 300, 10):
            entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        got: list[str] = []
        while messages := receive(client, url, VisibilityTimeout=900):
            got += bodies(messages)
        assert set(got) == {str(n) for n in range(300)}
        assert 300 < len(got) < 400


def test_wrong_types_are_the_callers_fault(client: Any) -> None:
    url = make_queue(client, "wrong-types")
    sqs = client("sqs", parameter_validation=False)
    for options in (
        {"MessageBody": 5},
        {"MessageBody": "x", "DelaySeconds": "soon"},
        {"MessageBody": "x", "MessageGroupId": ["a"]},
    ):
        with pytest.raises(ClientError) as caught:
            sqs.send_message(QueueUrl=url, **options)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
