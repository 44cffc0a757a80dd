"""The servers that the course is tried on: how each is started, emptied and ended.

Each is given as its authors publish it, in an environment of its own, and reached as a learner
reaches it: through `ORDERLAB_TARGET`'s kind of target, with nothing but AWS's API.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from benchmarks import ministack
from benchmarks.endpoints import node_servers
from orderlab.aws_target.endpoint import EndpointTarget

START_SECONDS = 60.0


class SingleService(EndpointTarget):
    """A server that holds no chapter: it is told of no tags, since dynalite forgets those of a new
    table, which would make the table somebody else's."""

    def put_marks_on(self, register: Callable[..., Any]) -> None:
        """Requests stay as they are."""


@dataclass(frozen=True)
class Server:
    """A kind of server. `reset` is the path that empties it; `here` whether it is installed.

    `services` are those that it has if they are only some of AWS's: it holds no chapter then.
    """

    name: str
    running: Callable[[], AbstractContextManager[str]]
    version: Callable[[], str]
    reset: str = ""
    here: Callable[[], bool] = lambda: True
    services: frozenset[str] = frozenset()

    def target(self, endpoint: str) -> EndpointTarget:
        if self.services:
            # it has no STS to ask for the account
            return SingleService(endpoint, account_id=ministack.ACCOUNT_ID)
        return EndpointTarget.attach(endpoint)


@contextmanager
def moto_server() -> Iterator[str]:
    """The address of a server of moto's own, without anything of ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(
        command, env=_no_aws(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_listened_to(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("moto's server did not start.")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def ministack_server() -> Iterator[str]:
    with ministack.running() as target:
        yield target.endpoint


def empty(endpoint: str, reset: str) -> None:
    """Take everything away that stands on a server."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{endpoint}{reset}", method="POST", data=b"")
    with opener.open(request, timeout=30) as response:
        response.read()


def _of_node(name: str, *services: str) -> Server:
    """A server of a few services, written for Node.js."""
    return Server(
        name,
        lambda: node_servers.running(name),
        lambda: node_servers.release(name),
        here=lambda: node_servers.here(name),
        services=frozenset(services),
    )


def _no_aws() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def _is_listened_to(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


SERVERS = {
    each.name: each
    for each in (
        Server("moto", moto_server, lambda: version("moto"), "/moto-api/reset"),
        Server(
            "ministack",
            ministack_server,
            ministack.release,
            "/_ministack/reset",
            lambda: ministack.program() is not None,
        ),
        _of_node("dynalite", "DynamoDB"),
        _of_node("fauxqs", "SQS", "SNS", "S3"),
    )
}
