"""An execution environment: a log stream, a /tmp, and a process that works on one event at a time.

                 first event          next asked             result, error
    COLD ----------------> STARTING ----------> BUSY ----------------------> READY
                             |  ^                |  timeout, exit,             |  next event: BUSY
              init failed    v  | next event     v  out of memory              v
                            RESET <--------------+                            GONE (idle, updated)

After a crash or a timeout the environment stays, with its /tmp and its log stream, but without a
process: the next event starts one again and waits for it inside its own time ("suppressed init").
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import asyncio
import enum
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orderlab.cloud.functions import outcome as outcomes
from orderlab.cloud.functions.limits import CpuShare
from orderlab.cloud.functions.outcome import Outcome, Work
from orderlab.cloud.functions.output import LogLine, OutputPipe
from orderlab.cloud.functions.package import remove_tree
from orderlab.cloud.functions.process import FunctionProcess
from orderlab.cloud.functions.report import Reporter
from orderlab.cloud.functions.runtime_api import Connection

if TYPE_CHECKING:
    from orderlab.cloud.functions.model import Version
    from orderlab.cloud.functions.workshop import Workshop

INIT_LIMIT_SECONDS = 10.0
RESULT_LIMIT_BYTES = 6_291_556
MEGABYTE = 1024 * 1024


class State(enum.Enum):
    COLD = "cold"
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    RESET = "reset"
    GONE = "gone"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.COLD: frozenset({State.STARTING, State.GONE}),
    State.STARTING: frozenset({State.BUSY, State.RESET, State.GONE}),
    State.BUSY: frozenset({State.READY, State.RESET, State.GONE}),
    State.READY: frozenset({State.BUSY, State.RESET, State.GONE}),
    State.RESET: frozenset({State.STARTING, State.BUSY, State.GONE}),
    State.GONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class InitFailure:
    """Why Init came to no good end; `payload` is what the runtime reported, if it did."""

    status: str
    error_type: str
    payload: bytes = b""


class Environment:
    """One execution environment of one version. `run` is its whole life with an event."""

    def __init__(self, workshop: Workshop, version: Version) -> None:
        self.id = secrets.token_hex(16)
        self.version = version
        self.state = State.COLD
        self.invocations = 0
        self.inits = 0
        self.created = time.time()
        self.last_used = 0.0
        # set when it must not be used again once it is done
        self.retired = False
        day = datetime.now(UTC).strftime("%Y/%m/%d")
        self.log_stream = f"{day}/[{version.number}]{self.id}"
        self.reporter = Reporter(version)
        self.credentials = workshop.credentials(version)
        self.folder: Path = workshop.temporary_folder(self.id)
        self._workshop = workshop
        self._process: FunctionProcess | None = None
        self._pipe: OutputPipe | None = None
        self._token = ""
        self._connection: Connection | None = None
        self._init: asyncio.Future[InitFailure | None] | None = None
        self._work: Work | None = None
        self._delivered = False
        self._started = 0.0
        self._result: asyncio.Future[Outcome] | None = None
        self._lines: list[LogLine] = []
        self._cpu = CpuShare(version.configuration.memory_size)
        self._memory_bytes = version.configuration.memory_size * MEGABYTE

    # --- what the pool asks

    async def run(self, work: Work, hold_back_seconds: float = 0.0, dies: bool = False) -> Outcome:
        """Work on one event. With `dies` the process is ended before its answer is taken."""
        self.invocations += 1
        cold = self.state is State.COLD
        init_ms: float | None = None
        if cold:
            init_ms = await self._first_init()
        self._lines += self.reporter.start(work)
        started = time.perf_counter()
        result = await self._invoke(work)
        if hold_back_seconds and result.status in ("success", "error"):
            left = self.version.configuration.timeout - (time.perf_counter() - started)
            await asyncio.sleep(min(hold_back_seconds, max(left, 0.0)))
            if hold_back_seconds >= left:
                result = outcomes.timed_out(work, self.version.configuration.timeout)
        duration_ms = (time.perf_counter() - started) * 1000
        result = self._checked(work, result, dies)
        result.duration_ms, result.init_ms, result.cold = duration_ms, init_ms, cold
        self._settle(result)
        self._lines += self.reporter.end(work, result)
        result.lines, self._lines = self._lines, []
        result.environment_id, result.log_stream = self.id, self.log_stream
        self.last_used = time.time()
        return result

    def end(self) -> None:
        """Take it out of service at once; a second call does nothing."""
        if self.state is State.GONE:
            return
        self._stop_process()
        self._move(State.GONE)
        self._workshop.forget(self.credentials)
        self._workshop.later(remove_tree, self.folder)

    def kill(self) -> None:
        """End its process abruptly, as a failing host would; it is not used again."""
        self.retired = True
        if self._process is not None:
            self._process.kill()

    def watch(self) -> None:
        """Look after a working process: its memory, its processor time, whether it lives."""
        process = self._process
        if process is None or self.state not in (State.BUSY, State.STARTING):
            return
        if process.exit_status() is not None:
            self._exited()
        elif process.resident_bytes() > self._memory_bytes:
            process.kill()
            self._resolve(outcomes.out_of_memory)
        elif self.state is State.BUSY:
            self._cpu.govern(process)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def resident_bytes(self) -> int:
        return self._process.resident_bytes() if self._process else 0

    # --- Init

    async def _first_init(self) -> float | None:
        """Start the process and wait for it; the reported Init Duration, None if it failed."""
        self._lines += self.reporter.init_start()
        self._start_process()
        assert self._init is not None
        try:
            failure = await asyncio.wait_for(self._init, INIT_LIMIT_SECONDS)
        except TimeoutError:
            failure = InitFailure("timeout", "")
        init_ms = (time.perf_counter() - self._started) * 1000
        self._take_output()
        if failure is None:
            return init_ms
        self._stop_process()
        self._take_output()
        self._lines += self.reporter.init_failed(
            init_ms, "init", failure.status, failure.error_type
        )
        self._move(State.RESET)
        return None

    def _start_process(self) -> None:
        """Start a process that asks for events as soon as it has loaded the code."""
        self.inits += 1
        self._started = time.perf_counter()
        self._init = asyncio.get_running_loop().create_future()
        self._token = self._workshop.listener.register(self)
        self._pipe = OutputPipe(self._output_ended, self._write_early)
        self._process = self._workshop.start_process(
            self.version, self.credentials, self.folder, self._pipe.writing_end,
            self._token, self.log_stream,
        )  # fmt: skip
        self._pipe.begin()
        self._move(State.STARTING)

    # --- Invoke

    async def _invoke(self, work: Work) -> Outcome:
        loop = asyncio.get_running_loop()
        self._work, self._delivered = work, False
        self._result = loop.create_future()
        timeout = self.version.configuration.timeout
        timer = loop.call_later(timeout, self._resolve, self._timed_out)
        try:
            if self._process is None:
                self._start_process()
            else:
                self._move(State.BUSY)
                self._cpu.begin(self._process)
                self._deliver()
            return await self._result
        except asyncio.CancelledError:
            self._stop_process()
            raise
        finally:
            timer.cancel()
            self._work = None

    def _timed_out(self, work: Work) -> Outcome:
        return outcomes.timed_out(work, self.version.configuration.timeout)

    def _deliver(self) -> None:
        """Hand the event over, if the process waits for it; else it is handed over when it asks."""
        connection, work = self._connection, self._work
        if connection is None or work is None or self._delivered:
            return
        self._connection, self._delivered = None, True
        deadline = int((time.time() + self.version.configuration.timeout) * 1000)
        headers = (
            f"Lambda-Runtime-Aws-Request-Id: {work.request_id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {deadline}\r\n"
            f"Lambda-Runtime-Invoked-Function-Arn: {work.invoked_arn}\r\n"
            f"Lambda-Runtime-Trace-Id: {work.trace_id}\r\n"
        )
        if work.client_context:
            headers += f"Lambda-Runtime-Client-Context: {work.client_context}\r\n"
        connection.respond("200 OK", work.payload, headers)

    def _resolve(self, make: Callable[[Work], Outcome]) -> None:
        if self._result is not None and not self._result.done() and self._work is not None:
            self._result.set_result(make(self._work))

    def _checked(self, work: Work, result: Outcome, dies: bool) -> Outcome:
        """The result after what only the platform knows: its size, its memory, its death."""
        if dies:
            return outcomes.exited(work, None)
        if len(result.payload) > RESULT_LIMIT_BYTES:
            result = outcomes.too_large()
        if self._process is not None:
            peak = self._process.peak_bytes()
            if peak > self._memory_bytes and result.status in ("success", "error"):
                result = outcomes.out_of_memory(work)
            result.peak_mb = max(1, -(-min(peak, self._memory_bytes) // MEGABYTE))
        return result

    def _settle(self, result: Outcome) -> None:
        """Read what was printed; where the process is of no more use, reset the environment."""
        self._take_output(finish=True)
        self._cpu.done()
        if result.status in ("success", "error"):
            self._move(State.READY)
            return
        starting = self.state is State.STARTING
        self._stop_process()
        self._take_output(finish=True)
        if starting:
            init_ms = (time.perf_counter() - self._started) * 1000
            status = "timeout" if result.status == "timeout" else "error"
            kind = result.error_type or ""
            self._lines += self.reporter.init_failed(
                init_ms, "invoke", status, "" if status == "timeout" else kind
            )
        self._move(State.RESET)

    # --- the process's side (runtime_api.Runtime)

    def next_asked(self, connection: Connection) -> None:
        self._connection = connection
        if self.state is State.STARTING:
            self._init_done(None)
            if self._work is not None:
                # Init ran inside an invocation: its event is due at once
                self._move(State.BUSY)
        self._deliver()

    def answered(self, request_id: str, body: bytes) -> bool:
        if self._work is None or request_id != self._work.request_id:
            return False
        self._resolve(lambda work: Outcome(body))
        return True

    def failed(self, request_id: str, body: bytes, error_type: str) -> bool:
        if self._work is None or request_id != self._work.request_id:
            return False
        kind = outcomes.error_type_of(body, error_type)
        shown = self._workshop.with_aws_paths(self.version, body)
        self._resolve(lambda work: Outcome(shown, kind, "error"))
        return True

    def init_failed(self, body: bytes, error_type: str) -> None:
        kind = outcomes.error_type_of(body, error_type)
        shown = self._workshop.with_aws_paths(self.version, body)
        self._init_done(InitFailure("error", kind, shown))
        self._resolve(lambda work: Outcome(shown, kind, "failure"))

    def disconnected(self) -> None:
        self._connection = None
        self._look_for_exit()

    # --- its end

    def _output_ended(self) -> None:
        self._look_for_exit()

    def _look_for_exit(self, attempts: int = 20) -> None:
        """A closed connection comes a moment before the exit status can be had."""
        process = self._process
        if process is None:
            return
        if process.exit_status() is not None:
            self._exited()
        elif attempts:
            asyncio.get_running_loop().call_later(0.005, self._look_for_exit, attempts - 1)

    def _exited(self) -> None:
        process = self._process
        if process is None:
            return
        status = process.exit_status()
        undelivered = self._work is not None and not self._delivered and self.state is State.BUSY
        self._init_done(InitFailure("error", "Runtime.ExitError"))
        if undelivered:
            # it had died before this event came: the event gets a new process
            self._stop_process()
            self._move(State.RESET)
            self._start_process()
            return
        self._resolve(lambda work: outcomes.exited(work, status))
        if self.state is State.READY:
            self._stop_process()
            self._move(State.RESET)

    def _init_done(self, failure: InitFailure | None) -> None:
        if self._init is not None and not self._init.done():
            self._init.set_result(failure)

    def _stop_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        self._workshop.listener.forget(self._token)
        self._connection = None
        process.kill()
        if self._pipe is not None:
            self._pipe.drain()
            self._pipe.close()
        process.close()
        self._workshop.bury(process)

    # --- output

    def _take_output(self, *, finish: bool = False) -> None:
        if self._pipe is None:
            return
        self._pipe.drain()
        if finish:
            self._pipe.parser.finish()
        lines = self._pipe.parser.take()
        if lines:
            self._lines += self._workshop.lines_with_aws_paths(self.version, lines)

    def _write_early(self) -> None:
        """Much output at once: let it go to the log before the invocation has ended."""
        if self._pipe is not None:
            self._lines += self._pipe.parser.take()
            self._workshop.write_lines(self, self._lines)
            self._lines = []

    def _move(self, state: State) -> None:
        if state is self.state:
            return
        if state not in TRANSITIONS[self.state]:
            raise RuntimeError(f"environment {self.id}: {self.state.name} to {state.name}")
        self.state = state
