"""The monolith: it works, it is overwhelmed, and it leaves a mess when a service fails."""

from __future__ import annotations

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import islice
from typing import Any

import psutil
import pytest

from orderlab.errors import LearnerError
from orderlab.orders.monolith import Monolith
from orderlab.orders.reading import SAMPLE, OrderLine, read_orders
from orderlab.orders.replay import replay

LINES = [line for line in islice(read_orders(SAMPLE), 60) if isinstance(line, OrderLine)]


@pytest.fixture
def monolith() -> Iterator[Monolith]:
    with Monolith(workers=4, backlog=4) as running:
        yield running


def ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_orders_are_stored_and_every_service_does_its_work_once(monolith: Monolith) -> None:
    result = replay(monolith.url, LINES[:20], connections=4)
    assert len(result.accepted) == 20
    assert (monolith.books().stored, monolith.books().inconsistent) == (20, 0)


def test_an_order_can_be_read_by_id_and_by_customer(monolith: Monolith) -> None:
    order = json.loads(LINES[0].body)
    replay(monolith.url, LINES[:1])
    status, found = ask(f"{monolith.url}/orders/{order['order_id']}")
    assert status == 200 and found["lines"] == order["lines"]
    status, found = ask(f"{monolith.url}/customers/{order['customer_id']}/orders")
    assert [one["order_id"] for one in found["orders"]] == [order["order_id"]]
    assert ask(f"{monolith.url}/orders/none")[0] == 404


def test_a_failing_service_fails_the_order_and_leaves_the_books_inconsistent(
    monolith: Monolith,
) -> None:
    monolith.control("shipping", fail=True)
    result = replay(monolith.url, LINES[:5], connections=2, attempts=1)
    assert [entry.status for entry in result.refused] == [502] * 5
    books = monolith.books()
    assert (books.stored, books.orphaned["invoicing"], books.orphaned["shipping"]) == (0, 5, 0)
    monolith.control("shipping", fail=False)
    assert len(replay(monolith.url, LINES[:5], connections=2).accepted) == 5
    # the customers tried again, and were billed again
    assert monolith.books().doubled["invoicing"] == 5


def test_more_than_it_has_workers_and_places_for_is_turned_away(monolith: Monolith) -> None:
    monolith.control("inventory", seconds=0.3)
    result = replay(monolith.url, LINES[:24], connections=24, attempts=1)
    assert {entry.status for entry in result.refused} == {503}
    assert 4 <= len(result.accepted) <= 12


def test_a_slow_service_is_waited_for_by_everybody(monolith: Monolith) -> None:
    monolith.control("invoicing", seconds=0.2)
    result = replay(monolith.url, LINES[:8], connections=4)
    assert min(result.answer_ms) >= 200


def test_what_is_no_order_is_refused(monolith: Monolith) -> None:
    for body in (b"", b"{", b"[]", b'{"order_id": "o-1"}', b"\xff"):
        status, said = ask(f"{monolith.url}/orders", body)
        assert status == 400 and said["message"]
    assert monolith.books().stored == 0


def test_it_stops_twice_and_leaves_no_process() -> None:
    monolith = Monolith()
    pid = monolith.pid
    monolith.stop()
    monolith.stop()
    assert not psutil.pid_exists(pid)


def test_a_monolith_that_is_gone_says_so_in_one_sentence() -> None:
    with Monolith() as monolith:
        url = monolith.url
        os.kill(monolith.pid, signal.SIGKILL)
        psutil.Process(monolith.pid).wait(10)
        for ask in (monolith.stored, monolith.books, lambda: monolith.control("shipping")):
            with pytest.raises(LearnerError, match=r"^The monolith has stopped\. Make another one"):
                ask()
        with pytest.raises(LearnerError, match="Nobody listens at"):
            replay(url, SAMPLE)


@pytest.mark.skipif(sys.platform == "win32", reason="groups of processes")
def test_it_is_in_no_group_that_an_interrupt_reaches() -> None:
    with Monolith() as monolith:
        assert os.getpgid(monolith.pid) != os.getpgid(0)
