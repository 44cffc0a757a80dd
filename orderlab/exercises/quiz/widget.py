"""The quiz of a chapter as a widget, with a static form for where no kernel runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from orderlab.exercises.quiz.question import Question
from orderlab.progress import Progress
from orderlab.showing.html_text import html_text

_HERE = Path(__file__).parent


class QuizWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """Questions in the browser. While `held`, verdicts wait until the reader has `finished`; then
    `headline` and `topics` tell the result."""

    _esm = _HERE / "quiz.js"
    _css = _HERE / "quiz.css"
    label = traitlets.Unicode("Quiz").tag(sync=True)
    questions = traitlets.List().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)
    held = traitlets.Bool(False).tag(sync=True)
    finished = traitlets.Bool(False).tag(sync=True)
    headline = traitlets.Unicode("").tag(sync=True)
    topics = traitlets.List().tag(sync=True)


class Quiz:
    """The questions of one chapter. Answers are kept as they are given."""

    def __init__(self, questions: Sequence[Question], progress: Progress) -> None:
        self.questions = tuple(questions)
        self._progress = progress
        known = {question.id for question in questions}
        kept = {key: value for key, value in progress.answers().items() if key in known}
        self.widget = QuizWidget(questions=[q.data() for q in questions], answers=kept)
        self.widget.observe(self._keep, names="answers")

    def _keep(self, change: Any) -> None:
        for question, chosen in change["new"].items():
            if change["old"].get(question) != chosen:
                self._progress.answered(question, [int(each) for each in chosen])

    def answer(self, number: int, *options: int) -> str:
        """Answer question `number` (from 1) with options (from 1): for those who like to type."""
        question = self.questions[number - 1]
        chosen = [option - 1 for option in options]
        self.widget.answers = {**self.widget.answers, question.id: chosen}
        why = "; ".join(question.options[index].why for index in chosen)
        return f"{'Right' if question.is_right(chosen) else 'Not yet'}: {why}"

    def __repr__(self) -> str:
        """The questions as text. It does not tell the answers."""
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {question.text}")
            lines += [
                f"   {letter}) {o.text}"
                for letter, o in zip("abcdefgh", question.options, strict=False)
            ]
        return "\n".join(lines)

    def _static(self) -> str:
        items = "".join(
            f"<li>{html_text(q.text)}<ol type='a'>"
            + "".join(f"<li>{html_text(o.text)}</li>" for o in q.options)
            + "</ol></li>"
            for q in self.questions
        )
        return f"<ol>{items}</ol>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/plain": repr(self), "text/html": self._static()}, metadata
