"""Turns over several queues that a learner might write, right and wrong, for a client of SQS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handle = Callable[[Any], None]
Turn = Callable[[list[str], Handle], None]


def _asked(sqs: Any, url: str, wait: int, most: int = 10) -> list[dict[str, Any]]:
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=wait)
    return list(got.get("Messages", []))


def _work(sqs: Any, url: str, messages: list[dict[str, Any]], handle: Handle) -> None:
    for message in messages:
        try:
            handle(message["Body"])
        except Exception:
            continue
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _with(wait: int, most: int = 10, queues: int = 3) -> Callable[[Any], Turn]:
    def make(sqs: Any) -> Turn:
        def turn(urls: list[str], handle: Handle) -> None:
            for url in urls[:queues]:
                _work(sqs, url, _asked(sqs, url, wait, most), handle)

        return turn

    return make


fair = _with(2)
patient = _with(20)
single = _with(2, most=1)
first_two = _with(2, queues=2)


def in_batches(sqs: Any) -> Turn:
    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            done = []
            for message in _asked(sqs, url, 1):
                try:
                    handle(message["Body"])
                    done.append(message["ReceiptHandle"])
                except Exception as error:
                    print("kept:", error)  # noqa: T201
            entries = [{"Id": str(n), "ReceiptHandle": each} for n, each in enumerate(done)]
            if entries:
                sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    return turn


def rotating(sqs: Any) -> Turn:
    """Begins with another queue each time."""
    turns = [0]

    def turn(urls: list[str], handle: Handle) -> None:
        turns[0] += 1
        start = turns[0] % len(urls)
        for url in urls[start:] + urls[:start]:
            _work(sqs, url, _asked(sqs, url, 1), handle)

    return turn


def hasty(sqs: Any) -> Turn:
    """Short polls, some of them in a row."""

    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            for _ in range(80):
                if messages := _asked(sqs, url, 0):
                    break
            # so that no queue is called left out
            _work(sqs, url, [*messages, *_more(sqs, url, messages)], handle)

    return turn


def _more(sqs: Any, url: str, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One more of a queue that gave something."""
    if not messages:
        return []
    for _ in range(40):
        if found := _asked(sqs, url, 0, most=1):
            return found
    return []


def draining(sqs: Any) -> Turn:
    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            while messages := _asked(sqs, url, 1):
                _work(sqs, url, messages, handle)

    return turn


def fragile(sqs: Any) -> Turn:
    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            for message in _asked(sqs, url, 2):
                handle(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return turn


def wide(sqs: Any) -> Turn:
    """One `try` around a whole answer."""

    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            try:
                for message in _asked(sqs, url, 2):
                    handle(message["Body"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            except Exception as error:
                print(error)  # noqa: T201

    return turn


def careless(sqs: Any) -> Turn:
    """Deletes in any case."""

    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            for message in _asked(sqs, url, 2):
                try:
                    handle(message["Body"])
                except Exception as error:
                    print(error)  # noqa: T201
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return turn


def keeping(sqs: Any) -> Turn:
    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            for message in _asked(sqs, url, 2):
                try:
                    handle(message["Body"])
                except Exception:
                    continue

    return turn


def looking(sqs: Any) -> Turn:
    def turn(urls: list[str], handle: Handle) -> None:
        for url in urls:
            _asked(sqs, url, 2)

    return turn


def waiting(sqs: Any) -> Any:
    """A generator: calling it runs nothing."""

    def turn(urls: list[str], handle: Handle) -> Any:
        for url in urls:
            _work(sqs, url, _asked(sqs, url, 2), handle)
            yield url

    return turn


def expecting(sqs: Any) -> Turn:
    """Expects messages in every answer, also of a queue that it has just emptied."""

    def turn(urls: list[str], handle: Handle) -> None:
        for url in [*urls, urls[-1]]:
            _work(
                sqs, url, sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"], handle
            )

    return turn


def ignoring_last(sqs: Any) -> Turn:
    """Asks the last queue, and does nothing with its answer."""

    def turn(urls: list[str], handle: Handle) -> None:
        first_two(sqs)(urls, handle)
        _asked(sqs, urls[-1], 2)

    return turn
