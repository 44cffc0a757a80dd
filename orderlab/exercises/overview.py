"""The way through the course: chapters, the time they take, and how far the learner is."""

from __future__ import annotations

from orderlab.exercises import registry
from orderlab.progress import Progress, learner_folder
from orderlab.showing import Table

TITLES = {
    0: ("The customer", 45),
    1: ("Lambda and API", 75),
    2: ("DynamoDB modelling", 75),
    3: ("Streams to SNS", 75),
}


def overview(progress: Progress | None = None) -> Table:
    """One row a chapter: minutes, exercises solved, questions answered rightly, what is next."""
    kept = progress or Progress(learner_folder())
    answers = kept.answers()
    rows = []
    for chapter in registry.CHAPTERS:
        title, minutes = TITLES[chapter]
        exercises, questions = registry.exercises(chapter), registry.questions(chapter)
        solved = [each for each in exercises if kept.exercise(each.id).solved]
        right = sum(question.is_right(answers.get(question.id, ())) for question in questions)
        left = [each for each in exercises if each not in solved]
        rows.append(
            {
                "chapter": f"{chapter:02d} {title}",
                "minutes": minutes,
                "exercises": f"{len(solved)} of {len(exercises)}",
                "quiz": f"{right} of {len(questions)}",
                "next": f"{left[0].id} {left[0].title}" if left else "done",
            }
        )
    return Table(rows)
