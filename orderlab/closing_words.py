"""Words about the course as a whole: its final test, its story, what a learner has done of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.aws_target.base import Target
from orderlab.progress import Progress

if TYPE_CHECKING:
    from orderlab.exercises.certificate.certificate import Certificate
    from orderlab.exercises.engine.attempt import Attempt
    from orderlab.exercises.fast_track.test_out import TestOut
    from orderlab.exercises.final_test.widget import FinalTest
    from orderlab.exercises.game_day.game_day import GameDay
    from orderlab.showing.picture import Picture


class ClosingWords:
    """What belongs to no single chapter."""

    chapter: int
    target: Target
    progress: Progress

    def exercise(self, identifier: str) -> Attempt:
        """One exercise of the chapter that is open."""
        raise NotImplementedError

    def final_test(self) -> FinalTest:
        """30 questions from all chapters: `.answer(1, 2)`, `.result()` by topic, `.again()`.

        Answers are kept, also over a restart, and can be changed until the test is finished.
        """
        from orderlab.exercises.final_test.widget import FinalTest

        return FinalTest(self.progress)

    def story(self) -> Picture:
        """One picture of the six requirements over all chapters: yours, and the reference's."""
        from orderlab.requirements.story import story

        return story(self.progress)

    def test_out(self, chapter: int | None = None) -> TestOut:
        """The hardest checks of the chapter, for those who know it: `test["4.7"].check()`.

        When all are right, the chapter counts as tested out. Raises LearnerError for a chapter
        that is not the one that is open.
        """
        from orderlab.exercises.fast_track.test_out import TestOut, demand_open

        demand_open(self.chapter if chapter is None else chapter, self.chapter)
        return TestOut(self.chapter, self.exercise, self.progress)

    def certificate(self, name: str) -> Certificate:
        """Write `certificate.html`: what you solved, what was caught up, your scoreboards, storms
        and tests. The page needs no network."""
        from orderlab.exercises.certificate.certificate import certificate

        return certificate(name, self.progress)

    def game_day(self, seed: int | None = None, minutes: float = 20) -> GameDay:
        """Four things break, and orders flow: `.clues()`, `.say(component, what)`, `.result()`.

        `.end()` mends all; it also ends by itself after its minutes, and with the kernel. The same
        seed gives the same troubles.
        """
        from orderlab.exercises.game_day.game_day import game_day

        return game_day(self.target, self.progress, seed, minutes)
