"""Consumers that a learner might write, right and wrong, each for a client of SQS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

Handle = Callable[[Any], None]
Stopped = Callable[[], bool]
Work = Callable[[str, Handle, Stopped], None]
# a second of AWS's, where waits pass ten times as fast
SECOND = 0.1


def _each(sqs: Any, url: str, messages: list[dict[str, Any]], handle: Handle) -> None:
    for message in messages:
        handle(message["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _asked(sqs: Any, url: str, wait: int, most: int = 10) -> list[dict[str, Any]]:
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=wait)
    return list(got.get("Messages", []))


def _with(wait: int, most: int = 10, sleep: float = 0.0) -> Callable[[Any], Work]:
    def make(sqs: Any) -> Work:
        def work(url: str, handle: Handle, stopped: Stopped) -> None:
            while not stopped():
                _each(sqs, url, _asked(sqs, url, wait, most), handle)
                time.sleep(sleep)

        return work

    return make


# today's program
every_second = _with(0, most=1, sleep=SECOND)
listening = _with(20)
sleepy = _with(0, sleep=4 * SECOND)
restless = _with(0)
impatient = _with(1)
single = _with(20, most=1)


def in_batches(sqs: Any) -> Work:
    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while not stopped():
            messages = _asked(sqs, url, 5)
            for message in messages:
                handle(message["Body"])
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ]
            if entries:
                sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    return work


def keeping(sqs: Any) -> Work:
    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while not stopped():
            for message in _asked(sqs, url, 20):
                handle(message["Body"])

    return work


def leaving_late(sqs: Any) -> Work:
    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while messages := _asked(sqs, url, 20):
            _each(sqs, url, messages, handle)

    return work


def first_only(sqs: Any) -> Work:
    """Handles the first of an answer, and deletes them all."""

    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while not stopped():
            messages = _asked(sqs, url, 20)
            if messages:
                handle(messages[0]["Body"])
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return work


def stubborn(sqs: Any) -> Work:
    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while True:
            _each(sqs, url, _asked(sqs, url, 20), handle)

    return work


def expecting(sqs: Any) -> Work:
    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while not stopped():
            got = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)
            _each(sqs, url, got["Messages"], handle)

    return work


def twice(sqs: Any) -> Work:
    """Hands each label over two times."""

    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        def both(body: Any) -> None:
            handle(body)
            handle(body)

        listening(sqs)(url, both, stopped)

    return work


def waiting(sqs: Any) -> Any:
    """A generator: calling it runs nothing."""

    def work(url: str, handle: Handle, stopped: Stopped) -> Any:
        while not stopped():
            yield _asked(sqs, url, 20)

    return work


def whole_message(sqs: Any) -> Work:
    """Hands over the message in place of its body."""

    def work(url: str, handle: Handle, stopped: Stopped) -> None:
        while not stopped():
            for message in _asked(sqs, url, 20):
                handle(message)
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return work
