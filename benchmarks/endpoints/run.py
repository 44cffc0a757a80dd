"""All wanted exercises on a kind of server: several servers side by side, an exercise at a time."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.endpoints import kept
from benchmarks.endpoints.behaviours import BEHAVIOURS
from benchmarks.endpoints.kept import Found, Met, Miss, Tried
from benchmarks.endpoints.servers import Server
from orderlab.exercises import registry
from orderlab.threads import side_by_side
from orderlab.workbook.verdicts import attempts

# waits pass at AWS's own speed: an exercise with thirty attempts that wait takes minutes
MOST_SECONDS = 420.0
ROOT = Path(__file__).parents[2]


def try_exercises(
    server: Server, wanted: Iterable[str], lanes: int, tell: Callable[[str], None]
) -> None:
    """Try them, and keep what is found after each, so that a run that is cut off loses nothing."""
    left: queue.SimpleQueue[str] = queue.SimpleQueue()
    for identifier in wanted:
        left.put(identifier)
    keeping = threading.Lock()

    def lane(_: int) -> None:
        while not left.empty():
            with server.running() as endpoint:
                _one_after_another(endpoint)

    def _one_after_another(endpoint: str) -> None:
        while True:
            try:
                identifier = left.get_nowait()
            except queue.Empty:
                return
            began = time.monotonic()
            tried = _tried(server, endpoint, identifier)
            with keeping:
                _keep(server, tried)
            tell(
                f"{server.name} {identifier}: {_in_words(tried)}, {time.monotonic() - began:.0f} s"
            )
            if tried.made < tried.of:
                return  # what was cut off may still be at work there: another server is started

    side_by_side(lane, range(lanes), lanes)


def try_behaviours(server: Server, tell: Callable[[str], None]) -> None:
    """Try AWS's behaviours of the services that a server has, and keep what was seen."""
    met = {}
    with server.running() as endpoint:
        target = server.target(endpoint)
        for behaviour in BEHAVIOURS:
            if not server.services or behaviour.service in server.services:
                seen = behaviour.seen(target)
                met[behaviour.name] = Met(behaviour.name, not seen, seen)
                tell(f"{server.name} {behaviour.name}: {seen or 'as on AWS'}")
        target.stop()
    everything = kept.read()
    found = everything.setdefault(server.name, Found(server.name))
    found.version, found.date = server.version(), _today()
    found.behaviours = met
    kept.write(everything)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _tried(server: Server, endpoint: str, identifier: str) -> Tried:
    """An exercise's attempts, in a process of their own; ended when its time is over."""
    command = [sys.executable, "-m", "benchmarks.endpoints.trial"]
    try:
        done = subprocess.run(
            [*command, identifier, endpoint, server.reset],
            capture_output=True, text=True, cwd=ROOT, timeout=MOST_SECONDS,
        )  # fmt: skip
        said = done.stdout
    except subprocess.TimeoutExpired as cut:
        said = cut.stdout.decode() if isinstance(cut.stdout, bytes) else cut.stdout or ""
    verdicts = [json.loads(line[1:]) for line in said.splitlines() if line.startswith("@")]
    misses = [
        Miss(each["attempt"], each["due"], each["given"], each["said"])
        for each in verdicts
        if each["due"] != each["given"]
    ]
    return Tried(identifier, len(verdicts), len(attempts(registry.exercise(identifier))), misses)


def _keep(server: Server, tried: Tried) -> None:
    everything = kept.read()
    found = everything.setdefault(server.name, Found(server.name))
    found.version, found.date = server.version(), _today()
    found.exercises[tried.exercise] = tried
    kept.write(everything)


def _in_words(tried: Tried) -> str:
    made = f"{tried.made} of {tried.of} attempts"
    return f"{made}, {len(tried.misses)} otherwise than due" if tried.misses else made
