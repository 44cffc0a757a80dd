"""Work on threads that the square button stops.

Python hears an interrupt when the main thread wakes. A signal that arrives just before a wait
begins, or on another thread, wakes nobody: a wait without an end would then last as long as the
work. So nothing here waits for longer than `LOOK_SECONDS` at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from typing import TypeVar

LOOK_SECONDS = 0.2

Item = TypeVar("Item")
Result = TypeVar("Result")


def result_of(future: Future[Result]) -> Result:
    """The future's result, or its exception. An interrupt ends the wait within a moment."""
    while not future.done():
        wait([future], timeout=LOOK_SECONDS)
    return future.result()


def side_by_side(
    call: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> list[Result]:
    """What `call` returns for each item, in their order, with so many calls at a time.

    The first exception, and an interrupt, ends it: what has not begun is not done.
    """
    pool = ThreadPoolExecutor(threads)
    failures: list[BaseException] = []

    def one(item: Item) -> Result:
        # asked here, since a thread takes its next item before the waiting one hears of a failure
        if failures:
            raise CancelledError
        try:
            return call(item)
        except BaseException as failure:
            failures.append(failure)
            raise

    try:
        futures = [pool.submit(one, item) for item in items]
        return [result_of(future) for future in futures]
    except CancelledError:
        raise failures[0] from None
    finally:
        pool.shutdown(cancel_futures=True)
