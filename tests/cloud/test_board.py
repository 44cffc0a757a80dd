"""The live board shows what moves and what waits, and leaves a picture behind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.dashboards.board import Board
from orderlab.dashboards.pulse import Pulse
from orderlab.drawing.discover import discover
from orderlab.orders import architecture
from orderlab.orders.parts.api import api_address
from orderlab.orders.replay import replay
from orderlab.requirements.system import fresh_orders


@pytest.fixture(scope="module")
def system() -> Iterator[LocalTarget]:
    with LocalTarget.start(seed=1, speed=10) as target:
        architecture.build(target, 4)
        yield target


def test_orders_move_along_the_edges_of_the_picture(system: LocalTarget) -> None:
    pulse = Pulse(system, discover(system))
    assert pulse.look().moves == {}
    replay(api_address(system), fresh_orders(5))
    moved: dict[str, int] = {}
    deadline = time.monotonic() + 15
    last = "function-shipping|table-shipping"
    while moved.get(last, 0) < 5 and time.monotonic() < deadline:
        system.client("dynamodb").get_item(TableName="orders", Key={"order_id": {"S": "none"}})
        frame = pulse.look()
        for edge, count in frame.moves.items():
            moved[edge] = moved.get(edge, 0) + count
        time.sleep(0.1)
    assert frame.orders == 5, "reads of the client are no orders"
    assert moved["client-client|api-order-api"] == 5
    assert moved["api-order-api|queue-orders-inbox"] == 5
    assert moved["function-process-order|table-orders"] == 5
    assert moved[last] == 5


def test_a_failing_service_is_shown_where_it_fails(system: LocalTarget) -> None:
    pulse = Pulse(system, discover(system))
    system.page("faults", "POST", {"kind": "error", "target": "shipping"})
    try:
        replay(api_address(system), fresh_orders(2))
        failed: dict[str, Any] = {}
        deadline = time.monotonic() + 10
        while "function-shipping" not in failed and time.monotonic() < deadline:
            frame = pulse.look()
            failed.update(frame.errors)
            time.sleep(0.1)
        assert "function-shipping" in failed
        assert any(line.startswith("shipping fails since ") for line in frame.faults)
        assert frame.waiting["queue-shipping"] >= 1
    finally:
        system.page("faults?target=shipping", "DELETE")


def test_the_end_frame_counts_every_order(system: LocalTarget) -> None:
    board = Board(system, seconds=60)
    replay(api_address(system), fresh_orders(40))
    picture = board.stop()
    assert board.last.orders == 40 and "40 orders placed" in picture.alt
    assert board.widget.frame["orders"] == 40
    sent: list[Any] = []
    board.widget.send = sent.append
    board._asked(board.widget, {"wanted": "frames"}, [])
    assert sent[0]["frames"][-1] == board.widget.frame and len(sent[0]["frames"]) > 1


def test_a_board_ends_and_leaves_a_picture(system: LocalTarget) -> None:
    board = Board(system, seconds=30)
    time.sleep(0.6)
    picture = board.stop()
    assert board.stop().alt == picture.alt and not board.widget.running
    assert "order-api" in picture.alt and "<svg" in picture.svg
    assert "text/html" in board._repr_mimebundle_()[0]
