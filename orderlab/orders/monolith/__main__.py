"""`python -m orderlab.orders.monolith`: the shop and its three services in one process.

Prints one line of JSON with their addresses, and ends when its standard input closes or its parent
is gone.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from pathlib import Path

from orderlab.orders.monolith.server import WorkerServer
from orderlab.orders.monolith.services import NAMES, DownstreamService
from orderlab.orders.monolith.shop import Shop

PARENT_CHECK_SECONDS = 1.0


def main() -> None:
    settings = json.loads(os.environ.get("ORDERLAB_MONOLITH", "{}"))
    workers, backlog = settings.get("workers", 8), settings.get("backlog", 16)
    with tempfile.TemporaryDirectory(prefix="orderlab-monolith-") as folder:
        # the services have room for all that the shop can send them
        servers = {
            name: WorkerServer(name, DownstreamService(name), workers=workers + 2, backlog=64)
            for name in NAMES
        }
        addresses = {name: server.url for name, server in servers.items()}
        shop = Shop(Path(folder) / "shop.db", addresses)
        servers["shop"] = WorkerServer("shop", shop, workers=workers, backlog=backlog)
        for server in servers.values():
            server.start()
        print(json.dumps({**addresses, "shop": servers["shop"].url}), flush=True)  # noqa: T201
        wait_for_the_end()
        for server in servers.values():
            server.stop()


def wait_for_the_end() -> None:
    """Return when standard input closes, or the parent is gone: a process that it has forked may
    hold the other end open then."""
    parent, closed = os.getppid(), threading.Event()

    def read() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        closed.set()

    threading.Thread(target=read, name="parent-watch", daemon=True).start()
    while os.getppid() == parent and not closed.wait(PARENT_CHECK_SECONDS):
        pass


if __name__ == "__main__":
    main()
