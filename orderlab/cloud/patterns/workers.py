"""The processes in which expressions run that may take long.

Each is started when it is needed, does one job at a time, and stays for the next. One that runs
out of time ends itself, and another takes its place.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from orderlab.cloud.patterns import engines

MAX_IDLE = 2


class OutOfTime(Exception):
    """A job took more time or memory than it may."""


class _Worker:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(engines.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def do(self, job: tuple[Any, ...]) -> Any:
        """The answer, or None if the process ended over the job."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            engines.send(self._process.stdin, job)
            return engines.receive(self._process.stdout)
        except (OSError, ValueError, EOFError):
            return None

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class WorkerPool:
    """Any number of threads may wait for jobs; who does, waits for as long as the job takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()

    def do(self, job: tuple[Any, ...], seconds: float) -> tuple[list[engines.Spans], float]:
        """What was found, and the seconds that it took; OutOfTime if those do not suffice."""
        worker = self._take()
        answer = None
        try:
            answer = worker.do((*job, seconds))
        finally:
            self._give_back(worker, well=answer is not None)
        if answer is None or not answer[0]:
            raise OutOfTime
        return answer[1], answer[2]

    def _take(self) -> _Worker:
        with self._lock:
            try:
                worker = self._idle.pop() if self._idle else _Worker()
            except OSError as error:
                raise OutOfTime from error
            self._busy.add(worker)
            return worker

    def _give_back(self, worker: _Worker, *, well: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            if well and len(self._idle) < MAX_IDLE:
                self._idle.append(worker)
                return
        worker.end()

    def end(self) -> None:
        """End all processes; who waits for one gets OutOfTime."""
        with self._lock:
            idle, self._idle = self._idle, []
            for worker in self._busy:
                worker.kill()
        for worker in idle:
            worker.end()


WORKERS = WorkerPool()
