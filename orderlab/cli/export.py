"""`orderlab export`: what is deployed, as a template for CloudFormation with the code beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from orderlab.errors import LearnerError

if TYPE_CHECKING:
    from orderlab.aws_target.base import Target
    from orderlab.exporting.export import ExportedStack

# the chapter at whose end the system is whole
_WHOLE = 4


def export(
    folder: Path = typer.Argument(Path("export"), help="Where to write it."),
    chapter: int = typer.Option(
        None, help="The chapter whose work is exported; the one that you built in last if left out."
    ),
    reference: bool = typer.Option(
        False, "--reference", help="Export the course's own system at the end of that chapter."
    ),
) -> None:
    """Write what you have built as a CloudFormation (AWS SAM) template, with the functions' code.

    Your chapter is built up on a local cloud as its notebook would, exported, and taken away.
    With ORDERLAB_TARGET it is what stands on that server, or in your account, with your prefix.
    Data and logs are not exported. In an open notebook, use `lab.export()`.
    """
    from orderlab.aws_target.choose import LOCAL, chosen

    where = chosen()
    if where != LOCAL:
        typer.echo(repr(_of_target(_standing(where), folder)))
        return
    found = chapter if chapter is not None else _last_chapter()
    if found is None or reference:
        typer.echo(f"The course's own system at the end of chapter {found or _WHOLE:02d}.")
        typer.echo(repr(_of_reference(found or _WHOLE, folder)))
        return
    typer.echo(f"What you built up to chapter {found:02d}.")
    typer.echo(repr(_of_learner(found, folder)))


def _last_chapter() -> int | None:
    """The chapter whose journal was written last; None if there is none."""
    from orderlab.exercises.registry import CHAPTERS
    from orderlab.journal.claim import journal_path
    from orderlab.progress import learner_folder

    paths = {each: journal_path(learner_folder(), each) for each in CHAPTERS}
    written = {each: path.stat().st_mtime for each, path in paths.items() if path.exists()}
    return max(written, key=lambda each: (written[each], each), default=None)


def _of_learner(chapter: int, folder: Path) -> ExportedStack:
    from orderlab.journal.claim import holder, journal_path
    from orderlab.progress import learner_folder
    from orderlab.session import start

    process = holder(journal_path(learner_folder(), chapter))
    if process is not None:
        raise LearnerError(
            f"Chapter {chapter:02d} is open in a notebook (process {process}).",
            advice="Run `lab.export()` there, or close it first.",
        )
    lab = start(chapter, quiet=True)
    try:
        return _of_target(lab.target, folder)
    finally:
        lab.finish(quiet=True)


def _of_reference(chapter: int, folder: Path) -> ExportedStack:
    from orderlab.aws_target.local import LocalTarget
    from orderlab.orders import architecture

    target = LocalTarget.start()
    try:
        architecture.build(target, chapter, from_nothing=True)
        return _of_target(target, folder)
    finally:
        target.stop()


def _standing(where: str) -> Target:
    """A target that keeps what is built; nothing is made there."""
    from orderlab.aws_target.account import AccountTarget
    from orderlab.aws_target.choose import AWS
    from orderlab.aws_target.endpoint import EndpointTarget

    return AccountTarget() if where == AWS else EndpointTarget.attach(where)


def _of_target(target: Target, folder: Path) -> ExportedStack:
    from orderlab.exporting.export import export as write

    return write(target, folder)
