"""The replay against a small server whose answers are known."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from orderlab.errors import LearnerError
from orderlab.orders.reading import SAMPLE
from orderlab.orders.replay import replay

ORDERS = 25


class Shop(ThreadingHTTPServer):
    """Answers with what `answer(order_id, attempt)` says: a status, or None to hang up."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, int], int | None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.seen: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.under_way = self.most_under_way = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/live"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Shop

    def do_POST(self) -> None:
        shop = self.server
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with shop.lock:
            shop.under_way += 1
            shop.most_under_way = max(shop.most_under_way, shop.under_way)
            shop.seen[order["order_id"]] += 1
            shop.bodies.append(order)
            status = shop.answer(order["order_id"], shop.seen[order["order_id"]])
        with shop.lock:
            shop.under_way -= 1
        if status is None:
            self.close_connection = True
            return
        body = json.dumps({"message": f"status {status}"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Callable[..., Shop]]:
    running: list[Shop] = []

    def start(answer: Callable[[str, int], int | None]) -> Shop:
        server = Shop(answer)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def test_each_order_is_sent_once_and_its_answer_is_timed(shop: Callable[..., Shop]) -> None:
    server = shop(lambda order_id, attempt: 202)
    result = replay(server.url, SAMPLE, limit=ORDERS)
    assert len(set(result.accepted)) == len(result.answer_ms) == ORDERS
    assert set(server.seen.values()) == {1}
    assert all(elapsed > 0 for elapsed in result.answer_ms)


@pytest.mark.parametrize("trouble", [429, 500, 503, None])
def test_trouble_that_passes_is_met_by_sending_the_same_order_again(
    shop: Callable[..., Shop], trouble: int | None
) -> None:
    server = shop(lambda order_id, attempt: trouble if attempt == 1 else 201)
    result = replay(server.url, SAMPLE, limit=ORDERS)
    assert len(result.accepted) == ORDERS and not result.refused
    assert result.repeats == ORDERS
    assert set(server.seen.values()) == {2}


def test_a_refusal_is_not_repeated_and_keeps_its_line_and_reason(shop: Callable[..., Shop]) -> None:
    server = shop(lambda order_id, attempt: 409)
    result = replay(server.url, SAMPLE, limit=3, connections=1)
    assert [(entry.number, entry.status) for entry in result.refused] == [
        (1, 409),
        (2, 409),
        (3, 409),
    ]
    assert result.refused[0].reason == "status 409"
    assert set(server.seen.values()) == {1}


def test_a_refused_body_is_explained_by_the_contract(
    shop: Callable[..., Shop], tmp_path: Path
) -> None:
    server = shop(lambda order_id, attempt: 400)
    path = tmp_path / "orders.jsonl"
    path.write_text('{"order_id": "o-1"}\n')
    (refused,) = replay(server.url, path).refused
    assert "required property" in refused.reason


def test_a_client_that_gives_up_reports_what_it_got_last(shop: Callable[..., Shop]) -> None:
    server = shop(lambda order_id, attempt: 503)
    (refused,) = replay(server.url, SAMPLE, limit=1, attempts=2).refused
    assert (refused.status, server.seen[refused.order_id]) == (503, 2)


def test_malformed_lines_are_reported_and_the_rest_is_sent(
    shop: Callable[..., Shop], tmp_path: Path
) -> None:
    server = shop(lambda order_id, attempt: 202)
    path = tmp_path / "orders.jsonl"
    path.write_text('{"order_id":"o-1"}\n{oops\n{"order_id":"o-3"}\n')
    result = replay(server.url, path, connections=1)
    assert result.accepted == ["o-1", "o-3"]
    assert [line.number for line in result.malformed] == [2]


def test_never_more_orders_under_way_than_connections(shop: Callable[..., Shop]) -> None:
    server = shop(lambda order_id, attempt: 202)
    replay(server.url, SAMPLE, limit=ORDERS, connections=3)
    assert server.most_under_way <= 3


def test_orders_on_their_own_clock_keep_their_distance(
    shop: Callable[..., Shop], tmp_path: Path
) -> None:
    server = shop(lambda order_id, attempt: 202)
    path = tmp_path / "orders.jsonl"
    times = ["00:00:00", "01:00:00"]
    path.write_text(
        "".join(f'{{"order_id":"o-{t}","placed_at":"2017-12-18T{t}Z"}}\n' for t in times)
    )
    assert replay(server.url, path, speed=3600 * 4).seconds >= 0.25
    # an order whose time cannot be read is due at once
    path.write_text('{"order_id":"a","placed_at":"noon"}\n{"order_id":"b"}\n')
    assert replay(server.url, path, speed=1e-6, connections=1).accepted == ["a", "b"]


def test_progress_is_told_after_every_line(shop: Callable[..., Shop]) -> None:
    seen: list[int] = []
    server = shop(lambda order_id, attempt: 202)
    replay(server.url, SAMPLE, limit=5, on_progress=lambda result: seen.append(result.handled))
    assert len(seen) == 5 and max(seen) == 5


def test_a_missing_file_is_said_before_anything_is_sent(shop: Callable[..., Shop]) -> None:
    server = shop(lambda order_id, attempt: 202)
    with pytest.raises(LearnerError, match="cannot be read"):
        replay(server.url, Path("no-such-file.jsonl"))
