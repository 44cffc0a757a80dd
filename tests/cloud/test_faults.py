"""Faults of queues, tables, topics and functions that are bound to orders, on the running cloud."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.event_source_kit import Kit, until


@pytest.fixture
def kit(cloud: Any) -> Iterator[Kit]:
    kit = Kit(cloud)
    yield kit
    kit.close()


@pytest.fixture
def fault(cloud: Any) -> Iterator[Callable[..., None]]:
    """Switch faults on that are switched off after the test."""
    label = uuid.uuid4().hex

    def switch_on(kind: str, target: str, **more: Any) -> None:
        cloud.page("faults", "POST", {"kind": kind, "target": target, "label": label, **more})

    yield switch_on
    cloud.page(f"faults?label={label}", "DELETE")
    assert not [each for each in cloud.page("faults") if each["label"] == label]


def order(name: str) -> str:
    return json.dumps({"order_id": name})


def hops(cloud: Any, name: str) -> list[dict[str, Any]]:
    return list(cloud.page(f"recorder/trace?id={name}")["hops"])


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def item(name: str) -> dict[str, Any]:
    return {"id": {"S": name}, "order_id": {"S": name}}


def test_a_delayed_order_is_received_later_than_the_next(
    kit: Kit, cloud: Any, fault: Callable[..., None]
) -> None:
    queue, late, next_one = kit.queue(), uuid.uuid4().hex, uuid.uuid4().hex
    fault("delay", name_of(queue), seconds=8, ids=[late])
    kit.send(queue, order(late), order(next_one))
    assert kit.attributes(queue)["ApproximateNumberOfMessagesDelayed"] == "1"
    bodies: list[str] = []
    for _ in range(2):
        found = kit.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        bodies += [each["Body"] for each in found]
    assert bodies == [order(next_one), order(late)]
    sent = [hop for hop in hops(cloud, late) if hop["action"] == "SendMessage"]
    assert sent[0]["detail"]["fault"] == "delay"


def test_a_reordered_queue_delivers_in_another_order(kit: Kit, fault: Callable[..., None]) -> None:
    queue = kit.queue()
    fault("reorder", name_of(queue), seconds=10)
    wanted = [order(f"r-{number:02d}") for number in range(12)]
    kit.send(queue, *wanted)
    got: list[str] = []
    while len(got) < len(wanted):
        found = kit.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        got += [each["Body"] for each in found]
    assert sorted(got) == wanted and got != wanted


def test_a_fifo_queue_keeps_its_order(kit: Kit, fault: Callable[..., None]) -> None:
    queue = kit.queue(FifoQueue="true", ContentBasedDeduplication="true")
    for kind in ("delay", "reorder", "duplicate"):
        fault(kind, name_of(queue), seconds=20)
    wanted = [order(f"f-{number}") for number in range(5)]
    kit.send(queue, *wanted, MessageGroupId="g")
    found = kit.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    assert [each["Body"] for each in found["Messages"]] == wanted


def test_a_copy_is_marked_in_the_flight_recorder(
    kit: Kit, cloud: Any, fault: Callable[..., None]
) -> None:
    queue, name = kit.queue(VisibilityTimeout=900), uuid.uuid4().hex
    fault("duplicate", name_of(queue), ids=[name])
    kit.send(queue, order(name), order("another"))
    got: list[str] = []
    while len(got) < 3:
        found = kit.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        got += [each["Body"] for each in found]
    assert sorted(got) == sorted([order(name), order(name), order("another")])
    received = [hop for hop in hops(cloud, name) if hop["action"] == "ReceiveMessage"]
    assert [hop["detail"].get("fault", "") for hop in received] == ["", "duplicate"]


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [("error", "InternalServerError", 500), ("throttle", "ThrottlingException", 400)],
)
def test_a_tables_calls_fail_for_one_order_and_no_other(
    kit: Kit, cloud: Any, fault: Callable[..., None], kind: str, code: str, status: int
) -> None:
    table, _ = kit.table()
    name = uuid.uuid4().hex
    fault(kind, f"table/{table}", ids=[name])
    kit.dynamodb.put_item(TableName=table, Item=item("another"))
    with pytest.raises(ClientError) as raised:
        kit.dynamodb.put_item(TableName=table, Item=item(name))
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    found = kit.dynamodb.scan(TableName=table)["Items"]
    assert [each["id"]["S"] for each in found] == ["another"]
    [hop] = hops(cloud, name)
    assert (hop["outcome"], hop["detail"]["fault"]) == (code, kind)


def test_an_sdk_that_tries_again_outlasts_a_fault_that_ends(
    kit: Kit, cloud: Any, fault: Callable[..., None]
) -> None:
    table, _ = kit.table()
    name = uuid.uuid4().hex
    fault("error", f"table/{table}", ids=[name], limit=2)
    patient = cloud.client("dynamodb", retries={"mode": "standard", "max_attempts": 3})
    patient.put_item(TableName=table, Item=item(name))
    assert [hop["detail"].get("fault", "") for hop in hops(cloud, name)] == ["error", "error", ""]


def test_an_answer_that_is_cut_off_leaves_the_work_done(
    kit: Kit, cloud: Any, fault: Callable[..., None]
) -> None:
    table, _ = kit.table()
    name = uuid.uuid4().hex
    fault("cut", f"table/{table}", ids=[name], limit=1)
    with pytest.raises(ClientError) as raised:
        kit.dynamodb.put_item(TableName=table, Item=item(name))
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert kit.dynamodb.get_item(TableName=table, Key={"id": {"S": name}})["Item"] == item(name)
    put = hops(cloud, name)[0]
    assert (put["outcome"], put["detail"]["fault"]) == ("ok", "cut")


def test_a_slow_table_lets_the_others_pass(kit: Kit, fault: Callable[..., None]) -> None:
    table, _ = kit.table()
    other, _ = kit.table()
    fault("slow", f"table/{table}", seconds=5)
    began = time.monotonic()
    kit.put(other, "at-once")
    kit.put(table, "late")
    # half a second by a clock that runs ten times as fast; never less
    assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize("kind", ["error", "throttle", "cut"])
def test_a_topic_fails_for_one_order(
    cloud: Any, kit: Kit, fault: Callable[..., None], kind: str
) -> None:
    sns, name = cloud.client("sns"), uuid.uuid4().hex
    topic = sns.create_topic(Name=f"topic-{name[:8]}")["TopicArn"]
    fault(kind, f"topic/{topic.rpartition(':')[2]}", ids=[name], limit=1)
    with pytest.raises(ClientError):
        sns.publish_batch(
            TopicArn=topic, PublishBatchRequestEntries=[{"Id": "1", "Message": order(name)}]
        )
    published = [hop for hop in hops(cloud, name) if hop["action"] == "Publish"]
    assert len(published) == (1 if kind == "cut" else 0)
    struck = [hop for hop in hops(cloud, name) if hop["action"] == "PublishBatch"]
    assert [hop["detail"]["fault"] for hop in struck] == [kind]
    sns.publish(TopicArn=topic, Message=order(name))


def test_the_fault_of_one_order_does_not_strike_the_others_of_its_batch(
    kit: Kit, cloud: Any, fault: Callable[..., None]
) -> None:
    # six seconds here: on a busy machine a batch is done within them, and none comes twice
    function, queue = kit.function(), kit.queue(VisibilityTimeout=60)
    names = [uuid.uuid4().hex for _ in range(6)]
    fault("error", function.name, ids=[names[2]], limit=1)
    kit.send(queue, *map(order, names))
    kit.mapping(function, kit.arn(queue), BatchSize=10)
    until(lambda: len(function.bodies()) >= 6, 40)
    assert sorted(function.bodies()) == sorted(map(order, names))
    assert function.bodies()[-1] == order(names[2]), "it comes again after its visibility timeout"

    def struck() -> list[str]:
        found = [hop for hop in hops(cloud, names[2]) if hop["action"] == "Invoke"]
        return [hop["detail"].get("fault", "") for hop in found]

    # the handler has written its line before its invocation is over and recorded
    until(lambda: len(struck()) == 2)
    assert struck() == ["error", ""]


@pytest.mark.parametrize("kind", ["kill", "throttle", "slow"])
def test_faults_of_a_function_for_one_order_are_marked(
    kit: Kit, cloud: Any, fault: Callable[..., None], kind: str
) -> None:
    function, name = kit.function(), uuid.uuid4().hex
    fault(kind, function.name, ids=[name], limit=1, seconds=1)
    event = {"Records": [], "order_id": name}
    for _ in range(2):
        try:
            kit.lambda_.invoke(FunctionName=function.name, Payload=json.dumps(event))
        except kit.lambda_.exceptions.TooManyRequestsException:
            assert kind == "throttle"
    until(lambda: len(hops(cloud, name)) == 2)
    assert [hop["detail"].get("fault", "") for hop in hops(cloud, name)] == [kind, ""]


def test_several_faults_are_switched_on_at_once_and_off_by_their_label(cloud: Any) -> None:
    faults = [{"kind": "slow", "target": f"nobody-{n}", "label": "many"} for n in range(3)]
    assert len(cloud.page("faults", "POST", {"faults": faults})) >= 3
    left = cloud.page("faults?label=many", "DELETE")
    assert not [each for each in left if each["label"] == "many"]


def test_a_record_that_is_struck_makes_a_batch_of_its_own(
    kit: Kit, cloud: Any, fault: Callable[..., None]
) -> None:
    function = kit.function()
    table, stream = kit.table()
    names = [f"{number}-{uuid.uuid4().hex}" for number in range(5)]
    fault("error", function.name, ids=[names[2]], limit=1)
    kit.put(table, *names)
    kit.mapping(function, stream, StartingPosition="TRIM_HORIZON", BatchSize=100)
    until(lambda: len(function.ids()) == 5)
    assert function.ids() == names, "each once, and in their order"
    batches = [len(event["Records"]) for event in function.events()]
    assert batches == [2, 1, 2]


def test_environments_that_have_no_work_can_be_killed(kit: Kit, cloud: Any) -> None:
    function = kit.function(SLEEP="1")
    started = threading.Thread(
        target=kit.lambda_.invoke,
        kwargs={"FunctionName": function.name, "Payload": '{"Records": []}'},
    )
    started.start()
    until(lambda: len(function.events()) == 1)
    killed = cloud.page(f"environments?function={function.name}&which=idle", "DELETE")["killed"]
    assert killed == [], "it works"
    started.join()
    until(lambda: cloud.page(f"environments?function={function.name}")[0]["state"] == "ready")
    killed = cloud.page(f"environments?function={function.name}&which=idle", "DELETE")["killed"]
    assert len(killed) == 1 and cloud.page(f"environments?function={function.name}") == []
