"""The X-Ray daemon: takes segments as datagrams, as the SDKs in functions send them.

X-Ray's own SDK sends segments in JSON, OpenTelemetry's exporter for Lambda sends spans.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time

from orderlab.cloud.xray.errors import BadSegment
from orderlab.cloud.xray.registry import TraceRegistry
from orderlab.cloud.xray.segment import Segment, read_segment
from orderlab.cloud.xray.spans import SAMPLED, UNSAMPLED, read_spans

log = logging.getLogger("orderlab.cloud")
# X-Ray takes so many segments in a second; what comes beyond that is dropped
MAX_A_SECOND = 2600
_RECEIVE_BYTES = 1024 * 1024


class Daemon(asyncio.DatagramProtocol):
    """Listens on a port of the loopback interface, from the first time that it is asked for."""

    def __init__(self, registry: TraceRegistry) -> None:
        self._registry = registry
        self._address = ""
        self._second = self._taken = 0
        self._opening: asyncio.Task[None] | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def address(self) -> str:
        """`127.0.0.1:port`. What is sent there at once waits until it is read."""
        if not self._address:
            listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            listening.setblocking(False)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
            listening.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{listening.getsockname()[1]}"
            self._opening = asyncio.get_running_loop().create_task(
                self._open(listening), name="x-ray-daemon"
            )
        return self._address

    async def _open(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=listening)

    async def stop(self) -> None:
        """Listen no longer."""
        if self._opening is not None:
            await self._opening
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Keep what follows the header `{"format": "json", "version": 1}`."""
        header, _, document = data.partition(b"\n")
        if b'"json"' not in header or not document:
            return
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._taken = second, 0
        self._taken += 1
        if self._taken > MAX_A_SECOND:
            return
        try:
            for segment in _read(document):
                self._registry.put(segment)
        except BadSegment as error:
            log.info("a segment was dropped: %s", error.code)


def _read(document: bytes) -> list[Segment]:
    """A segment, or OpenTelemetry's spans; none of a trace that is not sampled."""
    if document.startswith(SAMPLED):
        return read_spans(document[len(SAMPLED) :])
    return [] if document.startswith(UNSAMPLED) else [read_segment(document)]
