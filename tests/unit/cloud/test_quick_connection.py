"""Plain requests, which are read in one step: they are the same as by the parser of HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
import uvicorn
from uvicorn.server import ServerState

from orderlab.cloud.front.asgi import AsgiApplication
from orderlab.cloud.front.connections import Connections
from orderlab.cloud.front.plain_requests import MOST_PIECES, read_plain
from orderlab.cloud.front.quick_connection import QuickConnection
from orderlab.cloud.http import Request, Response
from tests.unit.cloud.test_connections import Transport

HEAD = b"POST /a?b=c HTTP/1.1\r\nHost: a\r\nX-Amz-Target: T.Op\r\nContent-Length: 2\r\n\r\n"
PLAIN = HEAD + b"{}"


class Echo:
    """Answers with the body of the request, at once or later, and keeps the requests."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.headers: list[tuple[str, str]] = []
        self.later: asyncio.Event | None = None
        self.broken = False

    def refuse(self, request: Request) -> Response | None:
        return Response(403, b"no") if request.host == "evil" else None

    def most_body_bytes(self, request: Request) -> int:
        return 1 << 20

    async def handle(self, request: Request) -> Response:
        self.asked.append(request)
        if self.later is not None:
            await self.later.wait()
        return Response(200, request.body, self.headers)

    def begin(self, request: Request) -> Response | Awaitable[Response]:
        if self.broken:
            raise RuntimeError
        if self.later is not None:
            return self.handle(request)
        self.asked.append(request)
        return Response(200, request.body, self.headers)


def opened(echo: Echo) -> tuple[QuickConnection, Transport]:
    application = AsgiApplication(echo)  # type: ignore[arg-type]
    config = uvicorn.Config(application, lifespan="off")
    config.load()
    state = ServerState()
    connection = QuickConnection(
        echo, lambda _: None, config=config, server_state=state, app_state={}
    )
    transport = Transport()
    connection.connection_made(transport)
    return connection, transport


async def turns() -> None:
    """Let the event loop come round until everything that can be done is done."""
    for _ in range(10):
        await asyncio.sleep(0)


async def asked(echo: Echo, *pieces: bytes) -> bytes:
    """What a connection writes when it is sent these pieces."""
    connection, transport = opened(echo)
    for piece in pieces:
        connection.data_received(piece)
    await turns()
    return transport.written


@pytest.mark.parametrize(
    "sent",
    [
        PLAIN,
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /%41//b;c?x=%20&y HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
        b"PUT / HTTP/1.1\r\nA-b_c.D: x:  y\r\nE: f\r\n\r\n",
        b"DELETE /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_plain_request_is_the_same_as_by_the_parser(sent: bytes) -> None:
    quick, parsed = Echo(), Echo()
    assert read_plain(sent, "127.0.0.1") is not None
    by_quick = asyncio.run(asked(quick, sent))
    # in two pieces that cut a line, it is the parser's
    by_parser = asyncio.run(asked(parsed, sent[:5], sent[5:]))
    assert quick.asked[0] == _as_lists(parsed.asked[0])
    assert by_quick == by_parser


def _as_lists(request: Request) -> Request:
    request.raw_headers = list(request.raw_headers)
    return request


@pytest.mark.parametrize(
    "odd",
    [
        PLAIN + b"x",
        PLAIN.replace(b"POST", b"HEAD"),
        PLAIN.replace(b"POST", b"post"),
        PLAIN.replace(b"1.1", b"1.0"),
        PLAIN.replace(b"/a", b"http://a/a"),
        PLAIN.replace(b"?b=c", b"#b"),
        PLAIN.replace(b"Host: a", b"Host:a"),
        PLAIN.replace(b"Host: a", b"Host:  a"),
        PLAIN.replace(b"Host: a", b"Host: a "),
        PLAIN.replace(b"Host: a", b"Host : a"),
        PLAIN.replace(b"Host: a", b" Host: a"),
        PLAIN.replace(b"Host: a", b"Host: \xe9"),
        PLAIN.replace(b"Host: a", b"Host: a\nb: c"),
        PLAIN.replace(b"Host: a", b"Host: a\rb: c"),
        PLAIN.replace(b"Host: a", b"Host: a\r\n b: c"),
        PLAIN.replace(b"Host: a", b"Host: a\r\nhost: b"),
        PLAIN.replace(b"Host: a", b"Host: a\x00"),
        PLAIN.replace(b"Host: a", b"Connection: close"),
        PLAIN.replace(b"Host: a", b"Proxy-Connection: close"),
        PLAIN.replace(b"Host: a", b"Expect: 100-continue"),
        PLAIN.replace(b"Host: a", b"Upgrade: websocket"),
        PLAIN.replace(b"Host: a", b"Transfer-Encoding: chunked"),
        PLAIN.replace(b": 2", b": +2"),
        PLAIN.replace(b": 2", b": 2, 2"),
        PLAIN.replace(b": 2", b": 99999"),
        PLAIN.replace(b": 2", b": 1"),
        HEAD[:-2],
    ],
)
def test_what_is_odd_is_left_to_the_parser(odd: bytes) -> None:
    assert read_plain(odd, "127.0.0.1") is None


def test_a_body_may_come_in_pieces_with_the_next_request_behind_it() -> None:
    echo = Echo()
    written = asyncio.run(asked(echo, HEAD, b"{", b"}" + PLAIN, HEAD + b"[", b"]"))
    assert [request.body for request in echo.asked] == [b"{}", b"{}", b"[]"]
    assert written.count(b"HTTP/1.1 200 OK") == 3


def test_a_client_has_some_time_for_a_body() -> None:
    async def test() -> None:
        connection, transport = opened(Echo())
        connection.data_received(HEAD + b"{")
        assert (connection.phase, connection.idle) == ("sending a body", False)
        watched = Connections([connection], 1024)
        watched.look(1000.0)
        watched.look(1031.0)
        assert b" 408 " in transport.written and transport.ended
        connection.data_received(b"}")
        assert b" 200 " not in transport.written

    asyncio.run(test())


def test_answers_come_in_the_order_of_the_requests() -> None:
    async def test() -> None:
        echo = Echo()
        echo.later = asyncio.Event()
        connection, transport = opened(echo)
        connection.data_received(PLAIN)
        connection.data_received(PLAIN.replace(b"{}", b"[]"))
        await turns()
        assert transport.written == b""
        echo.later.set()
        await turns()
        echo.later = None
        connection.data_received(PLAIN.replace(b"{}", b"()"))
        answers = transport.written.split(b"HTTP/1.1 200 OK")
        assert [answer[-2:] for answer in answers] == [b"", b"{}", b"[]", b"()"]

    asyncio.run(test())


@pytest.mark.parametrize(
    "headers",
    [[("connection", "close")], [("content-length", "9")], [("x", "\xe9")], [("X-Y", "z")]],
)
def test_any_answer_is_written_as_uvicorn_writes_it(headers: list[tuple[str, str]]) -> None:
    quick, parsed = Echo(), Echo()
    quick.headers = parsed.headers = headers
    by_parser = asyncio.run(asked(parsed, PLAIN[:5], PLAIN[5:]))
    assert asyncio.run(asked(quick, PLAIN)) == by_parser


def test_what_its_head_refuses_is_refused_before_its_body() -> None:
    echo = Echo()
    assert b" 403 " in asyncio.run(asked(echo, HEAD.replace(b"Host: a", b"Host: evil")))
    assert not echo.asked


def test_a_fault_of_the_front_is_an_answer() -> None:
    echo = Echo()
    echo.broken = True
    assert b" 500 " in asyncio.run(asked(echo, PLAIN))


def test_a_connection_that_is_used_stays_open() -> None:
    async def test() -> None:
        connection, transport = opened(Echo())
        connection.data_received(PLAIN)
        connection.timeout_keep_alive_handler()
        assert not transport.closed
        connection.heard -= 1 + connection.timeout_keep_alive
        connection.timeout_keep_alive_handler()
        assert transport.closed

    asyncio.run(test())


def test_a_body_in_tiny_pieces_is_whole_and_takes_no_more_memory_for_it() -> None:
    body = bytes(range(256)) * 16
    head = HEAD.replace(b": 2", b": 4096")
    plain = read_plain(head, "127.0.0.1")
    assert plain is not None
    for at in range(0, len(body), 2):
        assert plain.take(body[at : at + 2]) == b""
        assert len(plain.pieces) <= MOST_PIECES
    assert plain.take(b"more") == b"more" and plain.whole().body == body
