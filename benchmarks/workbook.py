"""What a learner waits for: the start of a chapter, a picture, a check's answer.

python -m benchmarks.workbook
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.figure import Figure, as_text

LAST_CHAPTER = 3
DIAGRAMS = 5
LONGEST_SECONDS = 120.0

# Each runs in a process of its own, as a notebook's kernel does, and prints one line of JSON.
_START = """
import json, time
import orderlab
began = time.perf_counter()
lab = orderlab.start(chapter={chapter}, quiet=True)
started = time.perf_counter() - began
def drawn():
    began = time.perf_counter()
    lab.diagram()._repr_mimebundle_()
    return (time.perf_counter() - began) * 1000
print(json.dumps({{"start": started, "diagrams": [drawn() for _ in range({diagrams})]}}))
lab.finish(quiet=True)
"""
_CHECKS = """
import contextlib, io, json, time
import orderlab
from orderlab.exercises import registry
from orderlab.exercises.engine.exercise import Workspace
lab = orderlab.start(chapter={chapter}, quiet=True)
taken = []
for exercise in registry.exercises({chapter}):
    workspace = Workspace(lab.target)
    with contextlib.redirect_stdout(io.StringIO()):
        if exercise.prepare:
            exercise.prepare(workspace)
        workspace.answer = exercise.solve(workspace)
        began = time.perf_counter()
        outcome = exercise.check(workspace)
        seconds = time.perf_counter() - began
    taken.append([exercise.id, exercise.waits, seconds, outcome.kind])
print(json.dumps(taken))
lab.finish(quiet=True)
"""


def measure(*, quick: bool = False) -> list[Figure]:
    rounds = 1 if quick else 3
    runs = [_run(_START, chapter=LAST_CHAPTER, diagrams=1 + DIAGRAMS) for _ in range(rounds)]
    first = statistics.median(run["diagrams"][0] for run in runs)
    later = statistics.median(ms for run in runs for ms in run["diagrams"][1:])
    start = statistics.median(run["start"] for run in runs)
    return [
        Figure(f"orderlab.start(chapter={LAST_CHAPTER})", start, "s", at_most=3.0),
        Figure("lab.diagram(), the first", first, "ms"),
        Figure("lab.diagram() after the first", later, "ms", at_most=300.0),
        *_checks([LAST_CHAPTER] if quick else range(LAST_CHAPTER + 1)),
    ]


def _checks(chapters: Any) -> list[Figure]:
    """How long the check of a right answer takes, of those that wait for messages and the rest."""
    taken = [each for chapter in chapters for each in _run(_CHECKS, chapter=chapter)]
    wrong = [f"{name}: {kind}" for name, _, _, kind in taken if kind != "right"]
    if wrong:
        raise RuntimeError(f"Checks of right answers said otherwise: {wrong}")
    figures = []
    for waits, what, reach in ((False, "a check", 2.0), (True, "a check that waits", 8.0)):
        seconds = [each[2] for each in taken if each[1] is waits]
        if seconds:
            figures += [
                Figure(f"{what}, the median of {len(seconds)}", statistics.median(seconds), "s"),
                Figure(f"{what}, the slowest", max(seconds), "s", at_most=reach),
            ]
    return figures


def _run(program: str, **values: int) -> Any:
    with tempfile.TemporaryDirectory(prefix="orderlab-benchmark-") as home:
        done = subprocess.run(
            [sys.executable, "-c", program.format(**values)],
            env={**os.environ, "ORDERLAB_HOME": home},
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    print(as_text(measure()))
