"""Work on threads: in order, and ended by an interrupt that wakes nobody."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from orderlab.orders.reading import SAMPLE
from orderlab.orders.replay import replay
from orderlab.threads import result_of, side_by_side

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="a signal can't be sent to a thread of choice there"
)


def interrupt_on_another_thread() -> None:
    """As a signal that arrives just before a wait begins: heard by Python, waking nobody."""
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)


@pytest.fixture
def interrupted_soon() -> Callable[[], None]:
    return threading.Timer(0.3, interrupt_on_another_thread).start


def test_results_come_in_the_order_of_the_items() -> None:
    first_may_end = threading.Event()

    def call(item: int) -> int:
        if item == 0:
            assert first_may_end.wait(20)
        else:
            first_may_end.set()
        return item * 2

    assert side_by_side(call, range(4), 4) == [0, 2, 4, 6]


def test_the_first_exception_ends_it_and_the_rest_is_not_begun() -> None:
    begun = []

    def call(item: int) -> None:
        begun.append(item)
        raise LookupError(str(item))

    with pytest.raises(LookupError, match="0"):
        side_by_side(call, range(1000), 1)
    assert begun == [0]


def test_an_interrupt_that_wakes_nobody_ends_the_wait(
    interrupted_soon: Callable[[], None],
) -> None:
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(done.wait, 60)
        interrupted_soon()
        try:
            with pytest.raises(KeyboardInterrupt):
                result_of(future)
            assert not future.done()
        finally:
            done.set()


def test_an_interrupt_that_wakes_nobody_ends_a_replay(interrupted_soon: Callable[[], None]) -> None:
    too_late = threading.Event()
    giving_up = threading.Timer(15, too_late.set)
    giving_up.start()
    # takes connections, and answers none for as long as a replay waits
    with socket.create_server(("127.0.0.1", 0)) as silent:
        interrupted_soon()
        with pytest.raises(KeyboardInterrupt):
            replay(f"http://127.0.0.1:{silent.getsockname()[1]}", SAMPLE)
    assert not too_late.is_set()
    giving_up.cancel()
