"""Connections that are too slow, or too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from orderlab.cloud.front.bounded_connection import MAX_AHEAD, BoundedConnection
from orderlab.cloud.front.connections import Connections

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Transport(asyncio.Transport):
    """Keeps what is written, and whether reading is paused."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unread = 0
        self.closed = self.ended = self.paused = False

    def write(self, data: Any) -> None:
        self.written += data

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closed = True

    abort = close

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


async def never(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.Event().wait()


async def at_once(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def opened(
    state: ServerState, application: Any, come: Callable[[BoundedConnection], None] | None = None
) -> tuple[BoundedConnection, Transport]:
    config = uvicorn.Config(application, lifespan="off")
    config.load()
    connection = BoundedConnection(
        come or (lambda _: None), config=config, server_state=state, app_state={}
    )
    transport = Transport()
    connection.connection_made(transport)
    return connection, transport


def run(test: Callable[[], Any]) -> None:
    asyncio.run(test())


@pytest.mark.parametrize(
    ("data", "phase", "patience", "answer"),
    [
        (b"", "sending anything", 60, b""),
        (GET[:10], "sending a head", 20, b"408"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", "sending a body", 30, b"408"),
        (GET, "", None, b""),
    ],
)
def test_a_client_has_some_time_for_each_part(
    data: bytes, phase: str, patience: int | None, answer: bytes
) -> None:
    async def test() -> None:
        state = ServerState()
        connection, transport = opened(state, never)
        if data:
            connection.data_received(data)
        assert connection.phase == phase
        watched = Connections(state.connections, 1024)
        watched.look(1000.0)
        watched.look(1000.0 + (patience or 900))
        assert not transport.closed and not transport.ended
        watched.look(1000.5 + (patience or 900))
        assert (transport.closed or transport.ended) == (patience is not None)
        assert answer in transport.written

    run(test)


def test_a_body_that_comes_at_a_fair_rate_has_more_time() -> None:
    async def test() -> None:
        state = ServerState()
        connection, transport = opened(state, never)
        connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 90000000\r\n\r\n")
        watched = Connections(state.connections, 1024)
        for second in range(100):
            # nobody takes the body in this test: it is passed on as the application would
            connection.cycle.body.clear()
            connection.flow.resume_reading()
            connection.data_received(b"x" * 300_000)
            connection.flow.resume_reading()
            watched.look(1000.0 + second)
        assert not transport.closed and not transport.ended
        watched.look(1300.0)
        assert transport.ended

    run(test)


def test_a_client_that_was_told_to_leave_is_cut_off_in_the_end() -> None:
    async def test() -> None:
        state = ServerState()
        connection, transport = opened(state, never)
        connection.data_received(b"no HTTP\r\n\r\n")
        assert b" 400 " in transport.written and transport.ended and not transport.closed
        watched = Connections(state.connections, 1024)
        watched.look(1000.0)
        watched.look(1006.0)
        assert transport.closed

    run(test)


@pytest.mark.parametrize(
    "rest",
    [
        b"1;" + b"x" * 200_000,
        b"0\r\n" + b"x: y\r\n" * 30_000,
        b"0\r\nx: " + b"y" * 200_000,
    ],
    ids=["extension", "trailers", "long trailer"],
)
def test_what_stands_around_a_body_has_an_end(rest: bytes) -> None:
    async def test() -> None:
        connection, transport = opened(ServerState(), never)
        head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.data_received(head + b"1\r\nx\r\n")
        for start in range(0, len(rest), 16_384):
            connection.data_received(rest[start : start + 16_384])
        assert b" 400 " in transport.written and transport.ended
        assert len(list(connection.scope["headers"])) == 2

    run(test)


def test_a_body_may_come_a_byte_at_a_time() -> None:
    async def test() -> None:
        connection, transport = opened(ServerState(), at_once)
        head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.data_received(head + b"1\r\nx\r\n" * 50_000 + b"0\r\nt: r\r\n\r\n" + GET)
        for _ in range(20):
            await asyncio.sleep(0)
        assert transport.written.count(b"HTTP/1.1 200") == 2

    run(test)


def test_those_who_do_not_read_their_answers_are_cut_off() -> None:
    async def test() -> None:
        state = ServerState()
        many = [opened(state, never) for _ in range(4)]
        for number, (_, transport) in enumerate(many):
            transport.unread = number * 60 * 1024 * 1024
        watched = Connections(state.connections, 1024)
        watched.look(1000.0)
        assert [transport.closed for _, transport in many] == [False, False, True, True]

    run(test)


def test_requests_sent_ahead_are_parsed_as_their_turn_comes() -> None:
    async def test() -> None:
        connection, transport = opened(ServerState(), never)
        connection.data_received(GET * 10_000)
        assert len(connection.pipeline) < MAX_AHEAD + 400
        assert transport.paused

    run(test)


def test_requests_sent_ahead_are_all_answered() -> None:
    async def test() -> None:
        connection, transport = opened(ServerState(), at_once)
        connection.data_received(GET * 3000)
        for _ in range(10_000):
            await asyncio.sleep(0)
        assert transport.written.count(b"HTTP/1.1 200") == 3000
        assert not transport.paused

    run(test)


def test_those_who_never_asked_for_anything_make_room_first() -> None:
    async def test() -> None:
        state = ServerState()
        watched = Connections(state.connections, 400)
        many = [opened(state, at_once, watched.make_room) for _ in range(watched.most)]
        used, busy = many[0], many[1]
        used[0].data_received(GET)
        while not used[1].written:
            await asyncio.sleep(0)
        busy[0].config.loaded_app = never
        busy[0].app = never
        busy[0].data_received(GET)
        newcomer = opened(state, at_once, watched.make_room)
        closed = [transport.closed for _, transport in many]
        assert not newcomer[1].closed and 0 < sum(closed) < 20
        assert closed[:3] == [False, False, True]

    run(test)


def test_nobody_is_taken_in_where_all_are_busy() -> None:
    async def test() -> None:
        state = ServerState()
        watched = Connections(state.connections, 64)
        many = [opened(state, never, watched.make_room) for _ in range(watched.most)]
        for connection, _ in many:
            connection.data_received(GET)
        _, transport = opened(state, never, watched.make_room)
        assert b" 503 " in transport.written and transport.ended
        assert not any(transport.closed for _, transport in many)

    run(test)
