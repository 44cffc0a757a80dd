"""Which chapters a learner has tested out. That is never the same as having solved them."""

from __future__ import annotations

from datetime import UTC, datetime

from orderlab.exercises import registry
from orderlab.exercises.fast_track.tasks import chosen
from orderlab.progress import Progress

_KEY = "test-out"
WORDS = "tested out"


def opened(progress: Progress, chapter: int) -> None:
    """Note that a learner tries to test a chapter out."""
    known = dict(progress.notes().get(_KEY) or {})
    if str(chapter) not in known:
        known[str(chapter)] = datetime.now(UTC).date().isoformat()
        progress.note(_KEY, known)


def passed(progress: Progress, identifier: str) -> bool:
    """Whether a check counts for a test-out: right, without its solution having been shown."""
    state = progress.exercise(identifier)
    return state.solved and not state.solution_seen


def is_tested_out(progress: Progress, chapter: int) -> bool:
    """Whether a chapter was tested out: opened for it, and its hardest checks are right."""
    known = progress.notes().get(_KEY) or {}
    return str(chapter) in known and all(passed(progress, each) for each in chosen(chapter))


def chapters_passed(progress: Progress) -> list[int]:
    """The chapters that were tested out."""
    return [chapter for chapter in registry.CHAPTERS if is_tested_out(progress, chapter)]
