"""One process of an environment: its output, and its side of the Runtime API.

An environment outlives its processes; what a stopped one still sends reaches nobody.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Protocol

from orderlab.cloud.contracts import Credentials
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.outcome import Work
from orderlab.cloud.lambda_.output import LogLine, OutputPipe
from orderlab.cloud.lambda_.runtime_api import Connection
from orderlab.cloud.lambda_.surroundings import Workplace

EXIT_LOOKS, EXIT_LOOK_SECONDS = 20, 0.005


class Owner(Protocol):
    """The environment, as its process's events reach it."""

    def ready(self) -> None:
        """The process asked for an event."""

    def answered(self, request_id: str, body: bytes) -> bool:
        """The handler returned; False if nobody waits for the answer of that request."""

    def failed(self, request_id: str, body: bytes, error_type: str) -> bool:
        """The handler raised; False if nobody waits for the answer of that request."""

    def init_failed(self, body: bytes, error_type: str) -> None:
        """The handler could not be loaded."""

    def exited(self, status: int | None) -> None:
        """The process ended; its exit status, negative for a signal, or None if unknown."""

    def much_written(self) -> None:
        """So much was written that it should go to the log now."""


class Instance:
    """A running process; `stop` ends it and all that it started."""

    def __init__(
        self,
        workshop: Workplace,
        version: Version,
        credentials: Credentials,
        folder: Path,
        log_stream: str,
        initialization: str,
        owner: Owner,
    ) -> None:
        self._workshop, self._version, self._owner = workshop, version, owner
        self._stopped = False
        self._connection: Connection | None = None
        self._pipe = OutputPipe(self._look_for_exit, owner.much_written)
        self._token = workshop.listener.register(self)
        self.started = time.perf_counter()
        self.process = workshop.start_process(
            version,
            credentials,
            folder,
            self._pipe.writing_end,
            self._token,
            log_stream,
            initialization,
            self._look_for_exit,
        )
        self._pipe.begin()

    def deliver(self, work: Work, timeout: float) -> bool:
        """Hand an event over; False if the process does not wait for one yet."""
        connection, self._connection = self._connection, None
        if connection is None:
            return False
        deadline = int((time.time() + timeout) * 1000)
        headers = (
            f"Lambda-Runtime-Aws-Request-Id: {work.request_id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {deadline}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: {work.invoked_arn}\r\n"
            f"Lambda-Runtime-Trace-Id: {work.trace_id}\r\n"
        )
        if work.client_context:
            headers += f"Lambda-Runtime-Client-Context: {work.client_context}\r\n"
        connection.respond("200 OK", work.payload, headers)
        return True

    def take_lines(self, *, finish: bool = False) -> list[LogLine]:
        """What was written since the last time; with `finish` an unfinished line too."""
        self._pipe.drain()
        if finish:
            self._pipe.parser.finish()
        lines = self._pipe.parser.take()
        return self._workshop.lines_with_aws_paths(self._version, lines) if lines else lines

    def stop(self) -> list[LogLine]:
        """End the process; returns its last lines."""
        if self._stopped:
            return []
        self._stopped = True
        self._workshop.listener.forget(self._token)
        self.process.kill()
        lines = self.take_lines(finish=True)
        self._pipe.close()
        self.process.close()
        self._workshop.bury(self.process)
        return lines

    def init_ms(self) -> float:
        """Milliseconds since the process was started."""
        return (time.perf_counter() - self.started) * 1000

    # --- the process's side (runtime_api.Runtime)

    def next_asked(self, connection: Connection) -> None:
        """The process waits for an event on this connection."""
        self._connection = connection
        if not self._stopped:
            self._owner.ready()

    def answered(self, request_id: str, body: bytes) -> bool:
        """The handler returned; False if nobody waits for the answer of that request."""
        return not self._stopped and self._owner.answered(request_id, body)

    def failed(self, request_id: str, body: bytes, error_type: str) -> bool:
        """The handler raised; False if nobody waits for the answer of that request."""
        shown = self._workshop.with_aws_paths(self._version, body)
        return not self._stopped and self._owner.failed(request_id, shown, error_type)

    def init_failed(self, body: bytes, error_type: str) -> None:
        """The handler could not be loaded."""
        if not self._stopped:
            shown = self._workshop.with_aws_paths(self._version, body)
            self._owner.init_failed(shown, error_type)

    def disconnected(self, connection: Connection) -> None:
        """The process closed its connection, most likely since it ended."""
        if self._connection is connection:
            self._connection = None
        self._look_for_exit()

    def _look_for_exit(self, looks: int = EXIT_LOOKS) -> None:
        """A closed connection comes a moment before the exit status can be had."""
        if self._stopped:
            return
        status = self.process.exit_status()
        if status is not None:
            self._owner.exited(status)
        elif looks:
            loop = asyncio.get_running_loop()
            loop.call_later(EXIT_LOOK_SECONDS, self._look_for_exit, looks - 1)
