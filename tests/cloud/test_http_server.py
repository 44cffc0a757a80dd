"""HTTP on the wire: what clients other than botocore send, through uvicorn and our side of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cloud.wire import HEALTH, connection, read_answer
from tests.conftest import RunningCloud


def test_requests_sent_ahead_are_answered_in_their_order(cloud: RunningCloud) -> None:
    wrong = HEALTH.replace(b"127.0.0.1", b"elsewhere.example")
    with connection(cloud) as opened:
        opened.sendall((HEALTH + wrong) * 20)
        answers = [read_answer(opened)[2] for _ in range(40)]
    assert answers[0] != answers[1]
    assert answers == answers[:2] * 20


def test_a_request_may_come_in_small_pieces(cloud: RunningCloud) -> None:
    with connection(cloud) as opened:
        for start in range(0, len(HEALTH), 7):
            opened.sendall(HEALTH[start : start + 7])
        assert read_answer(opened)[0] == 403  # without the session's key


def test_a_chunked_body_is_read_whole(cloud: RunningCloud) -> None:
    head = b"POST / HTTP/1.1\r\nHost: elsewhere.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connection(cloud) as opened:
        opened.sendall(head + b"5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n" + HEALTH)
        assert read_answer(opened)[0] == 403
        assert read_answer(opened)[0] == 403


def test_a_client_that_asks_first_is_told_to_go_on(cloud: RunningCloud) -> None:
    head = (
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    )
    with connection(cloud) as opened:
        opened.sendall(head)
        assert opened.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        opened.sendall(b"{}")
        assert read_answer(opened)[0] == 403


def test_what_is_no_http_is_refused_and_the_connection_closed(cloud: RunningCloud) -> None:
    with connection(cloud) as opened:
        opened.sendall(b"\x16\x03\x01 this is TLS\r\n\r\n")
        status, headers, _ = read_answer(opened)
        assert (status, headers["connection"]) == (400, "close")
        assert opened.recv(1) == b""


def test_head_has_the_headers_of_get_and_no_body(cloud: RunningCloud) -> None:
    request = HEALTH.replace(b"GET", b"HEAD")
    with connection(cloud) as opened:
        opened.sendall(request + HEALTH)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += opened.recv(1)
        assert b"content-length: " in head
        # the next answer follows at once: no body stood between them
        assert read_answer(opened)[0] == 403


def test_the_connection_closes_where_the_client_asks_for_it(cloud: RunningCloud) -> None:
    for asked in (b"HTTP/1.1\r\nConnection: close", b"HTTP/1.0"):
        with connection(cloud) as opened:
            opened.sendall(HEALTH.replace(b"HTTP/1.1", asked))
            _, headers, _ = read_answer(opened)
            assert headers["connection"] == "close"
            assert opened.recv(1) == b""


def test_an_offer_of_another_protocol_is_passed_over(cloud: RunningCloud) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"
    with connection(cloud) as opened:
        opened.sendall(HEALTH.replace(b"\r\n\r\n", b"\r\n" + offer + b"\r\n\r\n"))
        assert read_answer(opened)[0] == 403
        opened.sendall(HEALTH)
        assert read_answer(opened)[0] == 403


def test_a_client_that_leaves_early_harms_no_other(
    cloud: RunningCloud, client: Callable[..., Any]
) -> None:
    with connection(cloud) as opened:
        opened.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf")
    with connection(cloud) as opened:
        opened.sendall(HEALTH * 5)
    assert client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
