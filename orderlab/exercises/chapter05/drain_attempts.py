"""Drains that a learner might write, right and wrong, each for a client of SQS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handle = Callable[[Any], None]
Drain = Callable[[str, Handle], None]


def _each(sqs: Any, url: str, messages: list[dict[str, Any]], handle: Handle) -> None:
    for message in messages:
        handle(message["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _asking(sqs: Any, url: str, most: int = 10, wait: int = 2) -> list[dict[str, Any]]:
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, WaitTimeSeconds=wait)
    return list(got.get("Messages", []))


def right(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url):
            _each(sqs, url, messages, handle)

    return drain


def until_nothing(sqs: Any) -> Drain:
    """Each message is deleted as it is handled; the end is an empty list."""

    def drain(url: str, handle: Handle) -> None:
        messages: list[dict[str, Any]] = [{}]
        while messages:
            messages = _asking(sqs, url, wait=1)
            _each(sqs, url, messages, handle)

    return drain


def in_batches(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        messages = _asking(sqs, url, wait=20)
        if not messages:
            return
        for message in messages:
            handle(message["Body"])
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)
        ]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        drain(url, handle)

    return drain


def short(sqs: Any) -> Drain:
    """The warehouse's own program: the first empty answer is its end."""

    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url, wait=0):
            _each(sqs, url, messages, handle)

    return drain


def once(sqs: Any) -> Drain:
    return lambda url, handle: _each(sqs, url, _asking(sqs, url), handle)


def counting(sqs: Any) -> Drain:
    """Ends with the first answer that is not full."""

    def drain(url: str, handle: Handle) -> None:
        messages: list[dict[str, Any]] = [{}] * 10
        while len(messages) == 10:
            messages = _asking(sqs, url)
            _each(sqs, url, messages, handle)

    return drain


def keeping(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url):
            for message in messages:
                handle(message["Body"])

    return drain


def deleting_first(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                handle(message["Body"])

    return drain


def one_by_one(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url, most=1):
            _each(sqs, url, messages, handle)

    return drain


def endless(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        while True:
            _each(sqs, url, _asking(sqs, url, wait=20), handle)

    return drain


def expecting(sqs: Any) -> Drain:
    """Expects messages in every answer."""

    def drain(url: str, handle: Handle) -> None:
        while True:
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
            _each(sqs, url, got["Messages"], handle)

    return drain


def whole_message(sqs: Any) -> Drain:
    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url):
            for message in messages:
                handle(message)
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return drain


def last_handle(sqs: Any) -> Drain:
    """Deletes the last message of each answer only: the indentation of one line."""

    def drain(url: str, handle: Handle) -> None:
        while messages := _asking(sqs, url):
            for message in messages:
                handle(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[-1]["ReceiptHandle"])

    return drain


def waiting(sqs: Any) -> Any:
    """A generator: calling it runs nothing."""

    def drain(url: str, handle: Handle) -> Any:
        for message in _asking(sqs, url):
            handle(message["Body"])
            yield message

    return drain


def purging(sqs: Any) -> Drain:
    """Handles all, and then empties the queue at one stroke."""

    def drain(url: str, handle: Handle) -> None:
        right(sqs)(url, handle)
        sqs.purge_queue(QueueUrl=url)

    return drain


def idling(sqs: Any) -> Drain:
    """Asks and never handles."""

    def drain(url: str, handle: Handle) -> None:
        while True:
            _asking(sqs, url)

    return drain
