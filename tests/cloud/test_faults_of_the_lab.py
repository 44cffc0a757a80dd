"""`lab.faults`: plain words, context managers, and names that do not exist."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.faults import Faults
from tests.cloud.event_source_kit import Kit


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, "test", "test")


@pytest.fixture(scope="module")
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


@pytest.fixture(scope="module")
def function(kit: Kit) -> str:
    return kit.function().name


@pytest.fixture
def faults(target: LocalTarget) -> Iterator[Faults]:
    yield Faults(target)
    Faults(target).mend()


def on(faults: Faults) -> list[tuple[str, str]]:
    return [(each["kind"], each["target"]) for each in faults.active()]


def test_a_fault_stays_on_until_it_is_mended(faults: Faults, kit: Kit, function: str) -> None:
    faults.fail(function)
    answer = kit.lambda_.invoke(FunctionName=function, Payload='{"Records": []}')
    assert answer["FunctionError"] == "Unhandled"
    faults.mend(function)
    faults.mend(function)
    answer = kit.lambda_.invoke(FunctionName=function, Payload='{"Records": []}')
    assert "FunctionError" not in answer and repr(faults) == "No fault is on."


def test_a_fault_ends_with_its_block_and_leaves_the_others(faults: Faults, function: str) -> None:
    faults.throttle(function)
    with faults.slow_down(function, 2):
        assert sorted(on(faults)) == [("slow", function), ("throttle", function)]
    assert on(faults) == [("throttle", function)]


def test_a_fault_ends_also_where_its_block_fails(faults: Faults, function: str) -> None:
    with contextlib.suppress(KeyboardInterrupt), faults.kill(function):
        raise KeyboardInterrupt
    assert on(faults) == []


def test_tables_and_topics_can_be_broken(faults: Faults, kit: Kit, cloud: Any) -> None:
    table, _ = kit.table()
    sns, topic = cloud.client("sns"), f"topic-{uuid.uuid4().hex[:8]}"
    arn = sns.create_topic(Name=topic)["TopicArn"]
    with faults.fail(table), pytest.raises(kit.dynamodb.exceptions.InternalServerError):
        kit.put(table, "o-1")
    with faults.fail(topic), pytest.raises(sns.exceptions.InternalErrorException):
        sns.publish(TopicArn=arn, Message="m")
    kit.put(table, "o-1")
    sns.publish(TopicArn=arn, Message="m")


def test_a_name_with_its_kind_means_that_one(faults: Faults, kit: Kit, function: str) -> None:
    kit.dynamodb.create_table(
        TableName=function,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    faults.slow_down(function, 1)
    faults.slow_down(f"{function} (table)", 1)
    assert sorted(on(faults)) == sorted([("slow", function), ("slow", f"table/{function}")])
    faults.mend(function)
    assert on(faults) == []


def test_deliveries_can_be_delayed_duplicated_and_reordered(faults: Faults, kit: Kit) -> None:
    queue = kit.queue()
    name = queue.rpartition("/")[2]
    with faults.duplicate(name, times=3), faults.delay(name, 5), faults.reorder(name, 3):
        assert sorted(kind for kind, _ in on(faults)) == ["delay", "duplicate", "reorder"]
        began = time.monotonic()
        kit.send(queue, "m")
        found = kit.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        assert time.monotonic() - began >= 0.5 and len(found) == 1
    fifo = kit.queue(FifoQueue="true").rpartition("/")[2]
    with pytest.raises(LearnerError, match="is a FIFO queue"):
        faults.reorder(fifo)


def test_a_name_that_does_not_exist_is_answered_with_those_that_do(
    faults: Faults, kit: Kit, function: str
) -> None:
    queue = kit.queue().rpartition("/")[2]
    with pytest.raises(LearnerError) as raised:
        faults.kill("shiping")
    assert "There is no function 'shiping'." in str(raised.value) and function in str(raised.value)
    with pytest.raises(LearnerError) as raised:
        faults.duplicate(function)
    assert f"There is no queue '{function}'." in str(raised.value) and queue in str(raised.value)
    for attempt in (faults.fail, faults.throttle, faults.mend):
        with pytest.raises(LearnerError, match="There is no"):
            attempt("shiping")
    assert on(faults) == []


@pytest.mark.parametrize("seconds", [0, -1, "two", None, True, float("nan")])
def test_seconds_that_cannot_be_are_refused(faults: Faults, function: str, seconds: Any) -> None:
    with pytest.raises(LearnerError, match="seconds is a number above 0"):
        faults.slow_down(function, seconds)


def test_times_and_texts_that_cannot_be_are_refused(
    faults: Faults, kit: Kit, function: str
) -> None:
    queue = kit.queue().rpartition("/")[2]
    for times in (1, 0, 2.5, "2"):
        with pytest.raises(LearnerError, match="times is a whole number"):
            faults.duplicate(queue, times=times)  # type: ignore[arg-type]
    with pytest.raises(LearnerError, match="text is what"):
        faults.poison(function, "")


def test_a_fault_says_what_it_does_and_shows_nothing_in_a_cell(
    faults: Faults, function: str
) -> None:
    fault = faults.slow_down(function, 2)
    assert repr(fault) == f"The function {function} answers 2 s later until it is mended."
    assert fault._ipython_display_() is None  # type: ignore[func-returns-value]


def test_what_strikes_a_function_leaves_the_table_of_its_name_alone(
    faults: Faults, kit: Kit
) -> None:
    name = kit.function().name
    kit.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    try:
        faults.throttle(f"{name} (function)")
        kit.dynamodb.put_item(TableName=name, Item={"id": {"S": "1"}})
    finally:
        kit.dynamodb.delete_table(TableName=name)
