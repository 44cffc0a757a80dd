"""An execution environment: a log stream, a /tmp, and a process that works on one event at a time.

The states, and which may follow which, are in `states.py`.

After a crash or a timeout the environment stays, with its /tmp and its log stream, but without a
process: the next event starts one again and waits for it inside its own time ("suppressed init").
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.lambda_ import outcome as outcomes
from orderlab.cloud.lambda_.instance import Instance
from orderlab.cloud.lambda_.limits import CpuShare
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.outcome import Outcome, Work
from orderlab.cloud.lambda_.output import LogLine
from orderlab.cloud.lambda_.package import remove_tree
from orderlab.cloud.lambda_.report import ON_DEMAND, PROVISIONED, Reporter
from orderlab.cloud.lambda_.states import TRANSITIONS, State
from orderlab.cloud.lambda_.surroundings import Workplace, WriteLog

INIT_LIMIT_SECONDS = 10.0
# where no event waits for it; the function's timeout, if that is longer
PROVISIONED_INIT_LIMIT_SECONDS = 130.0
RESULT_LIMIT_BYTES = 6_291_556
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class InitFailure:
    """Why Init failed: `status` is `error` or `timeout`; an error has a type, such as
    `Runtime.ImportModuleError`."""

    status: str
    error_type: str = ""


class Environment:
    """One execution environment of one version. `run` is its whole life with an event."""

    def __init__(self, workshop: Workplace, version: Version, write_log: WriteLog) -> None:
        self.id = secrets.token_hex(16)
        self.version = version
        self.state = State.COLD
        self.invocations = 0
        self.inits = 0
        self.created = time.time()
        # set when it must not be used again once it is done
        self.retired = False
        # one of a version's environments is not; the others give way when they work
        self.further = False
        # whether it is there beforehand, as provisioned concurrency
        self.provisioned = False
        # how long its last Init took, as far as the event or nobody waited for it
        self.init_ms = 0.0
        day = datetime.now(UTC).strftime("%Y/%m/%d")
        self.log_stream = f"{day}/[{version.number}]{self.id}"
        self._workshop, self._write_log = workshop, write_log
        self._credentials = workshop.credentials(version)
        self._folder = workshop.temporary_folder(self.id)
        self._reporter = Reporter(version)
        self._timeout = version.configuration.timeout
        self._memory_bytes = version.configuration.memory_size * MEGABYTE
        self._cpu = CpuShare(version.configuration.memory_size)
        self._instance: Instance | None = None
        self._init: asyncio.Future[InitFailure | None] | None = None
        # the event under way, whether the process has it, and what becomes of it
        self._work: Work | None = None
        self._delivered = False
        self._result: asyncio.Future[Outcome] | None = None
        self._lines: list[LogLine] = []
        # the most memory that the present process was seen to use, in bytes
        self._peak = 0

    # --- what the pool asks

    async def run(self, work: Work, hold_back_seconds: float = 0.0, dies: bool = False) -> Outcome:
        """Work on one event. With `dies` the process is ended before its answer is taken."""
        self.invocations += 1
        cold = self.state is State.COLD
        init_ms = await self._first_init() if cold else None
        self._lines += self._reporter.start(work)
        started = time.perf_counter()
        result = await self._invoke(work)
        if hold_back_seconds:
            result = await self._hold_back(work, result, started, hold_back_seconds)
        duration_ms = (time.perf_counter() - started) * 1000
        result = self._checked(work, result, dies)
        if result.status == "timeout":
            # timers may fire a moment early; what timed out has taken its timeout
            duration_ms = max(duration_ms, self._timeout * 1000)
        result.duration_ms, result.init_ms, result.cold = duration_ms, init_ms, cold
        self._settle(result)
        self._lines += self._reporter.end(work, result)
        result.lines, self._lines = self._lines, []
        result.environment_id, result.log_stream = self.id, self.log_stream
        result.provisioned = self.provisioned
        return result

    async def prepare(self) -> bool:
        """Run Init before there is an event; False if it failed. The log has it at once."""
        limit = max(PROVISIONED_INIT_LIMIT_SECONDS, float(self._timeout))
        succeeded = await self._run_init(limit)
        if succeeded:
            self._lines += self._reporter.init_succeeded(self.init_ms)
            self._move(State.READY)
        lines, self._lines = self._lines, []
        self._write_log(self.version, self.log_stream, lines)
        return succeeded

    def end(self) -> None:
        """Take it out of service at once; a second call does nothing."""
        if self.state is State.GONE:
            return
        self._stop_instance()
        self._move(State.GONE)
        # those who still wait for it are told
        self._init_done(InitFailure("error", "Runtime.ExitError"))
        self._resolve(lambda work: outcomes.exited(work, None))
        self._workshop.forget(self._credentials)
        self._workshop.later(remove_tree, self._folder)

    def kill(self) -> None:
        """End its process abruptly, as a failing host would; it is not used again."""
        self.retired = True
        if self._instance is not None:
            self._instance.process.kill()

    def watch(self) -> None:
        """Look after a working process: its memory, its processor time, whether it lives."""
        if self._instance is None or self.state not in (State.BUSY, State.STARTING):
            return
        process = self._instance.process
        if (status := process.exit_status()) is not None:
            self.exited(status)
            return
        self._peak = max(self._peak, process.resident_bytes())
        if self._peak > self._memory_bytes:
            process.kill()
            self._init_done(InitFailure("error", "Runtime.OutOfMemory"))
            self._resolve(outcomes.out_of_memory)
        elif self.state is State.BUSY:
            self._cpu.govern(process)

    @property
    def pid(self) -> int | None:
        """The id of its process; None without one."""
        return self._instance.process.pid if self._instance else None

    def resident_bytes(self) -> int:
        """The memory that its process uses now; 0 without one."""
        return self._instance.process.resident_bytes() if self._instance else 0

    # --- Init

    async def _first_init(self) -> float | None:
        """Start a process and wait until it is ready; the Init Duration, None if it failed."""
        return self.init_ms if await self._run_init(INIT_LIMIT_SECONDS) else None

    async def _run_init(self, limit: float) -> bool:
        """Start a process and wait until it is ready; False if it failed, or after `limit` s."""
        self._reporter.initialization = self._initialization
        self._lines += self._reporter.init_start()
        instance = self._start_instance()
        assert self._init is not None
        try:
            failure = await asyncio.wait_for(self._init, limit)
        except TimeoutError:
            failure = InitFailure("timeout")
        self.init_ms = instance.init_ms()
        if failure is None:
            self._lines += instance.take_lines()
            self._peak = instance.process.peak_bytes()
            return True
        self._stop_instance()
        self._lines += self._reporter.init_failed(
            self.init_ms, "init", failure.status, failure.error_type
        )
        self._move(State.RESET)
        return False

    @property
    def _initialization(self) -> str:
        return PROVISIONED if self.provisioned else ON_DEMAND

    def _start_instance(self) -> Instance:
        self.inits += 1
        self._peak = 0
        self._init = asyncio.get_running_loop().create_future()
        self._instance = Instance(
            self._workshop,
            self.version,
            self._credentials,
            self._folder,
            self.log_stream,
            self._initialization,
            self,
        )
        self._move(State.STARTING)
        return self._instance

    def _stop_instance(self) -> None:
        instance, self._instance = self._instance, None
        if instance is not None:
            self._lines += instance.stop()

    # --- Invoke

    async def _invoke(self, work: Work) -> Outcome:
        loop = asyncio.get_running_loop()
        self._work, self._delivered = work, False
        self._result = loop.create_future()
        timer = loop.call_later(self._timeout, self._resolve, self._timed_out)
        try:
            if self._instance is None:
                self._start_instance()
            else:
                self._begin(self._instance, work)
            return await self._result
        except asyncio.CancelledError:
            self._stop_instance()
            raise
        finally:
            timer.cancel()
            self._work = None

    def _begin(self, instance: Instance, work: Work) -> None:
        """Let a process that has started work on the event, as soon as it asks for it."""
        if self.state is not State.BUSY:
            self._move(State.BUSY)
            self._cpu.begin(instance.process)
        if not self._delivered:
            self._delivered = instance.deliver(work, self._timeout)

    async def _hold_back(
        self, work: Work, result: Outcome, started: float, seconds: float
    ) -> Outcome:
        """An experiment: the answer comes later, or too late."""
        left = self._timeout - (time.perf_counter() - started)
        if result.status not in ("success", "error"):
            return result
        await asyncio.sleep(min(seconds, max(left, 0.0)))
        return result if seconds < left else self._timed_out(work)

    def _timed_out(self, work: Work) -> Outcome:
        return outcomes.timed_out(work, self._timeout)

    def _resolve(self, make: Callable[[Work], Outcome]) -> None:
        if self._result is not None and not self._result.done() and self._work is not None:
            self._result.set_result(make(self._work))

    def _checked(self, work: Work, result: Outcome, dies: bool) -> Outcome:
        """The result, unless it is too large, the memory was used up, or the process is to die."""
        if dies:
            return outcomes.exited(work, None)
        if len(result.payload) > RESULT_LIMIT_BYTES:
            result = outcomes.too_large()
        if self._instance is not None:
            self._peak = max(self._peak, self._instance.process.peak_bytes())
        if self._peak > self._memory_bytes and result.status in ("success", "error"):
            result = outcomes.out_of_memory(work)
        if result.error_type == "Runtime.OutOfMemory":
            self._peak = self._memory_bytes
        result.peak_mb = -(-min(self._peak, self._memory_bytes) // MEGABYTE)
        return result

    def _settle(self, result: Outcome) -> None:
        """Read what was printed; reset the environment if its process cannot be used again."""
        instance = self._instance
        self._cpu.done(instance.process if instance else None)
        if instance is not None and result.status in ("success", "error"):
            self._lines += instance.take_lines(finish=True)
            self._move(State.READY)
            return
        starting, init_ms = self.state is State.STARTING, 0.0
        if instance is not None:
            init_ms = instance.init_ms()
        self._stop_instance()
        if starting:
            status = "timeout" if result.status == "timeout" else "error"
            kind = "" if status == "timeout" else result.error_type or ""
            self._lines += self._reporter.init_failed(init_ms, "invoke", status, kind)
        self._move(State.RESET)

    # --- the process's side (instance.Owner)

    def ready(self) -> None:
        """The process asked for an event: Init has ended."""
        if self.further and self.state is State.STARTING and self._instance is not None:
            self._instance.process.give_way()
        self._init_done(None)
        if self._work is not None and self._instance is not None:
            self._begin(self._instance, self._work)

    def answered(self, request_id: str, body: bytes) -> bool:
        """The handler returned; False if nobody waits for the answer of that request."""
        if self._work is None or request_id != self._work.request_id:
            return False
        self._resolve(lambda work: Outcome(body))
        return True

    def failed(self, request_id: str, body: bytes, error_type: str) -> bool:
        """The handler raised; False if nobody waits for the answer of that request."""
        if self._work is None or request_id != self._work.request_id:
            return False
        kind = outcomes.error_type_of(body, error_type)
        self._resolve(lambda work: Outcome(body, kind, "error"))
        return True

    def init_failed(self, body: bytes, error_type: str) -> None:
        """The handler could not be loaded."""
        kind = outcomes.error_type_of(body, error_type)
        self._init_done(InitFailure("error", kind))
        self._resolve(lambda work: Outcome(body, kind, "failure"))

    def exited(self, status: int | None) -> None:
        """The process ended; its exit status, or None if it is unknown."""
        self._init_done(InitFailure("error", "Runtime.ExitError"))
        if self._work is not None and self.state is State.BUSY and not self._delivered:
            # it had died before this event came: the event gets a new process
            self._stop_instance()
            self._move(State.RESET)
            self._start_instance()
            return
        self._resolve(lambda work: outcomes.exited(work, status))
        if self.state is State.READY:
            self._stop_instance()
            self._move(State.RESET)

    def much_written(self) -> None:
        """Write a large amount of output to the log before the invocation has ended."""
        if self._instance is not None:
            lines, self._lines = self._lines + self._instance.take_lines(), []
            self._write_log(self.version, self.log_stream, lines)

    def _init_done(self, failure: InitFailure | None) -> None:
        if self._init is not None and not self._init.done():
            self._init.set_result(failure)

    def _move(self, state: State) -> None:
        if self.state is State.GONE:
            raise AwsError("The cloud is stopping.", code="ServiceException", status=500)
        if state not in TRANSITIONS[self.state]:
            raise RuntimeError(f"environment {self.id}: {self.state.name} to {state.name}")
        self.state = state
