"""What the rest of the cloud sees of queues and topics: contracts, moto's view, great limits.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.compose import Cloud
from orderlab.cloud.contracts import OutgoingMessage, Principal
from orderlab.cloud.moto_backends import backend
from orderlab.cloud.settings import ACCOUNT_ID, Settings
from orderlab.cloud.sqs.errors import OverLimit, QueueDoesNotExist
from orderlab.cloud.sqs.store import MAX_IN_FLIGHT

SERVICE = Principal("service", "apigateway.amazonaws.com", ACCOUNT_ID)
REGION = "us-east-1"


@asynccontextmanager
async def running() -> AsyncIterator[Cloud]:
    cloud = Cloud(Settings(seed=1, speed=20))
    await cloud.start("http://127.0.0.1:1")
    try:
        yield cloud
    finally:
        await cloud.stop()


def inside(work: Callable[[Cloud], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with running() as cloud:
            return await work(cloud)

    return asyncio.run(run())


def test_the_contract_of_a_queue() -> None:
    async def work(cloud: Cloud) -> None:
        made = cloud.queues.registry.create(REGION, "contract", {"VisibilityTimeout": "7"}, {})
        queue = cloud.queues.queue(made.arn)
        assert queue is not None
        assert (queue.name, queue.fifo, queue.visibility_timeout) == ("contract", False, 7)
        binary = {"b": {"DataType": "Binary", "BinaryValue": b"\x01"}}
        message_id = queue.send(OutgoingMessage("hello", binary), SERVICE)
        [got] = await queue.receive(max_messages=10, wait_seconds=20)
        assert (got.message_id, got.body) == (message_id, "hello")
        assert got.attributes["b"]["BinaryValue"] == "AQ=="
        assert got.system_attributes["ApproximateReceiveCount"] == "1"
        queue.change_visibility(got.receipt_handle, 0)
        [again] = await queue.receive(wait_seconds=20)
        queue.delete(again.receipt_handle)
        assert await queue.receive(wait_seconds=1) == []
        with pytest.raises(AwsError):
            queue.send(OutgoingMessage(""), SERVICE)
        assert cloud.queues.queue("arn:aws:sqs:us-east-1:123456789012:nowhere") is None

    inside(work)


def test_a_long_poll_leaves_the_loop_free_and_ends_with_its_queue() -> None:
    async def work(cloud: Cloud) -> None:
        queue = cloud.queues.registry.create(REGION, "free", {}, {})
        poll = asyncio.create_task(queue.receive(wait_seconds=20))
        await asyncio.sleep(0.05)
        assert not poll.done()
        queue.send(OutgoingMessage("x"), SERVICE)
        assert [message.body for message in await poll] == ["x"]
        poll = asyncio.create_task(queue.receive(wait_seconds=20))
        await asyncio.sleep(0.01)
        cloud.queues.registry.remove(queue)
        with pytest.raises(QueueDoesNotExist):
            await poll

    inside(work)


def test_a_cancelled_poll_passes_its_turn_on() -> None:
    async def work(cloud: Cloud) -> None:
        queue = cloud.queues.registry.create(REGION, "turn", {}, {})
        first, second = (asyncio.create_task(queue.receive(wait_seconds=20)) for _ in range(2))
        await asyncio.sleep(0.01)
        queue.send(OutgoingMessage("x"), SERVICE)
        first.cancel()
        assert [message.body for message in await asyncio.wait_for(second, 0.5)] == ["x"]

    inside(work)


def test_a_hundred_and_twenty_thousand_may_be_in_flight() -> None:
    async def work(cloud: Cloud) -> None:
        queue = cloud.queues.registry.create(REGION, "flight", {"VisibilityTimeout": "43200"}, {})
        model = queue.accept(OutgoingMessage("x"), SERVICE)
        now = cloud.clock.now()
        for _ in range(MAX_IN_FLIGHT):
            queue.store.put(model.moved(), now=now)
        taken, _ = queue.store.take(10**6, now=now, visibility_seconds=43_200, short=False)
        assert len(taken) == MAX_IN_FLIGHT
        with pytest.raises(OverLimit):
            await queue.receive(wait_seconds=0)
        assert await queue.receive(wait_seconds=1) == []
        queue.delete(queue.store.handle(taken[0]))
        assert len(await queue.receive(wait_seconds=1)) == 1

    inside(work)


def test_moto_sees_our_queues_and_topics() -> None:
    async def work(cloud: Cloud) -> None:
        queues, topics = (backend(name, ACCOUNT_ID, REGION) for name in ("sqs", "sns"))
        record = queues.create_queue("seen", {"team": "shop"}, VisibilityTimeout=77, region=REGION)
        live = cloud.queues.queue(record.queue_arn)
        assert live is not None
        assert live.visibility_timeout == record.visibility_timeout == 77
        assert record.physical_resource_id == live.url == "http://127.0.0.1:1/123456789012/seen"
        assert queues.get_queue("seen") is record and list(queues.queues) == ["seen"]
        queues.send_message("seen", "from an event")
        assert [message.body for message in await live.receive(wait_seconds=1)] == ["from an event"]
        [tagged] = queues.iter_tagged_resources()
        assert (tagged.arn, tagged.tags) == (live.arn, {"team": "shop"})

        live.apply({**live.attributes, "Policy": _open(live.arn)})
        topic = topics.create_topic("seen", {"TopicName": "seen", "DisplayName": "Seen"})
        topics.subscribe(topic.arn, live.arn, "sqs")
        topics.publish("an alarm", arn=topic.arn, subject="S")
        [got] = await live.receive(wait_seconds=1)
        assert "an alarm" in got.body
        assert list(topics.topics) == [topic.arn] and len(topics.subscriptions) == 1
        topics.delete_topic(topic.arn)
        queues.delete_queue("seen")
        assert not topics.topics and not topics.subscriptions and not queues.queues

    inside(work)


def _open(arn: str) -> str:
    return (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
        f'"Action":"sqs:SendMessage","Resource":"{arn}"}}]}}'
    )


def test_the_contract_of_a_topic() -> None:
    async def work(cloud: Cloud) -> None:
        queue = cloud.queues.registry.create(REGION, "told", {}, {})
        queue.apply({**queue.attributes, "Policy": _open(queue.arn)})
        topic = cloud.topics.registry.create(REGION, "tells", {}, {})
        cloud.topics.subscribing.add(topic, "sqs", queue.arn, {"RawMessageDelivery": "true"})
        kind = {"kind": {"DataType": "String", "StringValue": "new"}}
        assert cloud.topics.publish(topic.arn, "x", subject=None, sender=SERVICE, attributes=kind)
        [got] = await queue.receive(wait_seconds=1)
        assert (got.body, got.attributes) == ("x", kind)
        assert cloud.topics.resource_policy(topic.arn)
        with pytest.raises(AwsError):
            cloud.topics.publish(f"{topic.arn}x", "x", subject=None, sender=SERVICE)

    inside(work)
