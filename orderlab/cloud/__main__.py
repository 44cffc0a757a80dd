"""`python -m orderlab.cloud`: a cloud as a child process.

Its settings come as JSON in the variable ORDERLAB_CLOUD, not as arguments, which any user of the
machine could read in the list of processes. It prints one line of JSON when it answers, and stops
when its standard input is closed, which happens when the parent goes, however that goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sys

from orderlab.cloud.settings import Settings
from orderlab.errors import OrderlabError

PARENT_CHECK_SECONDS = 1.0


def main() -> int:
    """Serve a cloud until its parent is gone. Returns the exit status: 1 if it could not start."""
    # nothing of what is loaded now is garbage; `serve` lets the collector work again
    gc.disable()
    from orderlab.cloud import moto_backends

    moto_backends.prepare_environment()
    from orderlab.cloud.front.serve import serve
    from orderlab.cloud.reaping import Parent

    given = json.loads(os.environ.pop("ORDERLAB_CLOUD", "{}"))
    if "correlation_fields" in given:
        given["correlation_fields"] = tuple(given["correlation_fields"])
    try:
        serve(
            Settings(**given),
            when_ready=_announce,
            stop_sign=_parent_is_gone,
            parent=Parent(pipe=sys.stdin.fileno()),
        )
    except OrderlabError as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201
        return 1
    return 0


def _announce(settings: Settings, endpoint: str) -> None:
    ready = {
        "endpoint": endpoint,
        "region": settings.region,
        "access_key_id": settings.access_key_id,
        "secret_access_key": settings.secret_access_key,
        "pid": os.getpid(),
    }
    # The process that started this may have ended already; then standard input ends, too.
    with contextlib.suppress(OSError):
        print(json.dumps(ready), flush=True)  # noqa: T201


async def _parent_is_gone() -> None:
    """Return when standard input ends. A daemon thread reads: Windows cannot await pipes.

    A process that our parent has forked may hold the other end open when it is gone, so the
    parent itself is looked at, too.
    """
    import threading

    loop = asyncio.get_running_loop()
    gone, parent = asyncio.Event(), os.getppid()

    def read() -> None:
        # unbuffered: a lock on the buffered reader would keep the interpreter from ending
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(gone.set)

    threading.Thread(target=read, name="parent-watch", daemon=True).start()
    while not gone.is_set() and os.getppid() == parent:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(gone.wait(), PARENT_CHECK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
