"""`orderlab build`: sources to notebooks."""

from __future__ import annotations

import typer


def build(
    chapters: list[str] = typer.Argument(None, help="Beginnings of file names, such as 01."),
    learner_only: bool = typer.Option(False, "--learner-only", help="Run nothing."),
) -> None:
    """Make the learner and the solution notebooks from solutions/*.py. For authors."""
    from orderlab.workbook.build import build as run
    from orderlab.workbook.build import repository

    written = run(repository(), chapters=chapters or (), execute=not learner_only, tell=typer.echo)
    if not written:
        typer.echo("No source has such a name.", err=True)
        raise typer.Exit(1)
