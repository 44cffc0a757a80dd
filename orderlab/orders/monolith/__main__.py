"""`python -m orderlab.orders.monolith`: the shop and its three services in one process.

Prints one line of JSON with their addresses, and ends when its standard input closes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from orderlab.orders.monolith.server import WorkerServer
from orderlab.orders.monolith.services import NAMES, DownstreamService
from orderlab.orders.monolith.shop import Shop


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
        while os.read(sys.stdin.fileno(), 4096):
            pass
        for server in servers.values():
            server.stop()


if __name__ == "__main__":
    main()
