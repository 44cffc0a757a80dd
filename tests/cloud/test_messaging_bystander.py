"""Whatever is done to queues and topics, others are answered meanwhile.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.forms import KEYS
from tests.cloud.queue_kit import counts, make_queue, queue_arn, receive, until
from tests.cloud.test_sns_api import topic
from tests.cloud.test_sns_delivery import lets_in, subscriber
from tests.cloud.test_sns_http import subscribe

MANY = 100_000


@pytest.fixture(scope="module")
def cloud() -> Iterator[Any]:
    from tests.conftest import run_cloud

    # a minute of retention is a second
    with run_cloud(speed=60) as running:
        yield running


@pytest.fixture(scope="module")
def client(cloud: Any) -> Callable[..., Any]:
    made: dict[str, Any] = {}
    return lambda service: made.setdefault(service, cloud.client(service))


def fill(cloud: Any, url: str, count: int = MANY) -> None:
    """Send so many messages. One signed call is sent again and again: signing takes longest."""
    entries = [{"Id": str(n), "MessageBody": "x"} for n in range(10)]
    path, headers, body = signed(
        cloud, "AmazonSQS.SendMessageBatch", {"QueueUrl": url, "Entries": entries}
    )
    connection = http.client.HTTPConnection(urlsplit(cloud.endpoint).netloc)
    for _ in range(count // 10):
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        assert b"Failed" not in answer.read() and answer.status == 200
    connection.close()


def signed(cloud: Any, target: str, parameters: Any) -> tuple[str, dict[str, str], bytes]:
    """The path, the headers and the body of a signed call in the JSON protocol."""
    body = json.dumps(parameters).encode()
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest(method="POST", url=f"{cloud.endpoint}/", data=body, headers=headers)
    SigV4Auth(KEYS, "sqs", "us-east-1").add_auth(request)
    return "/", dict(request.prepare().headers.items()), body


def test_a_hundred_thousand_messages_are_moved_buried_and_purged(client: Any, cloud: Any) -> None:
    make_queue(client, "deep-dead")
    redrive = {"deadLetterTargetArn": queue_arn("deep-dead"), "maxReceiveCount": 1_000}
    url = make_queue(client, "deep", RedrivePolicy=redrive)
    dead = client("sqs").get_queue_url(QueueName="deep-dead")["QueueUrl"]
    fill(cloud, dead)
    sqs = client("sqs")
    with bystander(cloud):
        sqs.start_message_move_task(
            SourceArn=queue_arn("deep-dead"), DestinationArn=queue_arn("deep")
        )
        assert until(lambda: sum(counts(client, url)) == MANY, 60)
        # those who lie there have been received too often now: the next poll buries them all
        redrive["maxReceiveCount"] = 1
        for _ in range(20):
            receive(client, url, wait=0, VisibilityTimeout=0)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(redrive)})
        assert receive(client, url, wait=1, VisibilityTimeout=0)
        sqs.purge_queue(QueueUrl=url)
        assert sum(counts(client, url)) == 0


def test_what_falls_due_at_once_is_done_in_parts(client: Any, cloud: Any) -> None:
    url = make_queue(client, "due-at-once")
    fill(cloud, url, 40_000)
    with bystander(cloud):
        client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"}
        )
        assert until(lambda: counts(client, url) == (0, 0, 0), 60)


def test_batches_of_a_mebibyte(client: Any, cloud: Any) -> None:
    url = make_queue(client, "mebibytes")
    # escaped, a body is six times as long
    entries = [{"Id": str(n), "MessageBody": "\u20ac" * 34_000} for n in range(10)]

    def send(_: int) -> None:
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)

    with bystander(cloud), ThreadPoolExecutor(4) as threads:
        list(threads.map(send, range(16)))
    assert counts(client, url)[0] == 160
    client("sqs").delete_queue(QueueUrl=url)


def test_a_dead_letter_queue_of_its_own(client: Any, cloud: Any) -> None:
    redrive = {"deadLetterTargetArn": queue_arn("own-dead"), "maxReceiveCount": 1}
    url = make_queue(client, "own-dead")
    client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(redrive)}
    )
    fill(cloud, url, 1_000)
    with bystander(cloud):
        for _ in range(50):
            assert receive(client, url, VisibilityTimeout=0)
    assert counts(client, url)[0] == 1_000


def test_filters_over_long_messages(client: Any, cloud: Any) -> None:
    arn = topic(client, "long-filters", MaximumMessageSize="1048576")
    policy = {"a": {"b.c": [{"numeric": [">", n, "<", n + 1]} for n in range(70)]}}
    for n in range(4):
        subscriber(client, arn, f"long-{n}", FilterPolicy=policy, FilterPolicyScope="MessageBody")
    last = subscriber(client, arn, "long-last")
    body = json.dumps({"a": [{"b": {"c": -n}} for n in range(20_000)]})
    words = json.dumps([str(n) for n in range(20_000)])
    with bystander(cloud):
        client("sns").publish(TopicArn=arn, Message=body)
        client("sns").publish(
            TopicArn=arn,
            Message="x",
            MessageAttributes={"a": {"DataType": "String.Array", "StringValue": words}},
        )
    assert counts(client, last)[0] == 2


def test_filters_that_ask_very_much(client: Any, cloud: Any) -> None:
    arn = topic(client, "long-questions")
    words = [f"w{n}" for n in range(12_000)]
    blocks = [{"cidr": f"10.{n}.0.0/16"} for n in range(150)]
    edges = [{"anything-but": {"suffix": [f"x{n}" for n in range(5_000)] + ["1"]}}]
    rules = [[{"anything-but": words}], blocks, edges]
    urls = [
        subscriber(
            client, arn, f"ask-{n}", FilterPolicy={"a": rule}, FilterPolicyScope="MessageBody"
        )
        for n, rule in enumerate(rules)
    ]
    addresses = [f"11.0.{n // 256}.{n % 256}" for n in range(12_000)]
    ones = [f"{n}1" for n in range(12_000)]
    with bystander(cloud):
        for values in (words, addresses, ones):
            client("sns").publish(TopicArn=arn, Message=json.dumps({"a": values}))
        # each has what two of the filters want
        until(lambda: [counts(client, url)[0] for url in urls] == [2, 0, 2], 60)


def test_a_message_for_very_many(client: Any, cloud: Any) -> None:
    arn = topic(client, "very-many")
    url = make_queue(client, "very-many", Policy=lets_in("very-many", arn))
    client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn("very-many"))
    for n in range(500):
        client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn(f"none-{n}"))
    with bystander(cloud):
        client("sns").publish(TopicArn=arn, Message="x" * 200_000)
    assert counts(client, url)[0] == 1


def test_a_fifo_topic_keeps_its_order_however_long_its_messages_are(client: Any) -> None:
    arn = topic(client, "long-order.fifo", ContentBasedDeduplication="true")
    url = make_queue(client, "long-order.fifo", Policy=lets_in("long-order.fifo", arn))
    client("sns").subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=queue_arn("long-order.fifo"),
        Attributes={
            "RawMessageDelivery": "true",
            "FilterPolicyScope": "MessageBody",
            "FilterPolicy": json.dumps({"number": [{"numeric": [">=", 0]}]}),
        },
    )
    entries = [
        {
            "Id": str(n),
            "Message": json.dumps({"number": n, "more": "x" * (200_000 if n == 0 else 10)}),
            "MessageGroupId": "g",
        }
        for n in range(10)
    ]
    client("sns").publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    got = receive(client, url)
    assert [json.loads(message["Body"])["number"] for message in got] == list(range(10))


# --- endpoints that behave badly ---


@contextmanager
def listener(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of an endpoint each of whose connections is served so."""
    server = socket.create_server(("127.0.0.1", 0), backlog=200)
    closing = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            serve(connection)

    def accept() -> None:
        with suppress(OSError):
            while not closing.is_set():
                connection, _ = server.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        closing.set()
        server.close()


def hang(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200")
    for _ in range(200):
        connection.sendall(b" ")
        time.sleep(0.1)


def flood(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 500 Oh\r\n")
    for _ in range(1_000):
        connection.sendall(b"x: " + b"y" * 100_000 + b"\r\n")


def nonsense(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(b"\x00" * 10_000_000)


def redirect(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.sendall(
        b"HTTP/1.1 307 Elsewhere\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
    )


@pytest.mark.parametrize("serve", [hang, drip, flood, nonsense, redirect])
def test_an_endpoint_that_behaves_badly_holds_nobody_up(
    client: Any, cloud: Any, serve: Callable[[socket.socket], None]
) -> None:
    name = f"badly-{serve.__name__}"
    arn = topic(client, name)
    url = subscriber(client, arn, name)
    with listener(serve) as endpoint, bystander(cloud):
        for n in range(30):
            subscribe(client, arn, f"{endpoint}{n}")
        for _ in range(5):
            client("sns").publish(TopicArn=arn, Message="x")
        # the cloud has threads left for what needs one
        assert counts(client, url)[0] == 5
        with suppress(ClientError):
            client("lambda").list_functions()
        time.sleep(1)
    client("sns").delete_topic(TopicArn=arn)
