"""`orderlab doctor`: what is wrong with this machine, and how to mend it."""

from __future__ import annotations

import os
import sys

import typer


def doctor() -> None:
    """Say what is wrong with this machine, and how to mend it.

    The exit status is 1 if something is in the way; warnings are not.
    """
    from orderlab.doctor import examine
    from orderlab.doctor.view import table

    findings = examine()
    typer.echo(table(findings, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    raise typer.Exit(1 if any(finding.level == "bad" for finding in findings) else 0)
