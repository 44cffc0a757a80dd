"""The monolith as a child process that cannot outlive us and that no interrupt of ours reaches, and
what it has done."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from typing import Any

from orderlab.aws_target.child import out_of_our_group, stop_seconds
from orderlab.errors import LabError, LearnerError, interruptible
from orderlab.orders.monolith.services import NAMES

_START_AGAIN = "Make another one: run the cell with `lab.monolith()` again."


@dataclass(frozen=True)
class Books:
    """Whether the shop and its services tell the same story, as numbers of orders.

    `orphaned`: a service did its work for an order that the shop does not know. `doubled`: a
    service did its work for one order more than once. Both by service.
    """

    stored: int
    orphaned: dict[str, int]
    doubled: dict[str, int]

    @property
    def inconsistent(self) -> int:
        return sum(self.orphaned.values()) + sum(self.doubled.values())


class Monolith:
    """A running monolith. `url` takes orders as the API does: `replay(monolith.url, ...)`.

    `workers` requests are worked on at once, `backlog` more may wait; the rest get 503.
    """

    def __init__(self, *, workers: int = 8, backlog: int = 16) -> None:
        settings = json.dumps({"workers": workers, "backlog": backlog})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orderlab.orders.monolith"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "ORDERLAB_MONOLITH": settings},
            **out_of_our_group(),
        )
        self._failing: set[str] = set()
        with interruptible("The start of the monolith was interrupted. Run the cell again."):
            try:
                atexit.register(self.stop)
                self._addresses = self._first_line()
            except BaseException:
                self.stop()
                raise

    def _first_line(self) -> dict[str, str]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise LabError("The monolith ended while it started; its messages are above.")
        addresses: dict[str, str] = json.loads(line)
        return addresses

    @property
    def url(self) -> str:
        return self._addresses["shop"]

    @property
    def pid(self) -> int:
        return self._process.pid

    def control(self, service: str, **wanted: Any) -> dict[str, Any]:
        """Break a service (`fail=True`), mend it, or set how long its work takes (`seconds`)."""
        if service not in NAMES:
            raise LearnerError(
                f"The monolith calls no service {service!r}.",
                advice=f"It calls {', '.join(NAMES)}.",
            )
        answer: dict[str, Any] = self._ask(service, "/control", json.dumps(wanted).encode())
        self._failing = {name for name in self._failing if name != service}
        if answer["fail"]:
            self._failing.add(service)
        return answer

    @property
    def broken(self) -> list[str]:
        """The services that are set to fail now."""
        return sorted(self._failing)

    def books(self) -> Books:
        """Compare what the shop and each service have written down."""
        stored = self.stored()
        done = {name: self.done(name) for name in NAMES}
        return Books(
            stored=len(stored),
            orphaned={name: len(set(done[name]) - set(stored)) for name in NAMES},
            doubled={name: sum(n > 1 for n in done[name].values()) for name in NAMES},
        )

    def stored(self) -> dict[str, int]:
        """The orders that the shop has."""
        found: dict[str, int] = self._ask("shop", "/state")
        return found

    def done(self, service: str) -> dict[str, int]:
        """How often a service did its work, by order."""
        found: dict[str, int] = self._ask(service, "/state")
        return found

    def _ask(self, service: str, path: str, body: bytes | None = None) -> Any:
        if self._process.poll() is not None:
            raise LearnerError("The monolith has stopped.", advice=_START_AGAIN)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self._addresses[service] + path, body, timeout=30) as answer:
            return json.load(answer)

    def stop(self) -> None:
        """End the process; a second call does nothing."""
        atexit.unregister(self.stop)
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(stop_seconds())
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Monolith:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
