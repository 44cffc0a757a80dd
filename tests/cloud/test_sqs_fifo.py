"""FIFO queues: order, groups, deduplication, repeated receives.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.queue_kit import bodies, counts, error_of, make_queue, receive, until


def send(client: Any, url: str, body: str, group: str = "g", **options: Any) -> Any:
    return client("sqs").send_message(
        QueueUrl=url, MessageBody=body, MessageGroupId=group, **options
    )


def delete(client: Any, url: str, message: Any) -> None:
    client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_group_keeps_its_order_and_is_locked_while_one_is_in_flight(client: Any) -> None:
    url = make_queue(client, "order.fifo", ContentBasedDeduplication="true")
    for number in range(6):
        send(client, url, f"{number}", group=f"g{number % 2}")
    first = receive(client, url, count=1)
    assert bodies(first) == ["0"]
    assert bodies(receive(client, url)) == ["1", "3", "5"]
    assert receive(client, url, wait=0) == []
    delete(client, url, first[0])
    assert bodies(receive(client, url)) == ["2", "4"]


def test_a_message_that_comes_back_comes_before_the_rest(client: Any) -> None:
    url = make_queue(client, "back.fifo", ContentBasedDeduplication="true", VisibilityTimeout=4)
    for number in range(3):
        send(client, url, str(number))
    assert bodies(receive(client, url, count=1)) == ["0"]
    assert bodies(receive(client, url, wait=20)) == ["0", "1", "2"]


def test_sequence_numbers_grow_and_attributes_come(client: Any) -> None:
    url = make_queue(client, "sequence.fifo")
    numbers = [
        send(client, url, "x", MessageDeduplicationId=f"d{n}")["SequenceNumber"] for n in range(3)
    ]
    assert numbers == sorted(numbers) and all(len(number) == 20 for number in numbers)
    got = receive(client, url, AttributeNames=["All"])
    assert [m["Attributes"]["SequenceNumber"] for m in got] == numbers
    assert got[0]["Attributes"]["MessageGroupId"] == "g"
    assert got[0]["Attributes"]["MessageDeduplicationId"] == "d0"


def test_a_repetition_within_five_minutes_is_accepted_and_dropped(client: Any) -> None:
    url = make_queue(client, "repetition.fifo")
    one = send(client, url, "a", MessageDeduplicationId="same")
    two = send(client, url, "b", MessageDeduplicationId="same", group="other")
    assert (one["MessageId"], one["SequenceNumber"]) == (two["MessageId"], two["SequenceNumber"])
    [got] = receive(client, url)
    delete(client, url, got)
    send(client, url, "c", MessageDeduplicationId="same")
    assert counts(client, url) == (0, 0, 0)


def test_content_decides_without_an_id(client: Any) -> None:
    url = make_queue(client, "content.fifo", ContentBasedDeduplication="true")
    send(client, url, "same")
    send(client, url, "same", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    send(client, url, "same", MessageDeduplicationId="own-id")
    assert counts(client, url) == (2, 0, 0)


def test_deduplication_by_group(client: Any) -> None:
    url = make_queue(
        client,
        "by-group.fifo",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
    )
    for group in ("a", "b", "a"):
        send(client, url, group, group=group, MessageDeduplicationId="same")
    assert counts(client, url) == (2, 0, 0)


def test_high_throughput_needs_deduplication_by_group(client: Any) -> None:
    assert (
        error_of(
            lambda: make_queue(client, "throughput.fifo", FifoThroughputLimit="perMessageGroupId")
        )
        == "InvalidAttributeValue"
    )
    assert (
        error_of(lambda: make_queue(client, "throughput", DeduplicationScope="messageGroup"))
        == "InvalidAttributeName"
    )


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MessageDeduplicationId": "d"}, "MissingParameter"),
        ({"MessageGroupId": "g"}, "InvalidParameterValue"),
        (
            {"MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 5},
            "InvalidParameterValue",
        ),
        ({"MessageGroupId": "with space", "MessageDeduplicationId": "d"}, "InvalidParameterValue"),
        ({"MessageGroupId": "g" * 129, "MessageDeduplicationId": "d"}, "InvalidParameterValue"),
    ],
)
def test_what_a_fifo_message_must_have(client: Any, options: Any, code: str) -> None:
    url = make_queue(client, "must-have.fifo")
    assert (
        error_of(lambda: client("sqs").send_message(QueueUrl=url, MessageBody="x", **options))
        == code
    )


def test_a_standard_queue_takes_a_tenant_but_no_deduplication(client: Any) -> None:
    url = make_queue(client, "tenants")
    client("sqs").send_message(QueueUrl=url, MessageBody="x", MessageGroupId="tenant-1")
    [got] = receive(client, url, AttributeNames=["MessageGroupId"])
    assert got["Attributes"] == {"MessageGroupId": "tenant-1"}
    assert (
        error_of(
            lambda: client("sqs").send_message(
                QueueUrl=url, MessageBody="x", MessageDeduplicationId="d"
            )
        )
        == "InvalidParameterValue"
    )


def test_a_queues_delay_holds_for_fifo_and_a_new_one_for_waiting_messages(client: Any) -> None:
    url = make_queue(client, "delay.fifo", ContentBasedDeduplication="true", DelaySeconds=900)
    send(client, url, "x")
    assert counts(client, url) == (0, 0, 1)
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
    assert counts(client, url) == (1, 0, 0)


def test_an_expired_handle_does_not_delete(client: Any) -> None:
    url = make_queue(client, "expired.fifo", ContentBasedDeduplication="true", VisibilityTimeout=1)
    send(client, url, "x")
    [got] = receive(client, url)
    time.sleep(0.2)
    assert error_of(lambda: delete(client, url, got)) == "InvalidParameterValue"
    assert counts(client, url) == (1, 0, 0)


def test_a_repeated_receive_gets_the_same_messages(client: Any) -> None:
    url = make_queue(client, "attempt.fifo", ContentBasedDeduplication="true")
    for number in range(3):
        send(client, url, str(number))
    first = receive(client, url, count=2, ReceiveRequestAttemptId="attempt-1")
    second = receive(client, url, count=2, ReceiveRequestAttemptId="attempt-1")
    assert first == second and bodies(first) == ["0", "1"]
    delete(client, url, first[0])
    assert receive(client, url, wait=0, ReceiveRequestAttemptId="attempt-1") == []


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({}, "The request must contain the parameter MessageGroupId."),
        ({"MessageGroupId": "g"}, "The queue should either have ContentBasedDeduplication enabled"),
        ({"MessageGroupId": "a b", "MessageDeduplicationId": "2"}, "can only include alphanumeric"),
        ({"MessageGroupId": "g", "MessageDeduplicationId": "a b"}, "can only include alphanumeric"),
        (
            {"MessageGroupId": "g", "MessageDeduplicationId": "2", "DelaySeconds": 3},
            "Value 3 for parameter DelaySeconds is invalid.",
        ),
        (
            {"MessageGroupId": "g", "MessageDeduplicationId": "2", "MessageBody": "x" * 1025},
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
        ),
    ],
)
def test_one_bad_entry_refuses_the_whole_batch(client: Any, bad: Any, text: str) -> None:
    url = make_queue(client, "batch.fifo", MaximumMessageSize=1024)
    good = {"Id": "a", "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "1"}
    entries = [good, {"Id": "b", "MessageBody": "y", **bad}]
    with pytest.raises(ClientError) as caught:
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameterValue" and text in error["Message"]
    assert counts(client, url) == (0, 0, 0)


def test_a_missing_body_refuses_the_whole_batch_and_names_its_place(client: Any) -> None:
    url = make_queue(client, "batch-body.fifo", ContentBasedDeduplication="true")
    entries = [
        {"Id": "a", "MessageBody": "x", "MessageGroupId": "g"},
        {"Id": "b", "MessageBody": "", "MessageGroupId": "g"},
    ]
    with pytest.raises(ClientError, match=r"SendMessageBatchRequestEntry\.2\.MessageBody"):
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    assert counts(client, url) == (0, 0, 0)


def test_a_repeated_message_is_answered_with_its_own_digest(client: Any) -> None:
    url = make_queue(client, "digests.fifo")
    first, second = (
        client("sqs").send_message(
            QueueUrl=url, MessageBody=body, MessageGroupId="g", MessageDeduplicationId="same"
        )
        for body in ("one", "two")
    )
    assert first["MessageId"] == second["MessageId"]
    assert first["SequenceNumber"] == second["SequenceNumber"]
    assert second["MD5OfMessageBody"] == "b8a9f715dbb64fd5c56e7783c6820a61"
    assert bodies(receive(client, url)) == ["one"]


def test_a_purge_forgets_what_was_sent(client: Any) -> None:
    url = make_queue(client, "purged.fifo", ContentBasedDeduplication="true")
    send(client, url, "x")
    client("sqs").purge_queue(QueueUrl=url)
    send(client, url, "x")
    assert bodies(receive(client, url)) == ["x"]


@pytest.mark.parametrize(("extended", "back"), [(0, []), (1, ["0"]), (2, ["0", "1"])])
def test_a_longer_timeout_holds_back_only_what_comes_after_it(
    client: Any, extended: int, back: list[str]
) -> None:
    url = make_queue(
        client, f"hold-{extended}.fifo", ContentBasedDeduplication="true", VisibilityTimeout=2
    )
    for number in range(3):
        send(client, url, str(number))
    got = receive(client, url)
    client("sqs").change_message_visibility(
        QueueUrl=url, ReceiptHandle=got[extended]["ReceiptHandle"], VisibilityTimeout=600
    )
    until(lambda: counts(client, url)[1] == 1)
    assert bodies(receive(client, url, wait=0)) == back


def test_an_expired_handle_does_not_change_visibility(client: Any) -> None:
    url = make_queue(client, "late.fifo", ContentBasedDeduplication="true", VisibilityTimeout=1)
    send(client, url, "x")
    [got] = receive(client, url)
    until(lambda: counts(client, url)[0] == 1)
    with pytest.raises(ClientError, match="not available for visibility timeout change"):
        client("sqs").change_message_visibility(
            QueueUrl=url, ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=5
        )
