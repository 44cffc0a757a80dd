"""Words about the course as a whole: its final test, its story, what a learner has done of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.progress import Progress

if TYPE_CHECKING:
    from orderlab.exercises.final_test.widget import FinalTest
    from orderlab.showing.picture import Picture


class ClosingWords:
    """What belongs to no single chapter."""

    progress: Progress

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
