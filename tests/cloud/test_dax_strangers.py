"""Whoever speaks nonsense to a node, or listens slowly, harms nobody else.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.client.html
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from orderlab.cloud.dax.protocol import cbor, methods
from orderlab.cloud.dax.protocol.framing import MAGIC
from tests.cloud.dax_support import connected, make_cluster, until
from tests.cloud.tables_support import make_table, wire

HANDSHAKE = MAGIC + b"\x00\xf6\xa1\x69UserAgent\x64test\x00"
NODES = b"\x01" + cbor.integer(methods.ENDPOINTS)


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> dict[str, Any]:
    return make_cluster(cloud)


@pytest.fixture(scope="module")
def dax(cloud: Any, cluster: dict[str, Any]) -> Iterator[Any]:
    with connected(cloud, cluster) as client:
        yield client


@pytest.fixture
def table(cloud: Any) -> str:
    return make_table(cloud.client("dynamodb"), "pk")


@contextlib.contextmanager
def stranger(cluster: dict[str, Any], *sent: bytes) -> Iterator[socket.socket]:
    port = cluster["ClusterDiscoveryEndpoint"]["Port"]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in sent:
            with contextlib.suppress(ConnectionError):
                connection.sendall(part)
        yield connection


def is_closed(connection: socket.socket) -> bool:
    with contextlib.suppress(ConnectionError):
        return connection.recv(1000) == b""
    return True


def answers(dax: Any, table: str) -> None:
    """The client, and the rest of the cloud, get their answers meanwhile."""
    began = time.monotonic()
    assert dax.get_item(TableName=table, Key=wire(pk="a")) == {}
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        HANDSHAKE + b"\x01\x80",
        HANDSHAKE + b"\x01" + cbor.integer(7),
        HANDSHAKE + b"\x01" + cbor.integer(methods.SCAN) + b"\x9f" * 500,
        HANDSHAKE + b"\x01" + cbor.integer(methods.SCAN) + b"\x5b\x7f" + b"\xff" * 7,
    ],
)
def test_nonsense_ends_the_connection(
    dax: Any, cluster: dict[str, Any], table: str, sent: bytes
) -> None:
    with stranger(cluster, sent) as connection:
        assert is_closed(connection)
    answers(dax, table)


def test_random_bytes_harm_nobody(dax: Any, cluster: dict[str, Any], table: str) -> None:
    chance = random.Random(3)
    for _ in range(60):
        begin = chance.choice([b"", HANDSHAKE, HANDSHAKE + b"\x01"])
        with stranger(cluster, begin, chance.randbytes(chance.randrange(5000))):
            pass
    answers(dax, table)


def test_requests_without_keys_of_this_cloud_are_refused(cluster: dict[str, Any]) -> None:
    with stranger(cluster, HANDSHAKE, NODES) as connection:
        assert b"MissingAuthenticationToken" in connection.recv(1000)
    authorise = b"\x01" + cbor.integer(methods.AUTHORIZE) + cbor.text("AKIA") + cbor.text("00")
    with stranger(cluster, HANDSHAKE, authorise + b"\x40\xf6\xf6", NODES) as connection:
        assert b"UnrecognizedClient" in connection.recv(1000)


def authorisation(cloud: Any) -> bytes:
    """What the client sends to say who it is."""
    from amazondax.SigV4Gen import generate_signature
    from botocore.credentials import Credentials

    keys = Credentials(cloud.access_key_id, cloud.secret_access_key)
    signed = generate_signature(keys, "https://dax.amazonaws.com", cloud.region, b"")
    return (
        b"\x01"
        + cbor.integer(methods.AUTHORIZE)
        + cbor.text(cloud.access_key_id)
        + cbor.text(signed.signature)
        + cbor.binary(signed.string_to_sign.encode())
        + cbor.NULL
        + cbor.NULL
    )


def test_requests_whose_arguments_make_no_sense_get_an_error(
    cloud: Any, dax: Any, cluster: dict[str, Any], table: str
) -> None:
    chance = random.Random(5)
    values = [
        b"\x00", b"\xf6", b"\x80", b"\xa0", b"\x40", b"\x60", b"\xf5", b"\xfb" + b"\x00" * 8,
        cbor.text(table), cbor.binary(table.encode()), b"\x81\x81\x00", b"\xa1\x00\x00",
        cbor.binary(b"\x83\x01\x82\x12\x61a\x80"), b"\x3b" + b"\xff" * 8,
    ]  # fmt: skip
    for method, count in methods.ARGUMENTS.items():
        if method == methods.AUTHORIZE:
            continue
        for _ in range(40):
            arguments = b"".join(chance.choice(values) for _ in range(count))
            sent = b"\x01" + cbor.integer(method) + arguments
            with stranger(cluster, HANDSHAKE, authorisation(cloud), sent) as connection:
                answer = connection.recv(100_000)
                assert answer
                assert b"InternalServerError" not in answer, (method, arguments)
    answers(dax, table)


def test_connections_that_say_nothing_keep_nobody_out(
    dax: Any, cluster: dict[str, Any], table: str
) -> None:
    with contextlib.ExitStack() as opened:
        for number in range(600):
            part = HANDSHAKE[: number % len(HANDSHAKE)]
            opened.enter_context(stranger(cluster, part))
        answers(dax, table)


def test_a_request_that_stays_unfinished_keeps_nobody_waiting(
    cloud: Any, dax: Any, cluster: dict[str, Any], table: str
) -> None:
    begun = b"\x01" + cbor.integer(methods.PUT_ITEM) + cbor.head(2, 1_000_000) + b"x" * 500_000
    with contextlib.ExitStack() as opened:
        for _ in range(20):
            opened.enter_context(stranger(cluster, HANDSHAKE, authorisation(cloud), begun))
        answers(dax, table)


def test_a_client_that_does_not_read_keeps_nobody_waiting(
    cloud: Any, dax: Any, cluster: dict[str, Any], table: str
) -> None:
    for number in range(3):
        dax.put_item(TableName=table, Item=wire(pk=f"k{number}", text="x" * 300_000))
    scan = b"\x01" + cbor.integer(methods.SCAN) + cbor.binary(table.encode()) + cbor.NULL
    with stranger(cluster, HANDSHAKE, authorisation(cloud)) as connection:
        connection.settimeout(0.5)
        with contextlib.suppress(TimeoutError, ConnectionError):
            for _ in range(2000):
                connection.sendall(scan)
        answers(dax, table)
    name = cluster["ClusterName"]

    def unread_is_bounded() -> bool:
        (shown,) = [each for each in cloud.page("dax") if each["cluster"] == name]
        return bool(shown["nodes"][0]["connections"] < 20)

    assert until(unread_is_bounded)


def test_many_requests_at_once_are_answered_in_their_order(
    cloud: Any, cluster: dict[str, Any], table: str
) -> None:
    def put(pk: bytes) -> bytes:
        return (
            b"\x01"
            + cbor.integer(methods.GET_ITEM)
            + cbor.binary(table.encode())
            + cbor.binary(pk)
            + cbor.NULL
        )

    many = b"".join((put(b"%d" % number) if number % 2 else NODES) for number in range(100))
    with stranger(cluster, HANDSHAKE + authorisation(cloud) + many) as connection:
        got = b""
        while got.count(b"us-east-1") < 50 or not got.endswith(b"\x80\xa0"):
            got += connection.recv(100_000)
    parts = got.split(b"\x80\xa0")
    assert len(parts) == 51
    assert all(part.count(b"us-east-1") == 1 for part in parts[:50])


def test_a_large_batch_is_read_beside_everything_else(dax: Any, table: str) -> None:
    many = {f"attribute-{number}": {"N": str(number)} for number in range(3000)}
    items = [{"PutRequest": {"Item": {**wire(pk=f"k{n}"), **many}}} for n in range(25)]
    assert dax.batch_write_item(RequestItems={table: items})["UnprocessedItems"] == {}
    found = dax.get_item(TableName=table, Key=wire(pk="k24"))["Item"]
    assert found["attribute-2999"] == {"N": "2999"}
    # about a megabyte, with as many values as there is room for
    assert dax.scan(TableName=table)["Count"] > 10


def test_the_cloud_stops_while_clients_are_connected() -> None:
    code = (
        "import json, sys\n"
        "from tests.conftest import run_cloud\n"
        "from tests.cloud.dax_support import connected, make_cluster\n"
        "with run_cloud() as cloud:\n"
        "    cluster = make_cluster(cloud, nodes=3)\n"
        "    with connected(cloud, cluster):\n"
        "        print(cloud.pid, cluster['ClusterDiscoveryEndpoint']['Port'], flush=True)\n"
        "        sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    pid, port = map(int, process.stdout.readline().split())
    os.kill(pid, signal.SIGTERM)

    def is_gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # its parent has not asked for its exit status yet
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)

    until(is_gone, 20)
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


def test_heaps_of_tiny_requests_and_values_keep_nobody_waiting(
    cloud: Any, dax: Any, cluster: dict[str, Any], table: str
) -> None:
    many = b"\x01" + cbor.integer(methods.DEFINE_ATTRIBUTE_LIST_ID) + cbor.head(4, 1 << 30)

    def flood(first: bytes, rest: bytes) -> None:
        with contextlib.suppress(OSError), stranger(cluster, HANDSHAKE + first) as connection:
            connection.setblocking(False)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                with contextlib.suppress(BlockingIOError):
                    connection.send(rest)
                with contextlib.suppress(BlockingIOError):
                    connection.recv(1_000_000)

    attacks = [
        threading.Thread(target=flood, args=(authorisation(cloud), NODES * 10_000)),
        threading.Thread(target=flood, args=(authorisation(cloud) + many, b"\xf6" * 200_000)),
    ]
    for attack in attacks:
        attack.start()
    while any(attack.is_alive() for attack in attacks):
        answers(dax, table)
        began = time.monotonic()
        cloud.client("sqs").list_queues()
        assert time.monotonic() - began < 5
    for attack in attacks:
        attack.join()
