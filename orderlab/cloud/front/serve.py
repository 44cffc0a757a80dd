"""Run a cloud until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

import uvicorn

from orderlab.cloud.compose import Cloud
from orderlab.cloud.front.asgi import AsgiApplication
from orderlab.cloud.front.connections import Connections, raise_descriptor_limit
from orderlab.cloud.front.quick_connection import QuickConnection
from orderlab.cloud.front.server import Front
from orderlab.cloud.own_log import written_aside
from orderlab.cloud.reaping import Parent
from orderlab.cloud.settings import Settings
from orderlab.errors import LearnerError

WARM_UP_AFTER_SECONDS = 0.1
_DISK_FAULTS = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS),
    *(errno.ENOENT, errno.EACCES),
)
SWITCH_SECONDS = 0.001
COLLECT_AFTER = (20_000, 20, 20)

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# gets the settings, and the address at which the server listens
WhenReady = Callable[[Settings, str], None]
StopSign = Callable[[], Awaitable[None]]


def serve(
    settings: Settings,
    *,
    when_ready: WhenReady,
    stop_sign: StopSign,
    parent: Parent | None = None,
) -> None:
    """Start a cloud, call `when_ready`, and stop when `stop_sign` returns or on a signal.

    With `parent` gone the cloud ends even if it is too busy to stop by itself.
    Raises LearnerError if the port is taken.
    """
    listener = _listen(settings.port)
    runner: Callable[..., None] = asyncio.run
    if sys.platform != "win32":
        import uvloop

        runner = uvloop.run
    # a thread that computes hands over often, so that the event loop hardly waits for its turn
    sys.setswitchinterval(SWITCH_SECONDS)
    with written_aside():
        runner(_serve(settings, listener, when_ready, stop_sign, parent))


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise LearnerError(
            f"Port {port} of 127.0.0.1 cannot be used ({error.strerror}).",
            advice="Another program has it: choose another with --port, or leave it out.",
        ) from None
    listener.listen(512)
    return listener


async def _serve(
    settings: Settings,
    listener: socket.socket,
    when_ready: WhenReady,
    stop_sign: StopSign,
    parent: Parent | None,
) -> None:
    with _room_on_the_disk():
        cloud = Cloud(settings)
    cloud.reaper.mark_this_process()
    port = listener.getsockname()[1]
    server, connections = _server(cloud.front)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in STOP_SIGNALS:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    try:
        with _room_on_the_disk():
            await cloud.start(f"http://127.0.0.1:{port}")
        # what was loaded until now stays: the collector need not walk it again and again
        gc.freeze()
        # a request makes hundreds of objects, and nearly none of them is part of a cycle
        gc.set_threshold(*COLLECT_AFTER)
        gc.enable()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        watching = asyncio.create_task(connections.watch(), name="connections")
        while not server.started and not serving.done():
            await asyncio.sleep(0.001)
        waits = [asyncio.ensure_future(stop_sign()), asyncio.create_task(stopping.wait())]
        # The stop signs are watched first: a caller may stop the cloud as soon as it is ready.
        await asyncio.sleep(0)
        when_ready(settings, cloud.endpoint)
        cloud.reaper.start(parent, STOP_SIGNALS)
        # a tenth of a second of work, which the first call need not wait for
        loop.call_later(WARM_UP_AFTER_SECONDS, cloud.moto.warm_up)
        await asyncio.wait([*waits, serving], return_when=asyncio.FIRST_COMPLETED)
        for task in (*waits, watching):
            task.cancel()
        server.should_exit = True
        await cloud.stop()
        await serving
    finally:
        await cloud.stop()


@contextlib.contextmanager
def _room_on_the_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FAULTS:
            raise
        raise LearnerError(
            f"The cloud cannot write to its temporary folder ({error}).",
            advice="Make room there, or name another folder in the variable TMPDIR.",
        ) from None


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: ours stop the cloud first."""

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def _server(front: Front) -> tuple[_Server, Connections]:
    def protocol(**uvicorns_own: Any) -> QuickConnection:
        return QuickConnection(front, connections.make_room, **uvicorns_own)

    config = uvicorn.Config(
        AsgiApplication(front),
        http=cast(Any, protocol),
        # There is no proxy in front, so the client's X-Forwarded headers are not believed.
        proxy_headers=False,
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        date_header=False,
        timeout_keep_alive=300,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    connections = Connections(server.server_state.connections, raise_descriptor_limit())
    return server, connections
