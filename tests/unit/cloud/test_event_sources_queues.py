"""The pollers of a queue, on fakes of what they stand on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import ReceivedMessage
from orderlab.cloud.event_sources.sqs import QueuePoller
from orderlab.cloud.messaging.sqs_event import event_record
from tests.unit.cloud.event_source_fakes import QUEUE_ARN, FakeCloud, Handler, mapping_of
from tests.unit.simulated_time import let_pass, loop_seconds, until
from tests.unit.simulated_time import run as in_simulated_time

Body = Callable[[FakeCloud, QueuePoller], Awaitable[None]]


def with_poller(handler: Handler, body: Body, speed: float = 50.0, **settings: Any) -> None:
    async def run() -> None:
        cloud = FakeCloud(handler, speed)
        poller = QueuePoller(cloud.wiring, mapping_of("sqs", **settings))
        poller.start()
        try:
            await body(cloud, poller)
        finally:
            await poller.kill()

    # the clock that functions run by, which no speed changes
    with patch("orderlab.cloud.event_sources.sqs.real_seconds", loop_seconds):
        in_simulated_time(run())


def fine(records: list[dict[str, Any]]) -> None:
    return None


def sizes(cloud: FakeCloud) -> list[int]:
    return [len(batch) for batch in cloud.functions.batches]


def test_what_the_function_has_done_is_deleted() -> None:
    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud.inbox.put("a", "b", "c")
        await until(lambda: len(cloud.inbox.deleted) == 3)
        assert sizes(cloud) == [3]

    with_poller(fine, body)


def test_what_failed_stays_in_flight() -> None:
    def fail(records: list[dict[str, Any]]) -> None:
        raise RuntimeError("no")

    async def body(cloud: FakeCloud, poller: QueuePoller) -> None:
        cloud.inbox.put("a")
        await until(lambda: sizes(cloud) == [1])
        await poller.stop()
        assert len(cloud.inbox.in_flight) == 1
        assert not cloud.inbox.deleted
        assert poller.mapping.last_result == "PROBLEM: Function call failed"

    with_poller(fail, body)


def test_a_partial_failure_deletes_the_rest() -> None:
    def one_fails(records: list[dict[str, Any]]) -> Any:
        bad = [r["messageId"] for r in records if r["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in bad]}

    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud.inbox.put("good", "bad", "good")
        await until(lambda: len(cloud.inbox.deleted) == 2)
        (left,) = cloud.inbox.in_flight.values()
        assert left.body == "bad"

    with_poller(one_fails, body, FunctionResponseTypes=["ReportBatchItemFailures"])


def test_without_the_setting_a_partial_answer_means_nothing() -> None:
    def names_all(records: list[dict[str, Any]]) -> Any:
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records]}

    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud.inbox.put("a")
        await until(lambda: len(cloud.inbox.deleted) == 1)

    with_poller(names_all, body)


def test_messages_that_no_filter_wants_are_deleted_unseen() -> None:
    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud.inbox.put('{"kind": "order"}', '{"kind": "other"}', "no json")
        await until(lambda: len(cloud.inbox.deleted) == 3)
        assert [record["body"] for record in cloud.functions.batches[0]] == ['{"kind": "order"}']

    wanted = {"Filters": [{"Pattern": json.dumps({"body": {"kind": ["order"]}})}]}
    with_poller(fine, body, FilterCriteria=wanted)


def test_a_batch_is_gathered_up_to_its_size_and_window() -> None:
    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud.inbox.put(*(str(i) for i in range(25)))
        await let_pass(0.05)
        assert not cloud.functions.batches
        cloud.inbox.put(*(str(i) for i in range(25)))
        await until(lambda: sizes(cloud) == [40])
        await until(lambda: sizes(cloud) == [40, 10])

    with_poller(fine, body, speed=5, BatchSize=40, MaximumBatchingWindowInSeconds=1)


def test_a_batch_larger_than_6_mb_comes_in_parts() -> None:
    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud.inbox.put(*("x" * 1_000_000 for _ in range(10)))
        await until(lambda: len(cloud.inbox.deleted) == 10)
        assert sizes(cloud) == [6, 4]

    with_poller(fine, body)


def test_a_throttled_batch_is_tried_again_until_its_messages_show_again() -> None:
    def throttle(records: list[dict[str, Any]]) -> None:
        raise AwsError("Rate Exceeded.", code="TooManyRequestsException", status=429)

    async def body(cloud: FakeCloud, poller: QueuePoller) -> None:
        cloud.inbox.put("a")
        await until(lambda: len(cloud.functions.batches) >= 4)
        await let_pass(30 / 50)
        tries = len(cloud.functions.batches)
        await let_pass(0.1)
        assert len(cloud.functions.batches) == tries
        assert len(cloud.inbox.in_flight) == 1

    with_poller(throttle, body)


def test_a_throttled_batch_goes_through_when_there_is_room() -> None:
    def throttle_twice(records: list[dict[str, Any]]) -> None:
        if len(cloud_of[0].functions.batches) < 3:
            raise AwsError("Rate Exceeded.", code="TooManyRequestsException", status=429)

    cloud_of: list[FakeCloud] = []

    async def body(cloud: FakeCloud, _: QueuePoller) -> None:
        cloud_of.append(cloud)
        cloud.inbox.put("a")
        await until(lambda: len(cloud.inbox.deleted) == 1)

    with_poller(throttle_twice, body)


def test_a_stopped_poller_finishes_its_batch_and_takes_no_more() -> None:
    async def body(cloud: FakeCloud, poller: QueuePoller) -> None:
        cloud.functions.seconds = 0.1
        cloud.inbox.put("a")
        await until(lambda: cloud.functions.running == 1)
        stopping = asyncio.create_task(poller.stop())
        await asyncio.sleep(0)
        cloud.inbox.put("b")
        await stopping
        assert cloud.inbox.deleted == ["m0"]
        assert len(cloud.inbox.waiting) == 1

    with_poller(fine, body)


def test_without_the_right_to_read_nothing_is_received() -> None:
    async def body(cloud: FakeCloud, poller: QueuePoller) -> None:
        await let_pass(0.12)
        cloud.allowed = False
        await let_pass(0.25)
        cloud.inbox.put("a")
        await until(lambda: (poller.mapping.last_result or "").startswith("PROBLEM"))
        await let_pass(0.1)
        assert not cloud.functions.batches
        cloud.allowed = True
        cloud.inbox.put("b")
        await until(lambda: bool(cloud.functions.batches))

    with_poller(fine, body)


def test_a_function_or_a_queue_that_is_gone_is_waited_for() -> None:
    async def body(cloud: FakeCloud, poller: QueuePoller) -> None:
        cloud.inbox_exists = False
        await until(lambda: poller.mapping.last_result == "PROBLEM: Queue not found")
        cloud.inbox_exists, cloud.functions.missing = True, True
        await until(lambda: poller.mapping.last_result == "PROBLEM: Function not found")
        cloud.functions.missing = False
        cloud.inbox.put("a")
        await until(lambda: len(cloud.inbox.deleted) == 1)

    with_poller(fine, body)


def test_long_batches_are_joined_by_others_up_to_the_maximum() -> None:
    async def body(cloud: FakeCloud, poller: QueuePoller) -> None:
        cloud.functions.seconds = 4.0
        cloud.inbox.put(*(str(i) for i in range(10)))
        await until(lambda: cloud.functions.most_running == 2)
        await let_pass(0.7)
        assert cloud.functions.most_running == 2

    scaling = {"MaximumConcurrency": 2}
    with_poller(fine, body, BatchSize=1, ScalingConfig=scaling)


def test_the_form_of_a_record() -> None:
    message = ReceivedMessage(
        "id-1", "handle", "body", "md5",
        {"ApproximateReceiveCount": "1", "MessageGroupId": "g"},
        {"text": {"StringValue": "v", "DataType": "String"},
         "bytes": {"BinaryValue": "AAE=", "DataType": "Binary"}},
    )  # fmt: skip
    record = event_record(message, QUEUE_ARN)
    assert record["attributes"] == {"ApproximateReceiveCount": "1", "MessageGroupId": "g"}
    assert record["messageAttributes"] == {
        "text": {"stringValue": "v", "stringListValues": [], "binaryListValues": [],
                 "dataType": "String"},
        "bytes": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [],
                  "dataType": "Binary"},
    }  # fmt: skip
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == QUEUE_ARN
    assert record["awsRegion"] == "us-east-1"
    assert len(record["md5OfMessageAttributes"]) == 32
