"""The final test as a widget, and in code for those who like to type."""

from __future__ import annotations

from typing import Any

from orderlab.errors import LearnerError
from orderlab.exercises.final_test.attempts import Attempts
from orderlab.exercises.final_test.draw import drawn
from orderlab.exercises.final_test.pool import POOL
from orderlab.exercises.final_test.question import FinalQuestion
from orderlab.exercises.final_test.result import TestResult
from orderlab.exercises.quiz.widget import QuizWidget
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text


class FinalTest:
    """One attempt: 30 questions from all chapters. Answers are kept, and can be changed until it
    is finished; then each option says why, and the result says what to read again."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._attempts = Attempts(progress)
        self._attempts.keep()
        self.attempt = self._attempts.current
        self.questions: tuple[FinalQuestion, ...] = drawn(self._attempts.learner, self.attempt)
        self.widget = QuizWidget(label="Final test", answers=self._attempts.answers())
        self._tell()
        self.widget.observe(self._keep, names="answers")
        self.widget.observe(self._finished, names="finished")

    # --- answering ------------------------------------------------------------------------

    def answer(self, number: int, *options: int) -> str:
        """Answer question `number` (from 1) with options (from 1). It can be changed until the
        test is finished."""
        self._demand_open()
        question = self._question(number)
        there = range(1, len(question.options) + 1)
        if not options or any(not _whole(each) or each not in there for each in options):
            raise LearnerError(
                f"Question {number} has the options 1 to {len(question.options)}.",
                advice=f"For example `.answer({number}, 2)`.",
            )
        chosen = sorted({option - 1 for option in options})
        self.widget.answers = {**self.widget.answers, question.id: chosen}
        return f"Kept. {self.result().headline}"

    def finish(self) -> TestResult:
        """End this attempt: what is open counts as not right. Returns the result."""
        self.widget.finished = True
        return self.result()

    def result(self) -> TestResult:
        """The result by topic. When all questions are answered, this finishes the attempt."""
        if len(self._answers()) == len(self.questions):
            self.widget.finished = True
        return self._result()

    def again(self) -> FinalTest:
        """The next attempt, with other questions. Results of earlier ones are kept."""
        if self._attempts.current == self.attempt:
            self._attempts.next()
        return FinalTest(self._progress)

    # --- what is kept and shown -----------------------------------------------------------

    def _question(self, number: int) -> FinalQuestion:
        if not _whole(number) or number not in range(1, len(self.questions) + 1):
            raise LearnerError(
                f"There is no question {number!r}.",
                advice=f"There are 1 to {len(self.questions)}.",
            )
        return self.questions[number - 1]

    def _demand_open(self) -> None:
        if self.widget.finished:
            raise LearnerError(
                "This attempt is finished.", advice="`.again()` draws other questions."
            )

    def _answers(self) -> dict[str, list[int]]:
        known = {question.id for question in self.questions}
        return {key: value for key, value in self.widget.answers.items() if key in known and value}

    def _result(self) -> TestResult:
        finished = bool(self.widget.finished)
        return TestResult(self.attempt, self.questions, self._answers(), finished=finished)

    def _keep(self, change: Any) -> None:
        if self.widget.finished:
            return
        for question, chosen in change["new"].items():
            if change["old"].get(question) != chosen:
                self._attempts.answered(question, [int(each) for each in chosen])

    def _finished(self, change: Any) -> None:
        result = self._result()
        if result.right is not None:
            self._attempts.finish(result.right, result.of)
        self._tell()

    def _tell(self) -> None:
        """Give the browser what it may know: verdicts and reasons only after the end."""
        if self._attempts.is_finished:
            self.widget.finished = True
        finished = bool(self.widget.finished)
        result = self._result()
        with self.widget.hold_sync():
            self.widget.held = not finished
            self.widget.topics = [row.data() for row in result.topics]
            self.widget.headline = result.headline if finished else ""
            self.widget.questions = [
                each.data() if finished else _without_verdicts(each) for each in self.questions
            ]

    def __repr__(self) -> str:
        """What the test is, whichever questions were drawn."""
        return (
            f"Final test: {len(self.questions)} questions of {len(POOL)}, from all chapters. "
            "`.answer(1, 2)` answers the first with its second option; `.result()` tells the "
            "result by topic; `.again()` draws others."
        )

    def text(self) -> str:
        """The questions as text, to answer in code. It does not tell the answers."""
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {question.text}")
            lines += [f"   {n}) {option.text}" for n, option in enumerate(question.options, 1)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        static = f"<p>{html_text(repr(self))}</p>"
        return {**(data or {}), "text/plain": repr(self), "text/html": static}, metadata


def _whole(number: object) -> bool:
    """Whether a number can name a question or an option: 2 can, 2.0 and True can't."""
    return hasattr(number, "__index__") and not isinstance(number, bool)


def _without_verdicts(question: FinalQuestion) -> dict[str, Any]:
    data = question.data()
    return {**data, "options": [{"text": option["text"]} for option in data["options"]]}
