"""A scoreboard measured now, with its memory and a sign of life while it is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.exercises.waiting import sign_of_progress
from orderlab.progress import Progress
from orderlab.requirements import memory, scoreboard

MONOLITH = "the monolith"
DEPLOYED = "what is deployed"


def measured_scoreboard(
    target: Target, progress: Progress, chapter: int, wanted: Sequence[str] = ()
) -> scoreboard.Scoreboard:
    """Run the experiments on what stands in a chapter, keep what they found, and show it.

    Raises LearnerError for a requirement that does not exist, and before anything is deployed.
    """
    unknown = [name for name in wanted if name not in scoreboard.ALL]
    if unknown:
        raise LearnerError(
            f"There is no requirement {unknown[0]!r}.",
            advice=f"There are: {', '.join(scoreboard.ALL)}.",
        )
    chosen = tuple(wanted) or scoreboard.ALL
    signs = _Signs()
    try:
        if chapter == 0:
            findings = scoreboard.on_the_monolith(chosen, signs.tell)
        else:
            findings = scoreboard.on_what_is_deployed(target, chosen, signs.tell)
    finally:
        signs.end()
    memory.keep(progress, chapter, tuple(findings))
    return scoreboard.Scoreboard(
        DEPLOYED if chapter else MONOLITH,
        findings,
        chapter=chapter,
        monolith=memory.recall(progress, 0) if chapter else None,
        before=memory.recall(progress, chapter - 1) if chapter else None,
    )


class _Signs:
    """One line at a time: the sign of the last experiment goes when the next begins."""

    def __init__(self) -> None:
        self._take_away: Callable[[], None] = _nothing

    def tell(self, text: str) -> None:
        self._take_away()
        self._take_away = sign_of_progress(text)

    def end(self) -> None:
        self._take_away()


def _nothing() -> None:
    """There is no sign to take away yet."""
