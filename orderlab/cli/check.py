"""`orderlab check`: the author's gate."""

from __future__ import annotations

import typer


def check(
    chapters: list[int] = typer.Argument(None, help="Chapters to look at; all without."),
    quick: bool = typer.Option(False, "--quick", help="Texts, drift and forms only: no proofs."),
    workers: int = typer.Option(2, help="Proofs that run at once; each has a cloud of its own."),
) -> None:
    """Prove every exercise, and compare the notebooks with their sources. For authors."""
    from orderlab.workbook.build import repository
    from orderlab.workbook.check import check as run

    found = run(
        repository(),
        chapters=chapters or (),
        prove_all=not quick,
        workers=workers,
        tell=typer.echo,
    )
    for sentence in found:
        typer.echo(f"✗ {sentence}", err=True)
    if found:
        typer.echo(f"{len(found)} things to put right.", err=True)
        raise typer.Exit(1)
    typer.echo("The workbook is in order.")
