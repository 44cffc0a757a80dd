"""`orderlab check`: everything the author's gate looks at, in one list."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.aws_target.forked import forked
from orderlab.aws_target.local import PAGE_SECONDS, LocalTarget
from orderlab.exercises import registry
from orderlab.exercises.engine.exercise import Exercise, Workspace
from orderlab.orders import architecture
from orderlab.session import WAIT_SPEED
from orderlab.workbook.drift import drift
from orderlab.workbook.gate import prove, question_faults, static_faults
from orderlab.workbook.mutants import survivors
from orderlab.workbook.rules import rule_faults
from orderlab.workbook.shown import unshown
from orderlab.workbook.source import sources
from orderlab.workbook.texts import text_faults

Tell = Callable[[str], None]


def check(
    root: Path,
    *,
    chapters: Iterable[int] = (),
    prove_all: bool = True,
    workers: int = 2,
    tell: Tell = lambda _: None,
) -> list[str]:
    """Every fault found, a sentence each; empty if the workbook is in order."""
    wanted = tuple(chapters) or registry.CHAPTERS
    exercises = [each for chapter in wanted for each in registry.exercises(chapter)]
    found = drift(root) + text_faults(root) + static_faults(exercises)
    for path in sources(root / "solutions"):
        found += rule_faults(path)
    found += unshown(exercises, root / "solutions")
    for chapter in wanted:
        found += question_faults(registry.questions(chapter))
    if prove_all:
        with ThreadPoolExecutor(workers) as pool:
            for exercise, faults in zip(exercises, pool.map(_prove, exercises), strict=True):
                tell(f"{exercise.id} {exercise.title}: {'proved' if not faults else 'FAULTS'}")
                found += faults
    return found


def _prove(exercise: Exercise) -> list[str]:
    return prove(exercise, fresh_workspace) + survivors(exercise, fresh_workspace)


class _CountingTarget(LocalTarget):
    """Counts what is called through it."""

    calls = 0

    def made(self, client: Any) -> None:
        client.meta.events.register("before-call", self._count)

    def page(
        self,
        path: str,
        method: str = "GET",
        body: dict[str, Any] | None = None,
        *,
        seconds: float = PAGE_SECONDS,
    ) -> Any:
        self._count()
        return super().page(path, method, body, seconds=seconds)

    def _count(self, **_: Any) -> None:
        self.calls += 1


@contextmanager
def fresh_workspace(identifier: str) -> Iterator[tuple[Workspace, Callable[[], int]]]:
    """A cloud of its own at the point where an exercise begins, and a count of the calls to it.

    It holds what the earlier chapters built, the solutions of the exercises that this one needs,
    and what its own `prepare` lays out.
    """
    # a throw-away folder, so that nothing of the author's own progress is read or written
    with (
        tempfile.TemporaryDirectory(prefix="orderlab-check-"),
        _CountingTarget.start(seed=1, speed=WAIT_SPEED, launch=forked) as target,
    ):
        yield beginning(target, registry.exercise(identifier)), lambda: target.calls


def beginning(target: Target, exercise: Exercise) -> Workspace:
    """Lay out the point where an exercise begins, on a target where nothing stands."""
    if exercise.chapter > 1:
        architecture.build(target, chapter=exercise.chapter - 1)
    for needed in exercise.needs:
        other = registry.exercise(needed)
        workspace = Workspace(target)
        if other.prepare:
            other.prepare(workspace)
        other.solve(workspace)
    workspace = Workspace(target)
    if exercise.prepare:
        exercise.prepare(workspace)
        workspace.memory["prepared"] = True
    return workspace
