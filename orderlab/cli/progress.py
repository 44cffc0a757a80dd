"""`orderlab progress` and `orderlab reset`: what was solved, and forgetting it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from orderlab.errors import LearnerError


def progress() -> None:
    """Show what you have solved and answered."""
    from orderlab.exercises.overview import overview
    from orderlab.progress import Progress, learner_folder

    kept = Progress(learner_folder())
    typer.echo(repr(overview(kept)))
    typer.echo(f"Kept in {kept.path}")


def reset(
    exercise: str = typer.Option(None, help="One exercise, such as 1.3."),
    chapter: int = typer.Option(None, help="One chapter, with what was built in it."),
    everything: bool = typer.Option(False, "--all", help="All of it."),
    keep_built: bool = typer.Option(
        False, "--keep-built", help="Leave what was built: it stands again at the next start."
    ),
) -> None:
    """Forget what was kept: verdicts, hints and answers, and for a chapter what was built in it.

    A backup of each is made first.
    """
    from orderlab.exercises import registry
    from orderlab.progress import Progress, learner_folder

    if sum((exercise is not None, chapter is not None, everything)) != 1:
        raise LearnerError(
            "What is to be forgotten?", advice="--exercise 1.3, --chapter 1 or --all"
        )
    if chapter is not None and chapter not in registry.CHAPTERS:
        known = ", ".join(map(str, registry.CHAPTERS))
        raise LearnerError(f"There is no chapter {chapter}.", advice=f"There are: {known}.")
    if exercise is not None:
        exercise = registry.exercise(exercise).id
    folder = learner_folder()
    backup = Progress(folder).reset(exercise=exercise, chapter=chapter)
    typer.echo(f"Forgotten; the backup is {backup}." if backup else "No progress was kept yet.")
    if exercise is not None:
        typer.echo("What you built for it stays; `ex.again()` in its notebook takes it away.")
    elif not keep_built:
        _forget_journals(folder, registry.CHAPTERS if everything else [chapter])


def _forget_journals(folder: Path, chapters: Iterable[int]) -> None:
    """Let the next start of each chapter begin clean, unless a notebook has it open."""
    from orderlab.journal.claim import holder, journal_path
    from orderlab.journal.file import JournalFile

    for chapter in chapters:
        path = journal_path(folder, chapter)
        process = holder(path)
        if process is not None:
            typer.echo(
                f"Chapter {chapter:02d} is open in a notebook (process {process}), so what was "
                f"built there stays. In it: `orderlab.start(chapter={chapter}, fresh=True)`."
            )
        elif aside := JournalFile(path).set_aside():
            typer.echo(
                f"What was built in chapter {chapter:02d} will not be built again; the backup of "
                f"its journal is {aside}."
            )
