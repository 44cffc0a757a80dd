"""Whatever is sent, and however it is cut: the quick way and the parser's come to the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from functools import cache
from random import Random

import pytest
import uvicorn
from uvicorn.server import ServerState

from orderlab.cloud.front.asgi import AsgiApplication
from orderlab.cloud.front.bounded_connection import BoundedConnection
from orderlab.cloud.front.header_names import NamesAsSent
from orderlab.cloud.front.one_write import OneWrite
from orderlab.cloud.front.quick_connection import QuickConnection
from orderlab.cloud.http import Request, Response
from tests.unit.cloud.test_connections import Transport

# the first are plain
METHODS = ["POST", "POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "post", "FOO", ""]
TARGETS = ["/", "/a/b?c=d&e", "/%41%2F;x?y=%20", "//", "/a#b", "http://a/b", "*", "/\xe9", "a"]
VERSIONS = ["HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.1 ", "http/1.1", ""]
HOSTS = ["Host: a", "host: a:80", "Host: evil", "HOST:a", "Host: "]
HEADERS = ["X-Amz-Target: A.B", "Content-Type: application/json", "x: y", "Cookie: a=b; c"]
ODD_HEADERS = [
    *("Connection: close", "connection: Keep-Alive, x", "Expect: 100-continue", "Upgrade: h2c"),
    *("Connection: upgrade", "B:\tc\t", "No colon", "Empty:", "Empty: ", "Space : a", "E:f"),
    *("  folded: a", "C: \xe9", "D: \x00", "F:  g ", "G: h\rI: j", "K: l\nM: n", "X: z", "Host: b"),
    *("Content-Length: 0", "Content-Length: 3", "Content-Length: 2, 2", "Proxy-Connection: close"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "A: " + "b" * 9000),
]  # fmt: skip
LENGTHS = ["{}", "0{}", "+{}", "{}x", "-{}", "{}0", " {}"]


class Parsed(BoundedConnection, NamesAsSent, OneWrite):
    """The same connection without the quick way."""


@dataclass
class Answerer:
    """Answers with what it was asked, at once or later, and in forms that differ."""

    asked: list[Request] = field(default_factory=list)

    def refuse(self, request: Request) -> Response | None:
        return Response(403, b"no") if request.host == "evil" else None

    def most_body_bytes(self, request: Request) -> int:
        return 1 << 20

    async def handle(self, request: Request) -> Response:
        answer = self.begin(request)
        return answer if isinstance(answer, Response) else await answer

    def begin(self, request: Request) -> Response | Awaitable[Response]:
        request.raw_headers = list(request.raw_headers)
        self.asked.append(request)
        chosen = Random(f"{len(self.asked)} {request.path}")
        headers = chosen.choice([[], [("X-Y", "z")], [("X", "\xe9")], [("content-length", "7")]])
        if chosen.random() < 0.05:
            headers = [("connection", "close")]
        status = chosen.choice([200, 200, 200, 404, 204, 304, 503])
        response = Response(status, f"{request}".encode(), headers)
        turns = chosen.choice([0, 0, 0, 1, 3])
        return _later(response, turns) if turns else response


async def _later(response: Response, turns: int) -> Response:
    for _ in range(turns):
        await asyncio.sleep(0)
    return response


def request(chosen: Random) -> bytes:
    """One request: a plain one, or one with something odd."""
    odd = chosen.choice([""] * 15 + ["line", "headers", "length", "chunked", "ends"])
    line, head, length = odd == "line", odd == "headers", odd == "length"
    lines = [
        f"{_one(chosen, METHODS, line, 6)} {_one(chosen, TARGETS, line, 4)} "
        f"{_one(chosen, VERSIONS, line)}",
        _one(chosen, HOSTS, head, 2),
        *chosen.sample(HEADERS, chosen.randrange(len(HEADERS))),
        *(chosen.sample(ODD_HEADERS, chosen.randrange(1, 3)) if head else []),
    ]
    body = bytes(chosen.choices(b"{}ab\r\n0", k=chosen.choice([0, 2, 2, 9, 70])))
    if odd == "chunked":
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif body or length:
        lines.append("Content-Length: " + _one(chosen, LENGTHS, length).format(len(body)))
    end = "\n" if odd == "ends" else "\r\n"
    return end.join([*lines, "", ""]).encode("latin-1") + body


def _one(chosen: Random, these: list[str], odd: bool, plain: int = 1) -> str:
    return chosen.choice(these if odd else these[:plain])


def pieces(chosen: Random, sent: bytes) -> list[bytes]:
    """The bytes as they may come: at once, cut behind heads as SDKs do, anywhere, or one by one."""
    how = chosen.random()
    if how < 0.3:
        return [sent]
    if how < 0.4 and len(sent) < 1000:
        return [sent[at : at + 1] for at in range(len(sent))]
    if how < 0.7:
        heads = sent.split(b"\r\n\r\n")
        return [*(head + b"\r\n\r\n" for head in heads[:-1]), heads[-1]]
    cuts = sorted(chosen.choices(range(len(sent) + 1), k=chosen.randrange(1, 6)))
    return [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]


def mutated(chosen: Random, sent: bytes) -> bytes:
    """The bytes with one of them another, taken away, or twice."""
    at = chosen.randrange(len(sent))
    new = chosen.choice([b"", sent[at : at + 1] * 2, bytes([chosen.randrange(256)]), b"\r\n", b" "])
    return sent[:at] + new + sent[at + 1 :]


@cache
def _config() -> uvicorn.Config:
    """Loading one takes longer than all that is sent here."""
    config = uvicorn.Config(lambda: None, lifespan="off", log_config=None)
    config.load()
    return config


async def come_to(kind: str, parts: list[bytes], patient: bool) -> tuple[object, ...]:
    """What a connection asks for, writes, and whether it ends, when it is sent these parts."""
    front = Answerer()
    config = _config()
    config.loaded_app = AsgiApplication(front)  # type: ignore[arg-type]
    own = {"config": config, "server_state": ServerState(), "app_state": {}}
    connection = (
        QuickConnection(front, lambda _: None, **own)
        if kind == "quick"
        else Parsed(lambda _: None, **own)
    )
    transport = Transport()
    connection.connection_made(transport)
    for part in parts:
        if part and not (transport.closed or transport.ended):
            connection.data_received(part)
        if patient:
            await _turns(12)
    await _turns(80)
    ended = "closed" if transport.closed else connection.phase
    return transport.written, front.asked, ended


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(20))
def test_both_ways_come_to_the_same(seed: int) -> None:
    chosen = Random(seed)
    for _ in range(25):
        sent = b"".join(request(chosen) for _ in range(chosen.choice([1, 1, 2, 3, 5])))
        if chosen.random() < 0.2:
            sent = mutated(chosen, sent)
        parts, patient = pieces(chosen, sent), chosen.random() < 0.7
        quick, parsed = (asyncio.run(come_to(kind, parts, patient)) for kind in ("quick", "parsed"))
        assert quick == parsed, parts


def test_a_head_may_be_cut_at_every_byte() -> None:
    sent = b"POST /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\nContent-Length: 2\r\n\r\n{}"
    for at in range(len(sent)):
        parts = [sent[:at], sent[at:]]
        quick, parsed = (asyncio.run(come_to(kind, parts, True)) for kind in ("quick", "parsed"))
        assert quick == parsed, parts
