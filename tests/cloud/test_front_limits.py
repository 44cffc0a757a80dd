"""What the front turns away before it has read it, and that nobody else notices."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi
from tests.cloud.wire import HEALTH, address, connection, read_answer, signed_head

MB = 1024 * 1024
PROC = Path("/proc/self/statm").exists()


def memory_mb(cloud: Any) -> int:
    return int(Path(f"/proc/{cloud.pid}/statm").read_text().split()[1]) * 4096 // MB


def head(*lines: str, length: int | None = None, path: str = "/") -> bytes:
    sized = [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([f"POST {path} HTTP/1.1", *lines, *sized, "", ""]).encode()


# --- heads ---


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 414),
        (b"GET /?" + b"a" * 10 * MB, 414),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 17_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 10 * MB, 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 201 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * MB, 431),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + (b"X: " + b"y" * 9000 + b"\r\n") * 8, 431),
    ],
    ids=["line", "endless line", "header", "endless header", "headers", "endless headers", "sum"],
)
def test_a_head_that_is_too_long_is_refused(cloud: Any, request_head: bytes, status: int) -> None:
    with bystander(cloud), connection(cloud) as opened:
        # refused while it is still being sent
        with suppress(OSError):
            opened.sendall(request_head)
        found, headers, body = read_answer(opened)
    assert (found, headers["connection"]) == (status, "close")
    assert json.loads(body)["message"]


def test_what_was_asked_before_a_bad_head_is_still_answered(cloud: Any) -> None:
    with connection(cloud) as opened:
        opened.sendall(HEALTH * 3 + HEALTH.replace(b"health", b"a" * 17_000))
        assert [read_answer(opened)[0] for _ in range(4)] == [403, 403, 403, 414]
        assert opened.recv(1) == b""


def test_a_long_head_within_the_limits_is_served(cloud: Any) -> None:
    fields = b"".join(b"X-%d: %s\r\n" % (i, b"y" * 9000) for i in range(6))
    with connection(cloud) as opened:
        opened.sendall(HEALTH.replace(b"\r\n\r\n", b"\r\n" + fields + b"\r\n"))
        assert read_answer(opened)[0] == 403


# --- bodies ---


@pytest.mark.parametrize(
    "lines", [["Host: evil.example"], ["Host: 127.0.0.1", "Origin: http://evil.example"]]
)
def test_hosts_and_origins_are_looked_at_before_the_body(cloud: Any, lines: list[str]) -> None:
    for length in (100, 60 * MB):
        with connection(cloud) as opened:
            opened.sendall(head(*lines, length=length))
            assert read_answer(opened)[0] == 403


@pytest.mark.skipif(not PROC, reason="memory is read from /proc")
def test_bodies_from_a_web_page_take_no_memory(cloud: Any) -> None:
    before = memory_mb(cloud)
    with bystander(cloud), ExitStack() as stack:
        for _ in range(10):
            opened = stack.enter_context(connection(cloud))
            opened.sendall(head("Host: 127.0.0.1", "Origin: http://evil.example", length=70 * MB))
            with suppress(OSError):
                opened.sendall(b"x" * 30 * MB)
        assert memory_mb(cloud) - before < 60


LENGTHS = [
    ("lambda", "/2015-03-31/functions/f/invocations", {}, 6 * MB, "RequestTooLargeException"),
    (
        "lambda",
        "/2015-03-31/functions/f/invocations",
        {"X-Amz-Invocation-Type": "Event"},
        MB,
        "RequestTooLargeException",
    ),
    ("lambda", "/2015-03-31/functions", {}, 70_167_211, "RequestEntityTooLargeException"),
    (
        "lambda",
        "/2015-03-31/functions/f/code",
        {},
        70_167_211,
        "RequestEntityTooLargeException",
    ),
    ("lambda", "/2015-03-31/functions/f/aliases", {}, MB, "RequestEntityTooLargeException"),
    (
        "dynamodb",
        "/",
        {"X-Amz-Target": "DynamoDB_20120810.PutItem"},
        16 * MB,
        "RequestEntityTooLargeException",
    ),
    (
        "sqs",
        "/",
        {"X-Amz-Target": "AmazonSQS.SendMessage"},
        4 * MB,
        "RequestEntityTooLargeException",
    ),
]


@pytest.mark.parametrize(("service", "path", "headers", "most", "code"), LENGTHS)
def test_a_body_is_refused_as_soon_as_its_length_says_that_it_is_too_long(
    cloud: Any, service: str, path: str, headers: dict[str, str], most: int, code: str
) -> None:
    with connection(cloud) as opened:
        opened.sendall(signed_head(cloud, service, path, most + 1, **headers))
        status, answered, body = read_answer(opened)
    found = answered.get("x-amzn-errortype") or json.loads(body)["__type"]
    assert (status, found) == (413, code)
    assert str(most) in json.loads(body)["message"]


def test_a_body_in_chunks_is_refused_when_it_has_grown_too_long(cloud: Any) -> None:
    chunk = b"100000\r\n" + b"x" * MB + b"\r\n"
    begin = signed_head(cloud, "sqs", "/", 0, **{"X-Amz-Target": "AmazonSQS.SendMessage"})
    begin = begin.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    with bystander(cloud), connection(cloud) as opened:
        opened.sendall(begin + chunk * 6)
        assert read_answer(opened)[0] == 413


def test_who_has_no_key_is_not_read_for_long(cloud: Any) -> None:
    with connection(cloud) as opened:
        path = "/2015-03-31/functions"
        opened.sendall(head("Host: 127.0.0.1", length=60 * MB, path=path))
        status, _, body = read_answer(opened)
    assert status == 403 and b"Missing Authentication Token" in body


def test_a_client_hears_why_its_payload_was_refused(client: Callable[..., Any]) -> None:
    with pytest.raises(ClientError) as error:
        client("lambda").invoke(FunctionName="f", Payload=b'"' + b"x" * 7 * MB + b'"')
    assert error.value.response["Error"] == {
        "Code": "RequestTooLargeException",
        "Message": "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    }
    with pytest.raises(ClientError) as error:
        client("lambda").create_function(
            FunctionName="f",
            Role="arn:aws:iam::123456789012:role/r",
            Code={"ZipFile": os.urandom(53 * MB)},
            Handler="app.handler",
            Runtime="python3.12",
        )
    assert error.value.response["Error"] == {
        "Code": "RequestEntityTooLargeException",
        "Message": "Request must be smaller than 70167211 bytes for the CreateFunction operation",
    }


def test_a_key_that_nobody_knows_is_named_before_the_length(cloud: Any) -> None:
    from dataclasses import replace

    stranger = replace(cloud, access_key_id="AKIAUNKNOWN").client("sqs")
    with pytest.raises(ClientError) as error:
        stranger.send_message(QueueUrl=f"{cloud.endpoint}/1/q", MessageBody="x" * 3 * MB)
    assert "security token" in error.value.response["Error"]["Message"]


def test_an_api_refuses_a_body_by_its_own_response(cloud: Any) -> None:
    api = RestApi(cloud, "too-long")
    api.mock("POST", "/")
    api.gateway.put_gateway_response(
        restApiId=api.id,
        responseType="REQUEST_TOO_LARGE",
        statusCode="400",
        responseTemplates={"application/json": '{"sorry": $context.error.messageString}'},
    )
    api.deploy("s")
    path = f"/_aws/execute-api/{api.id}/s/"
    with bystander(cloud), connection(cloud) as opened:
        opened.sendall(head("Host: 127.0.0.1", length=10 * MB + 1, path=path))
        status, _, body = read_answer(opened)
        assert (status, json.loads(body)) == (400, {"sorry": "Request Too Long"})


def test_a_call_in_form_that_is_cut_off_is_not_carried_out(cloud: Any) -> None:
    api = RestApi(cloud, "cut-off")
    api.mock("POST", "/")
    api.deploy("s")
    with connection(cloud) as opened:
        opened.sendall(
            head("Host: 127.0.0.1", length=100, path=f"/_aws/execute-api/{api.id}/s/") + b"{}"
        )
        opened.shutdown(socket.SHUT_WR)
        assert opened.recv(100) == b""


@pytest.mark.parametrize("text", ["1e999999", "-1e400", "NaN", "Infinity", "9" * 5000])
def test_numbers_that_are_none_are_refused(cloud: Any, text: str) -> None:
    from tests.cloud.test_front_fuzz import Caller

    for service, operation in (("logs", "DescribeLogGroups"), ("dynamodb", "ListTables")):
        body = b'{"limit": %s, "Limit": %s}' % (text.encode(), text.encode())
        status, answer = Caller(cloud).json(service, operation, body)
        assert (status, json.loads(answer)["__type"]) == (400, "SerializationException")


def test_a_bomb_is_not_unpacked(cloud: Any) -> None:
    import gzip

    from tests.cloud.test_front_fuzz import Caller

    bomb = gzip.compress(b"\0" * 200 * MB)
    headers = {"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Encoding": "gzip"}
    with bystander(cloud):
        for _ in range(5):
            status, answer = Caller(cloud).signed("logs", "POST", "/", bomb, headers)
            assert (status, json.loads(answer)["__type"]) == (
                413,
                "RequestEntityTooLargeException",
            )


def test_forms_and_cbor_without_end_are_refused(cloud: Any) -> None:
    from tests.cloud.test_front_fuzz import Caller

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    smithy = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    fields = b"Action=SendMessage&" + b"&".join(b"a%d=1" % i for i in range(400_000))
    empties = b"\x9a" + (4 * MB).to_bytes(4, "big") + b"\x80" * 4 * MB
    with bystander(cloud):
        for service, where, body, headers in (
            ("sqs", "/", fields, form),
            ("sqs", "/", b"Action=SendMessage&A" + b".1" * MB + b"=1", form),
            ("monitoring", path, empties, smithy),
        ):
            status, _ = Caller(cloud).signed(service, "POST", where, body, headers)
            assert status == 400


def test_messages_that_name_very_many_orders_keep_nobody_waiting(cloud: Any) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="many-orders")["QueueUrl"]
    many = ",".join(f'{{"orderId":"o-{i}"}}' for i in range(50_000))
    with bystander(cloud):
        for body in (f"[{many}]", "%" * 1_000_000 + "%22orderId%22", '"orderId":{' + " " * MB):
            sqs.send_message(QueueUrl=url, MessageBody=body[: MB - 1])
    assert len(cloud.page("recorder/trace?id=o-5")["hops"]) == 1


# --- many ---


def test_a_flood_of_requests_ahead_is_answered_in_full(cloud: Any) -> None:
    count = 20_000
    with bystander(cloud), connection(cloud, timeout=60) as opened:
        opened.setblocking(False)
        unsent, answers = memoryview(HEALTH * count), 0
        began = time.monotonic()
        while answers < count and time.monotonic() - began < 100:
            try:
                if unsent:
                    unsent = unsent[opened.send(unsent) :]
            except BlockingIOError:
                pass
            try:
                answers += opened.recv(MB).count(b"HTTP/1.1 403")
            except BlockingIOError:
                time.sleep(0.001)
    # an answer that was cut by a read is not counted
    assert count - answers < count // 10


def test_long_calls_take_turns_with_others(cloud: Any) -> None:
    keys = ",".join(f'"a{i}":{{"S":"x"}}' for i in range(100_000))
    body = f'{{"TableName": "nobody", "Item": {{{keys}}}}}'.encode()
    headers = {"X-Amz-Target": "DynamoDB_20120810.PutItem"}
    begin = signed_head(cloud, "dynamodb", "/", len(body), body, **headers)
    with bystander(cloud), ExitStack() as stack:
        opened = [stack.enter_context(connection(cloud, timeout=60)) for _ in range(8)]
        for each in opened:
            each.sendall(begin + body)
        assert {read_answer(each)[0] for each in opened} == {400}


def test_clients_that_send_a_byte_now_and_then_keep_nobody_waiting(cloud: Any) -> None:
    with bystander(cloud) as seen, idle_connections(cloud, 200) as opened:
        for each in opened[:100]:
            each.sendall(head("Host: 127.0.0.1", length=1000))
        for byte in HEALTH[:20]:
            for each in opened:
                each.sendall(bytes([byte]))
        before = len(seen.waits)
        while len(seen.waits) < before + 5:
            time.sleep(0.01)


@contextmanager
def idle_connections(cloud: Any, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(address(cloud), timeout=10))
            for _ in range(count)
        ]


@pytest.mark.skipif(os.name == "nt", reason="file descriptors are limited elsewhere")
def test_idle_connections_do_not_keep_others_out(own_cloud: Any) -> None:
    import resource

    def few_descriptors() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))

    with own_cloud(before=few_descriptors) as cloud:
        used = cloud.client("sqs")
        used.list_queues()
        with bystander(cloud), idle_connections(cloud, 400):
            used.list_queues()
            with idle_connections(cloud, 400):
                used.list_queues()


@pytest.mark.skipif(os.name == "nt", reason="file descriptors are limited elsewhere")
def test_the_cloud_takes_all_the_descriptors_that_it_may_have(own_cloud: Any) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def few_at_first() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))

    with own_cloud(before=few_at_first) as cloud, idle_connections(cloud, 300) as opened:
        opened[0].sendall(HEALTH)
        assert read_answer(opened[0])[0] == 403


@pytest.mark.skipif(not PROC, reason="limits of another process are changed")
def test_a_cloud_without_descriptors_works_on_when_it_has_some_again(own_cloud: Any) -> None:
    import resource

    with own_cloud() as cloud:
        used = cloud.client("sqs")
        used.list_queues()
        held = len(list(Path(f"/proc/{cloud.pid}/fd").iterdir()))
        with idle_connections(cloud, 100):
            limits = resource.prlimit(cloud.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(cloud.pid, resource.RLIMIT_NOFILE, (held + 20, limits[1]))
            with idle_connections(cloud, 50):
                used.list_queues()
        with bystander(cloud):
            used.list_queues()
