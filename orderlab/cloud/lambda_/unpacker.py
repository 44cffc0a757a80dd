"""Packages unpacked by a copy of the fork server, which saves the start of a Python."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orderlab.cloud.lambda_.forking import ForkedProcess, ForkServer
from orderlab.cloud.lambda_.package import SECONDS, in_a_python_of_its_own

_CHUNK_BYTES = 65_536


class InACopy:
    """A worker for `CodeStore`, called on its threads."""

    def __init__(self, forks: ForkServer) -> None:
        self._forks, self._loop = forks, asyncio.get_running_loop()

    def __call__(self, order: Mapping[str, Any], folder: Path) -> bytes:
        reading, writing = os.pipe()
        try:
            process = asyncio.run_coroutine_threadsafe(self._begin(order, writing), self._loop)
            printed = self._read(reading, process.result(SECONDS))
        finally:
            os.close(reading)
        return printed or in_a_python_of_its_own(order, folder)

    async def _begin(self, order: Mapping[str, Any], writing: int) -> ForkedProcess:
        process: ForkedProcess

        def bury() -> None:
            process.bury()

        try:
            process = self._forks.fork({"task": json.dumps(order)}, writing, 0, bury)
        finally:
            os.close(writing)
        return process

    def _read(self, reading: int, process: ForkedProcess) -> bytes:
        """All that it prints until it has ended, or is ended for taking too long."""
        printed, deadline = b"", time.monotonic() + SECONDS
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            data = os.read(reading, _CHUNK_BYTES)
            if not data:
                return printed
            printed += data
        self._loop.call_soon_threadsafe(process.kill)
        with contextlib.suppress(OSError):
            printed += os.read(reading, _CHUNK_BYTES)
        return printed or b"too long"
