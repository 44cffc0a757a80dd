"""What takes minutes on AWS, on a cloud whose waits pass a hundred times as fast.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cloud.queue_kit import bodies, counts, error_of, make_queue, receive
from tests.conftest import run_cloud


@pytest.fixture(scope="module")
def client() -> Iterator[Callable[..., Any]]:
    with run_cloud(speed=100) as cloud:
        made = {service: cloud.client(service) for service in ("sqs", "sns")}
        yield made.__getitem__


def test_messages_expire(client: Any) -> None:
    url = make_queue(client, "retention", MessageRetentionPeriod=60)
    client("sqs").send_message(QueueUrl=url, MessageBody="old")
    time.sleep(0.65)
    assert counts(client, url) == (0, 0, 0)
    assert receive(client, url) == []


def test_a_deleted_name_is_free_after_a_minute(client: Any) -> None:
    sqs = client("sqs")
    url = make_queue(client, "deleted")
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.delete_queue(QueueUrl=url)
    with pytest.raises(sqs.exceptions.QueueDeletedRecently):
        make_queue(client, "deleted")
    missing = "AWS.SimpleQueueService.NonExistentQueue"
    assert error_of(lambda: sqs.send_message(QueueUrl=url, MessageBody="x")) == missing
    time.sleep(0.65)
    make_queue(client, "deleted")
    assert counts(client, url) == (0, 0, 0)


def test_purging_again_is_allowed_after_a_minute(client: Any) -> None:
    url = make_queue(client, "purge-again")
    client("sqs").purge_queue(QueueUrl=url)
    time.sleep(0.65)
    client("sqs").purge_queue(QueueUrl=url)


def test_a_visibility_timeout_of_half_a_minute_passes(client: Any) -> None:
    url = make_queue(client, "half-a-minute")
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert bodies(receive(client, url)) == ["x"]
    assert bodies(receive(client, url, wait=20)) + bodies(receive(client, url, wait=20)) == ["x"]
