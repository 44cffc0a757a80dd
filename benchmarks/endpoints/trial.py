"""One exercise's attempts on a server, in a process that can be ended when it takes too long."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from typing import Any

from benchmarks.endpoints.servers import empty
from orderlab.aws_target.endpoint import EndpointTarget
from orderlab.exercises import registry
from orderlab.exercises.engine.exercise import Workspace
from orderlab.workbook.check import beginning
from orderlab.workbook.gate import Fresh
from orderlab.workbook.verdicts import verdicts


class _CountingEndpoint(EndpointTarget):
    """Counts what is called through it."""

    calls = 0

    def made(self, client: Any) -> None:
        super().made(client)
        client.meta.events.register("before-call", self._count)

    def _count(self, **_: Any) -> None:
        self.calls += 1


def on(endpoint: str, reset: str) -> Fresh:
    """Workspaces on a server, which is emptied before each."""

    def fresh(
        identifier: str,
    ) -> AbstractContextManager[tuple[Workspace, Callable[[], int]]]:
        return _workspace(identifier, endpoint, reset)

    return fresh


@contextmanager
def _workspace(
    identifier: str, endpoint: str, reset: str
) -> Iterator[tuple[Workspace, Callable[[], int]]]:
    empty(endpoint, reset)
    target = _CountingEndpoint.attach(endpoint)
    try:
        yield beginning(target, registry.exercise(identifier)), lambda: target.calls
    finally:
        target.stop()


def main() -> None:
    """Print a line of JSON for each verdict, as soon as it is known."""
    identifier, endpoint, reset = sys.argv[1:]
    for verdict in verdicts(registry.exercise(identifier), on(endpoint, reset)):
        print("\n@" + json.dumps(asdict(verdict)), flush=True)


if __name__ == "__main__":
    main()
