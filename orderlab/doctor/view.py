"""Findings as a table for the terminal."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence

from orderlab.doctor.finding import Finding

# words beside colours: not everybody sees the colours, and not every terminal has them
STYLES = {"ok": "green", "warn": "yellow", "bad": "bold red"}


def table(findings: Sequence[Finding], *, colour: bool = True, width: int | None = None) -> str:
    """The findings and, under each that is not ok, what to do; a sentence at the end."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for finding in findings:
        said = Text(finding.found)
        if finding.mend:
            said.append(f"\n-> {finding.mend}", style="bold" if colour else "")
        grid.add_row(Text(finding.level, style=STYLES[finding.level]), finding.name, said)
    out = io.StringIO()
    console = Console(
        file=out,
        width=width or min(shutil.get_terminal_size().columns, 110),
        force_terminal=colour,
        color_system="standard" if colour else None,
    )
    console.print(grid)
    return f"{out.getvalue().rstrip()}\n\n{summary(findings)}"


def summary(findings: Sequence[Finding]) -> str:
    """The whole in one sentence."""
    bad = sum(finding.level == "bad" for finding in findings)
    warnings = sum(finding.level == "warn" for finding in findings)
    if bad:
        return f"{bad} in the way, {warnings} to know of. Mend what is marked bad first."
    if warnings:
        return f"Nothing is in the way; {warnings} to know of."
    return "All is well."
