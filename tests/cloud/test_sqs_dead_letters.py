"""Dead-letter queues: who gets there, who may use them, and the way back.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Any

import pytest

from tests.cloud.queue_kit import (
    bodies,
    counts,
    error_of,
    make_queue,
    queue_arn,
    receive,
    until,
)


def redrive(name: str, count: Any = 2) -> dict[str, Any]:
    return {"deadLetterTargetArn": queue_arn(name), "maxReceiveCount": count}


@pytest.mark.parametrize("kind", ["", ".fifo"])
def test_a_message_moves_when_it_would_be_received_once_too_often(client: Any, kind: str) -> None:
    fifo = {"ContentBasedDeduplication": "true"} if kind else {}
    dead = make_queue(client, f"dead{kind}", **fifo)
    url = make_queue(
        client, f"alive{kind}", VisibilityTimeout=0, RedrivePolicy=redrive(f"dead{kind}"), **fifo
    )
    group = {"MessageGroupId": "g"} if kind else {}
    sent = client("sqs").send_message(QueueUrl=url, MessageBody="poison", **group)
    for _ in range(2):
        assert bodies(receive(client, url)) == ["poison"]
    assert counts(client, dead) == (0, 0, 0)
    assert receive(client, url) == []
    [letter] = receive(client, dead, AttributeNames=["All"])
    assert letter["MessageId"] == sent["MessageId"]
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == queue_arn(f"alive{kind}")
    assert counts(client, url) == (0, 0, 0)


def test_a_count_that_is_sent_as_a_text_is_a_number_from_then_on(client: Any) -> None:
    make_queue(client, "texts-dead")
    url = make_queue(client, "texts", RedrivePolicy=redrive("texts-dead", "3"))
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    assert json.loads(found["Attributes"]["RedrivePolicy"]) == redrive("texts-dead", 3)
    # the same queue, whichever way its count is written
    assert make_queue(client, "texts", RedrivePolicy=redrive("texts-dead", 3)) == url


def test_a_standard_queues_dead_letters_keep_their_age(client: Any, cloud: Any) -> None:
    dead = make_queue(client, "aged-dead")
    url = make_queue(client, "aged", VisibilityTimeout=3, RedrivePolicy=redrive("aged-dead", 1))
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    receive(client, url)
    receive(client, url, wait=5)
    assert counts(client, dead) == (1, 0, 0)
    shown = {queue["name"]: queue for queue in cloud.page("queues")["queues"]}
    assert shown["aged-dead"]["oldest_age_seconds"] >= 3


def test_without_its_dead_letter_queue_a_message_stays(client: Any) -> None:
    dead = make_queue(client, "gone-dead")
    url = make_queue(client, "gone", VisibilityTimeout=0, RedrivePolicy=redrive("gone-dead", 1))
    client("sqs").delete_queue(QueueUrl=dead)
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert [bodies(receive(client, url)) for _ in range(3)] == [["x"]] * 3


@pytest.mark.parametrize(
    "policy",
    [
        "no json",
        "[]",
        {"maxReceiveCount": 3},
        {"deadLetterTargetArn": queue_arn("policy-target")},
        {"deadLetterTargetArn": "policy-target", "maxReceiveCount": 3},
        {"deadLetterTargetArn": "arn:aws:sns:us-east-1:123456789012:t", "maxReceiveCount": 3},
        {"deadLetterTargetArn": queue_arn("nowhere"), "maxReceiveCount": 3},
        {"deadLetterTargetArn": queue_arn("policy-target"), "maxReceiveCount": 0},
        {"deadLetterTargetArn": queue_arn("policy-target"), "maxReceiveCount": 1001},
        {"deadLetterTargetArn": queue_arn("policy-target"), "maxReceiveCount": "many"},
        {"deadLetterTargetArn": queue_arn("policy-target"), "maxReceiveCount": 3, "more": 1},
        {"deadLetterTargetArn": queue_arn("policy-target.fifo"), "maxReceiveCount": 3},
        {"deadLetterTargetArn": queue_arn("policy-target-closed"), "maxReceiveCount": 3},
    ],
)
def test_a_bad_redrive_policy_is_refused(client: Any, policy: Any) -> None:
    make_queue(client, "policy-target")
    make_queue(client, "policy-target.fifo")
    make_queue(client, "policy-target-closed", RedriveAllowPolicy={"redrivePermission": "denyAll"})
    assert error_of(lambda: make_queue(client, "policy-source", RedrivePolicy=policy)) == (
        "InvalidParameterValue"
    )


def test_a_dead_letter_queue_chooses_its_sources(client: Any) -> None:
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn("chosen")]}
    make_queue(client, "choosy", RedriveAllowPolicy=allowed)
    assert (
        error_of(lambda: make_queue(client, "not-chosen", RedrivePolicy=redrive("choosy")))
        == "InvalidParameterValue"
    )
    make_queue(client, "chosen", RedrivePolicy=redrive("choosy", "5"))
    for bad in (
        {"redrivePermission": "byQueue"},
        {"redrivePermission": "maybe"},
        {"redrivePermission": "allowAll", "sourceQueueArns": ["a"]},
    ):
        assert error_of(partial(make_queue, client, "bad", RedriveAllowPolicy=bad))


def test_the_sources_of_a_dead_letter_queue_are_listed(client: Any) -> None:
    dead = make_queue(client, "listed-dead")
    urls = [
        make_queue(client, f"listed-{n}", RedrivePolicy=redrive("listed-dead")) for n in range(3)
    ]
    sqs = client("sqs")
    pages = sqs.get_paginator("list_dead_letter_source_queues").paginate(
        QueueUrl=dead, PaginationConfig={"PageSize": 2}
    )
    assert sorted(url for page in pages for url in page["queueUrls"]) == sorted(urls)
    assert sqs.list_dead_letter_source_queues(QueueUrl=urls[0])["queueUrls"] == []


def fill_dead_letters(client: Any, name: str, count: int = 3) -> tuple[str, str]:
    """A source queue and its dead-letter queue, which holds `count` messages."""
    dead = make_queue(client, f"{name}-dead")
    url = make_queue(client, name, VisibilityTimeout=0, RedrivePolicy=redrive(f"{name}-dead", 1))
    for number in range(count):
        client("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    until(lambda: not receive(client, url) and counts(client, dead)[0] == count)
    return url, dead


def test_dead_letters_go_back_where_they_came_from(client: Any) -> None:
    url, dead = fill_dead_letters(client, "back")
    sqs = client("sqs")
    source = queue_arn("back-dead")
    assert sqs.start_message_move_task(SourceArn=source)["TaskHandle"]
    until(lambda: counts(client, url)[0] == 3)
    assert counts(client, dead) == (0, 0, 0)
    [task] = until(
        lambda: [
            each
            for each in sqs.list_message_move_tasks(SourceArn=source)["Results"]
            if each["Status"] == "COMPLETED"
        ]
    )
    assert task["ApproximateNumberOfMessagesMoved"] == 3
    assert task["ApproximateNumberOfMessagesToMove"] == 3
    assert "TaskHandle" not in task
    got = receive(client, url, AttributeNames=["All"])
    assert {m["Attributes"]["ApproximateReceiveCount"] for m in got} == {"1"}


def test_dead_letters_may_go_elsewhere_slowly_and_be_stopped(client: Any) -> None:
    _, dead = fill_dead_letters(client, "slow")
    make_queue(client, "elsewhere")
    sqs = client("sqs")
    source = queue_arn("slow-dead")
    handle = sqs.start_message_move_task(
        SourceArn=source, DestinationArn=queue_arn("elsewhere"), MaxNumberOfMessagesPerSecond=1
    )["TaskHandle"]
    assert error_of(lambda: sqs.start_message_move_task(SourceArn=source)) == (
        "InvalidParameterValue"
    )
    sqs.cancel_message_move_task(TaskHandle=handle)
    until(
        lambda: sqs.list_message_move_tasks(SourceArn=source)["Results"][0]["Status"] == "CANCELLED"
    )
    assert counts(client, dead)[0] >= 2
    assert error_of(lambda: sqs.cancel_message_move_task(TaskHandle="nonsense")) == (
        "InvalidParameterValue"
    )
    for arn in (source, queue_arn("nowhere")):
        document = json.dumps({"taskId": "10f57157-fc38-4da9-a113-4de7e12d05aa", "sourceArn": arn})
        unknown = base64.b64encode(document.encode()).decode()
        assert error_of(partial(sqs.cancel_message_move_task, TaskHandle=unknown)) == (
            "ResourceNotFoundException"
        )


def test_only_dead_letter_queues_can_be_emptied_so(client: Any) -> None:
    make_queue(client, "no-dead-letters")
    sqs = client("sqs")
    assert (
        error_of(lambda: sqs.start_message_move_task(SourceArn=queue_arn("no-dead-letters")))
        == "InvalidParameterValue"
    )
    assert error_of(lambda: sqs.start_message_move_task(SourceArn=queue_arn("nowhere"))) == (
        "ResourceNotFoundException"
    )


def test_the_recorder_sees_a_letter_die(client: Any, cloud: Any) -> None:
    make_queue(client, "seen-dead")
    url = make_queue(client, "seen", VisibilityTimeout=0, RedrivePolicy=redrive("seen-dead", 1))
    client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"orderId": "dies-1"}))
    receive(client, url)
    receive(client, url)
    hops = cloud.page("recorder/trace?id=dies-1")["hops"]
    assert [(hop["action"], hop["source"], hop["target"]) for hop in hops] == [
        ("SendMessage", "client", queue_arn("seen")),
        ("ReceiveMessage", "client", queue_arn("seen")),
        ("DeadLetter", queue_arn("seen"), queue_arn("seen-dead")),
    ]
