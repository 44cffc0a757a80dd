"""`orderlab progress` and `orderlab reset`: what was solved, and forgetting it."""

from __future__ import annotations

import typer


def progress() -> None:
    """Show what you have solved and answered."""
    from rich.console import Console
    from rich.table import Table

    from orderlab.exercises import registry
    from orderlab.progress import Progress, learner_folder

    kept = Progress(learner_folder())
    answers = kept.answers()
    table = Table("chapter", "exercises", "quiz", "next", title="Your progress")
    for chapter in registry.CHAPTERS:
        exercises = registry.exercises(chapter)
        solved = [each.id for each in exercises if kept.exercise(each.id).solved]
        questions = registry.questions(chapter)
        right = sum(q.is_right(answers.get(q.id, ())) for q in questions)
        following = next((f"{e.id} {e.title}" for e in exercises if e.id not in solved), "done")
        table.add_row(
            f"{chapter:02d}",
            f"{len(solved)} of {len(exercises)}",
            f"{right} of {len(questions)}",
            following,
        )
    Console().print(table)
    typer.echo(f"Kept in {kept.path}")


def reset(
    exercise: str = typer.Option(None, help="One exercise, such as 1.3."),
    chapter: int = typer.Option(None, help="One chapter."),
    everything: bool = typer.Option(False, "--all", help="All of it."),
) -> None:
    """Forget kept progress. A backup is made first."""
    from orderlab.errors import LearnerError
    from orderlab.progress import Progress, learner_folder

    if sum((exercise is not None, chapter is not None, everything)) != 1:
        raise LearnerError(
            "What is to be forgotten?", advice="--exercise 1.3, --chapter 1 or --all"
        )
    backup = Progress(learner_folder()).reset(exercise=exercise, chapter=chapter)
    typer.echo(f"Forgotten; the backup is {backup}." if backup else "Nothing was kept yet.")
