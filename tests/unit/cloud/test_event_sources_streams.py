"""The readers of a stream, on fakes of what they stand on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from orderlab.cloud.event_sources.dynamodb_streams import StreamPoller, starting_progress
from orderlab.cloud.event_sources.lane import lane_of
from tests.unit.cloud.event_source_fakes import (
    FUNCTION_ARN,
    QUEUE_ARN,
    STREAM_ARN,
    FakeCloud,
    Handler,
    mapping_of,
)
from tests.unit.simulated_time import let_pass, until
from tests.unit.simulated_time import run as in_simulated_time

Body = Callable[[FakeCloud, StreamPoller], Awaitable[None]]


def keys(records: list[dict[str, Any]]) -> list[str]:
    return [record["dynamodb"]["Keys"]["id"]["S"] for record in records]


def with_poller(
    handler: Handler, body: Body, *put_first: str, position: str = "TRIM_HORIZON", **settings: Any
) -> None:
    async def run() -> None:
        cloud = FakeCloud(handler)
        cloud.shard.put(*put_first)
        mapping = mapping_of("dynamodb", **settings)
        mapping.starting_position = position
        mapping.progress = starting_progress(cloud.wiring.streams, mapping)
        poller = StreamPoller(cloud.wiring, mapping)
        poller.start()
        try:
            await body(cloud, poller)
        finally:
            await poller.kill()

    in_simulated_time(run())


def fine(records: list[dict[str, Any]]) -> None:
    return None


def fails_on(key: str) -> Handler:
    def handler(records: list[dict[str, Any]]) -> None:
        if key in keys(records):
            raise RuntimeError(f"cannot do {key}")

    return handler


def seen(cloud: FakeCloud) -> list[list[str]]:
    return [keys(batch) for batch in cloud.functions.batches]


def test_records_come_in_batches_and_in_order() -> None:
    async def body(cloud: FakeCloud, poller: StreamPoller) -> None:
        await until(lambda: len(seen(cloud)) == 3)
        assert seen(cloud) == [["a", "b"], ["c", "d"], ["e"]]
        record = cloud.functions.batches[0][0]
        assert record["eventSourceARN"] == STREAM_ARN
        await until(lambda: poller.mapping.last_result == "OK")

    with_poller(fine, body, *"abcde", BatchSize=2)


def test_from_the_latest_only_what_comes_later_is_read() -> None:
    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        cloud.shard.put("new")
        await until(lambda: seen(cloud) == [["new"]])

    with_poller(fine, body, "old", position="LATEST")


def test_a_window_gathers_a_batch() -> None:
    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        for key in "abc":
            cloud.shard.put(key)
            await let_pass(0.01)
        await until(lambda: seen(cloud) == [["a", "b", "c"]])

    with_poller(fine, body, MaximumBatchingWindowInSeconds=5)


def test_a_failing_batch_blocks_what_follows() -> None:
    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        await until(lambda: len(seen(cloud)) >= 3)
        assert all(batch == ["a"] for batch in seen(cloud))
        cloud.functions.handler = fine
        await until(lambda: seen(cloud)[-1] == ["b"])

    with_poller(fails_on("a"), body, "a", "b", BatchSize=1)


def test_a_batch_given_up_is_reported_and_the_next_one_goes_on() -> None:
    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        await until(lambda: ["c"] in seen(cloud))
        assert seen(cloud) == [["a", "b"], ["a", "b"], ["c"]]
        (message,) = cloud.lost.sent
        told = json.loads(message.body)
        assert told["requestContext"] == {
            "requestId": "request-1",
            "functionArn": FUNCTION_ARN,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        }
        assert told["responseContext"] == {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        }
        assert told["version"] == "1.0"
        info = told["DDBStreamBatchInfo"]
        assert info["startSequenceNumber"] == f"{0:021d}"
        assert info["endSequenceNumber"] == f"{1:021d}"
        assert info["batchSize"] == 2
        assert info["shardId"] == "shardId-1"
        assert info["streamArn"] == STREAM_ARN

    destination = {"OnFailure": {"Destination": QUEUE_ARN.replace("inbox", "lost")}}
    with_poller(fails_on("a"), body, *"abc", BatchSize=2, MaximumRetryAttempts=1,
                DestinationConfig=destination)  # fmt: skip


def test_bisecting_finds_the_record_that_fails() -> None:
    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        await until(lambda: bool(seen(cloud)) and seen(cloud)[-1] == ["d"])
        assert seen(cloud) == [list("abcd"), list("ab"), list("cd"), ["c"], ["d"]]
        assert len(cloud.lost.sent) == 1

    destination = {"OnFailure": {"Destination": QUEUE_ARN.replace("inbox", "lost")}}
    with_poller(fails_on("c"), body, *"abcd", BisectBatchOnFunctionError=True,
                MaximumRetryAttempts=0, DestinationConfig=destination)  # fmt: skip


def test_a_partial_answer_is_the_checkpoint() -> None:
    def until_c(records: list[dict[str, Any]]) -> Any:
        bad = [r["dynamodb"]["SequenceNumber"] for r in records[1:] if keys([r]) == ["c"]]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in bad]}

    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        await until(lambda: len(seen(cloud)) == 2)
        assert seen(cloud) == [list("abcd"), list("cd")]

    with_poller(until_c, body, *"abcd", FunctionResponseTypes=["ReportBatchItemFailures"])


def test_records_that_grow_too_old_are_given_up() -> None:
    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        await let_pass(0.5)
        cloud.shard.put("b")
        await until(lambda: ["b"] in seen(cloud))
        told = json.loads(cloud.lost.sent[0].body)
        assert told["requestContext"]["condition"] == "RecordAgeExceeded"

    destination = {"OnFailure": {"Destination": QUEUE_ARN.replace("inbox", "lost")}}
    with_poller(fails_on("a"), body, "a", MaximumRecordAgeInSeconds=60,
                DestinationConfig=destination)  # fmt: skip


def test_records_that_no_filter_wants_are_skipped() -> None:
    async def body(cloud: FakeCloud, poller: StreamPoller) -> None:
        await until(lambda: seen(cloud) == [["b"]])
        await until(lambda: poller.mapping.progress["shardId-1"].lanes == [3])

    pattern = json.dumps({"dynamodb": {"Keys": {"id": {"S": ["b"]}}}})
    with_poller(fine, body, *"abc", FilterCriteria={"Filters": [{"Pattern": pattern}]})


def test_lanes_keep_the_order_of_each_key_and_one_that_fails_stops_no_other() -> None:
    names = [f"k{i}" for i in range(20)]
    blocked = lane_of({"id": {"S": "k0"}}, 4)
    free = [k for k in names if lane_of({"id": {"S": k}}, 4) != blocked]

    async def body(cloud: FakeCloud, _: StreamPoller) -> None:
        await until(lambda: sum(k in free for b in seen(cloud) for k in b) == 2 * len(free))
        for key in free:
            batches = [b for batch in cloud.functions.batches for b in batch if keys([b]) == [key]]
            numbers = [record["dynamodb"]["SequenceNumber"] for record in batches]
            assert numbers == sorted(numbers)
        assert all(set(b) <= set(free) or b[0] not in free for b in seen(cloud))

    with_poller(fails_on("k0"), body, *names, *names, ParallelizationFactor=4, BatchSize=3)


def test_a_mapping_that_was_stopped_goes_on_where_it_stood() -> None:
    async def body(cloud: FakeCloud, poller: StreamPoller) -> None:
        await until(lambda: seen(cloud) == [["a"]])
        await poller.stop()
        cloud.shard.put("b")
        again = StreamPoller(cloud.wiring, poller.mapping)
        again.start()
        await until(lambda: seen(cloud) == [["a"], ["b"]])
        await again.kill()

    with_poller(fine, body, "a")


def test_stopping_ends_the_retries_of_a_blocked_lane() -> None:
    async def body(cloud: FakeCloud, poller: StreamPoller) -> None:
        await until(lambda: len(seen(cloud)) >= 2)
        await asyncio.wait_for(poller.stop(), 1)
        assert poller.mapping.progress["shardId-1"].lanes == [0]

    with_poller(fails_on("a"), body, "a")
