"""HTTP integrations: servers that are slow, endless or gone hold nobody else up.

https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi, function

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def _silent(connection: socket.socket) -> None:
    while connection.recv(1000):
        pass


def _dripping(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def _dripping_head(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    while True:
        connection.sendall(b"X-Again: 1\r\n")
        time.sleep(0.05)


def _continuing(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def _long(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    for _ in range(20):
        connection.sendall(b"x" * 1024 * 1024)


def _short(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")


KINDS: dict[str, Callable[[socket.socket], None]] = {
    "silent": _silent, "dripping": _dripping, "head": _dripping_head, "continuing": _continuing,
    "long": _long, "short": _short,
}  # fmt: skip


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, int]]:
    listening = {kind: socket.create_server(("127.0.0.1", 0), backlog=200) for kind in KINDS}
    for kind, server in listening.items():
        threading.Thread(target=_serve, args=(server, KINDS[kind]), daemon=True).start()
    yield {kind: server.getsockname()[1] for kind, server in listening.items()}
    for server in listening.values():
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def _serve(server: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with connection, suppress(OSError):
        connection.recv(10_000)
        answer(connection)


@pytest.fixture(scope="module")
def api(cloud: Any, servers: dict[str, int]) -> RestApi:
    api = RestApi(cloud, "gw-servers")
    for kind, port in servers.items():
        place = api.method("GET", f"/{kind}")
        api.gateway.put_integration(
            **place,
            type="HTTP_PROXY",
            integrationHttpMethod="GET",
            uri=f"http://127.0.0.1:{port}/",
            timeoutInMillis=8_000 if kind in ("silent", "long") else 500,
        )
    return api.deploy()


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("dripping", 504, "Endpoint request timed out"),
        ("head", 504, "Endpoint request timed out"),
        ("continuing", 504, "Endpoint request timed out"),
        ("short", 504, "Network error communicating with endpoint"),
        ("long", 500, "Internal server error"),
    ],
)
def test_a_server_that_does_not_end_is_left(
    cloud: Any, api: RestApi, kind: str, status: int, text: str
) -> None:
    with bystander(cloud):
        answer = api.call("GET", f"/{kind}")
    assert (answer.status, answer.json) == (status, {"message": text})


def test_slow_servers_hold_nothing_else_up(cloud: Any, api: RestApi) -> None:
    with ThreadPoolExecutor(40) as pool, bystander(cloud):
        waiting = [pool.submit(api.call, "GET", "/silent") for _ in range(40)]
        # the code of a function is unpacked in a thread as well
        function(cloud, "gw-servers", "def handler(event, context): return 1")
        assert not any(each.done() for each in waiting)
        assert {each.result().status for each in waiting} == {504}
