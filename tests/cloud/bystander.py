"""Somebody else who uses the cloud while a test misuses it.

    with bystander(cloud):
        ...  # a call that must harm nobody else

asks GetQueueUrl again and again from a process of its own, on a kept connection and on new ones in
turn, until the block ends. It then fails the test if an answer was wrong or took too long, or if
none came at all.

This file is also that process: it loads nothing but the standard library, so that it starts at once
and the interpreter lock of the tests cannot hold it up.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

MOST_SECONDS = 2.0
# nobody waits longer than this for an answer
GIVE_UP_SECONDS = 60
PAUSE_SECONDS = 0.02


@dataclass
class Bystander:
    """What was seen so far: the seconds that each answer took, and what went wrong."""

    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, seconds: float, failure: str) -> None:
        self.waits.append(seconds)
        if failure:
            self.failures.append(failure)

    def verify(self, most_seconds: float) -> None:
        """Fail unless somebody was answered, everybody rightly, and nobody late."""
        assert self.waits, "the bystander had no answer at all"
        assert not self.failures, f"the bystander was refused: {self.failures[:3]}"
        longest = max(self.waits)
        assert longest <= most_seconds, (
            f"the bystander waited for {longest:.1f} s (calls: {len(self.waits)})"
        )


@contextmanager
def bystander(cloud: Any, most_seconds: float = MOST_SECONDS) -> Iterator[Bystander]:
    """Ask GetQueueUrl all the while; an answer that takes over `most_seconds` fails the test."""
    cloud.client("sqs").create_queue(QueueName="bystander")
    url, headers, body = _signed_call(cloud)
    with subprocess.Popen(
        [sys.executable, "-S", __file__, url, json.dumps(headers), body],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        seen, ready = Bystander(), threading.Event()
        reading = threading.Thread(target=_read, args=(process.stdout, seen, ready), daemon=True)
        reading.start()
        try:
            assert ready.wait(GIVE_UP_SECONDS), "the bystander did not start"
            assert not seen.failures, f"the bystander was refused at once: {seen.failures}"
            yield seen
        finally:
            with suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
            reading.join(GIVE_UP_SECONDS)
            if process.poll() is None:
                process.kill()
    seen.verify(most_seconds)


def _read(lines: Any, seen: Bystander, ready: threading.Event) -> None:
    for line in lines:
        seconds, _, failure = line.strip().partition(" ")
        seen.note(float(seconds), failure)
        ready.set()


def _signed_call(cloud: Any) -> tuple[str, dict[str, str], str]:
    """A GetQueueUrl that is signed once: a signature is good for a quarter of an hour."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    body = '{"QueueName": "bystander"}'
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AmazonSQS.GetQueueUrl",
    }
    request = AWSRequest("POST", f"{cloud.endpoint}/", headers=headers, data=body)
    credentials = Credentials(cloud.access_key_id, cloud.secret_access_key)
    SigV4Auth(credentials, "sqs", cloud.region).add_auth(request)
    return cloud.endpoint, dict(request.headers), body


class _Caller:
    """Makes the same call over and over."""

    def __init__(self, url: str, headers: dict[str, str], body: str) -> None:
        self._address = urlsplit(url).netloc
        self._headers, self._body = headers, body
        self._kept: http.client.HTTPConnection | None = None

    def call(self, number: int) -> str:
        """Call on a new connection, and every second time on the one that was kept.

        Returns what went wrong, on one line; empty if nothing did.
        """
        connection = self._kept if number % 2 else None
        try:
            if connection is not None:
                try:
                    return self._ask(connection)
                except (ConnectionError, http.client.RemoteDisconnected):
                    connection.close()  # a server may close one that was idle
            connection = http.client.HTTPConnection(self._address, timeout=GIVE_UP_SECONDS)
            failure = self._ask(connection)
        except Exception as error:
            self._kept = None
            return repr(error).replace("\n", " ")
        if self._kept is not None:
            self._kept.close()
        self._kept = connection
        return failure

    def _ask(self, connection: http.client.HTTPConnection) -> str:
        connection.request("POST", "/", self._body, self._headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200 and b"QueueUrl" in text:
            return ""
        return f"{answer.status} {text[:200]!r}"


def main(url: str, headers: str, body: str) -> None:
    """Call, a line for each on how long it took, until standard input is closed; then once more."""
    caller = _Caller(url, json.loads(headers), body)
    done = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        done.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    number, last = 0, False
    while not last:
        last = number > 0 and done.wait(PAUSE_SECONDS)
        began = time.monotonic()
        failure = caller.call(number)
        print(f"{time.monotonic() - began:.4f} {failure}", flush=True)
        number += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
