"""`orderlab progress` and `orderlab reset`: what was solved, and forgetting it."""

from __future__ import annotations

import typer


def progress() -> None:
    """Show what you have solved and answered."""
    from orderlab.exercises.overview import overview
    from orderlab.progress import Progress, learner_folder

    kept = Progress(learner_folder())
    typer.echo(repr(overview(kept)))
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
