"""The way through the course: chapters, and how far the learner is; with links that land there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderlab.exercises import registry
from orderlab.exercises.engine.exercise import Exercise
from orderlab.exercises.fast_track.record import WORDS, is_tested_out
from orderlab.progress import Progress, learner_folder
from orderlab.showing import Table
from orderlab.showing.html_text import html_text

NOTEBOOKS = {
    0: ("00_the_customer.ipynb", "The customer"),
    1: ("01_lambda_and_api.ipynb", "Lambda and API"),
    2: ("02_dynamodb_modelling.ipynb", "DynamoDB modelling"),
    3: ("03_streams_to_sns.ipynb", "Streams to SNS"),
    4: ("04_sqs_decoupling.ipynb", "SQS decoupling"),
    5: ("05_polling.ipynb", "Short and long polling"),
    6: ("06_dax_and_layers.ipynb", "DAX and layers"),
    7: ("07_next_level.ipynb", "The next level"),
}


class Overview:
    """One row a chapter: exercises solved and caught up, the quiz, and what is next."""

    def __init__(self, progress: Progress) -> None:
        self._rows = [_row(progress, chapter) for chapter in registry.CHAPTERS]

    def table(self) -> Table:
        """The overview as a table."""
        shown = ("chapter", "solved", "caught up", "quiz", "next")
        return Table([{key: row[key] for key in shown} for row in self._rows])

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> str:
        names = ("chapter", "solved", "caught up", "quiz", "go on")
        head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in names)
        body = "".join(_html_row(row) for row in self._rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def overview(progress: Progress | None = None) -> Overview:
    """How far the learner is, chapter by chapter."""
    return Overview(progress or Progress(learner_folder()))


def _row(kept: Progress, chapter: int) -> dict[str, str]:
    notebook, title = NOTEBOOKS[chapter]
    exercises, questions = registry.exercises(chapter), registry.questions(chapter)
    answers = kept.answers()
    states = {each.id: kept.exercise(each.id) for each in exercises}
    solved = [each for each in exercises if states[each.id].solved]
    caught_up = [e for e in exercises if states[e.id].caught_up and e not in solved]
    right = sum(question.is_right(answers.get(question.id, ())) for question in questions)
    left = [each for each in exercises if each not in solved]
    return {
        "chapter": f"{chapter:02d} {title}",
        "notebook": notebook,
        "solved": f"{len(solved)} of {len(exercises)}",
        "caught up": str(len(caught_up)),
        "quiz": f"{right} of {len(questions)}",
        "next": _next(left, is_tested_out(kept, chapter)),
        "anchor": anchor(left[0]) if left else "",
    }


def _next(left: Sequence[Exercise], passed: bool) -> str:
    """What to do next in a chapter. One that was tested out is not solved, and needn't be."""
    if not left:
        return "done"
    return WORDS if passed else f"{left[0].id} {left[0].title}"


def anchor(exercise: Exercise) -> str:
    """Where JupyterLab puts the heading of an exercise."""
    return f"#Exercise-{exercise.id}-{exercise.title.replace(' ', '-')}"


def _html_row(row: dict[str, str]) -> str:
    cell = '<td style="text-align:left">{}</td>'
    link = '<a href="{}{}">{}</a>'
    chapter = link.format(row["notebook"], "", html_text(row["chapter"]))
    label = row["next"] if row["next"] in ("done", WORDS) else f"Continue at {row['next']}"
    onward = link.format(row["notebook"], row["anchor"], html_text(label))
    cells = [chapter, row["solved"], row["caught up"], row["quiz"], onward]
    return f"<tr>{''.join(cell.format(each) for each in cells)}</tr>"
