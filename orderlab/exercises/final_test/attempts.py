"""What is kept of a learner's attempts at the final test."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from orderlab.progress import Progress

_KEY = "final-test"


@dataclass(frozen=True)
class Finished:
    """One attempt that is over: its number, questions right, of how many, and the day."""

    attempt: int
    right: int
    of: int
    day: str


class Attempts:
    """Which attempt a learner is at, and what the earlier ones came to."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        kept = progress.notes().get(_KEY) or {}
        self.learner = int(kept.get("learner") or secrets.randbelow(10**9) + 1)
        self.current = int(kept.get("attempt", 1))
        self.finished = [Finished(**each) for each in kept.get("finished", ())]

    @property
    def best(self) -> Finished | None:
        """The attempt with most right answers; None before one is finished."""
        return max(self.finished, key=lambda each: each.right, default=None)

    @property
    def is_finished(self) -> bool:
        return any(each.attempt == self.current for each in self.finished)

    def keep(self) -> None:
        """Write down where the learner stands."""
        self._progress.note(
            _KEY,
            {
                "learner": self.learner,
                "attempt": self.current,
                "finished": [asdict(each) for each in self.finished],
            },
        )

    def finish(self, right: int, of: int) -> None:
        """Note what the current attempt came to; an attempt is finished once."""
        if not self.is_finished:
            day = datetime.now(UTC).date().isoformat()
            self.finished.append(Finished(self.current, right, of, day))
            self.keep()

    def next(self) -> None:
        """Go on to the next attempt."""
        self.current += 1
        self.keep()

    def answers(self) -> dict[str, list[int]]:
        """The current attempt's answers, by question."""
        begin = self._prefix()
        kept = self._progress.answers()
        return {key.removeprefix(begin): kept[key] for key in kept if key.startswith(begin)}

    def answered(self, question: str, chosen: list[int]) -> None:
        """Keep an answer of the current attempt."""
        self._progress.answered(self._prefix() + question, chosen)

    def _prefix(self) -> str:
        # with the learner's number: answers from before a reset are another learner's
        return f"final-{self.learner}-{self.current}/"
