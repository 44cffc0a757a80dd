"""The commands, one a file. What is slow to import is imported inside a command, when it runs:
`orderlab cloud` has to answer its first call within a second of being typed.
"""

from __future__ import annotations

import sys

import typer

from orderlab.cli.build import build
from orderlab.cli.check import check
from orderlab.cli.cloud import cloud
from orderlab.cli.demo import demo
from orderlab.cli.doctor import doctor
from orderlab.cli.export import export
from orderlab.cli.lab import lab
from orderlab.cli.progress import progress, reset
from orderlab.cli.teardown import teardown
from orderlab.errors import OrderlabError

__all__ = ["app", "main"]

app = typer.Typer(
    name="orderlab",
    help="Build a serverless order backend on AWS, notebook by notebook, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(lab)
app.command()(demo)
app.command()(cloud)
app.command()(doctor)
app.command()(progress)
app.command()(reset)
app.command()(check)
app.command()(build)
app.command()(export)
app.command()(teardown)


@app.callback(invoke_without_command=True)
def _options(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    if version:
        from orderlab import __version__

        typer.echo(f"orderlab {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line. What a user can put right is one line, never a traceback."""
    try:
        app(prog_name="orderlab")
    except OrderlabError as error:
        typer.echo(f"orderlab: {error}", err=True)
        sys.exit(1)
