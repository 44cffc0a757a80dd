"""A progress bar that follows a replay, in a terminal or a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich import get_console
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.theme import Theme

from orderlab.orders.replayed import OnProgress, Replayed

# rich leaves colours out of what it writes to a terminal, but not of what it shows in a notebook
_COLOURED = ("bar.complete", "bar.finished", "bar.pulse", "progress.download", "progress.elapsed")
_INK = Theme(dict.fromkeys(_COLOURED, "none"))


@contextmanager
def progress_bar(total: int, console: Console | None = None) -> Iterator[OnProgress]:
    """A bar that follows a replay; give what it yields to `replay(on_progress=...)`."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>5.0f}/s"),
        TimeElapsedColumn(),
        console=console or _console(),
        refresh_per_second=4,
    )
    with bar:
        task = bar.add_task("orders sent", total=total, rate=0.0)

        def follow(replayed: Replayed) -> None:
            done = replayed.handled
            if done % 10 == 0 or done >= total:
                elapsed = bar.tasks[task].elapsed or 0.0
                bar.update(task, completed=done, rate=done / elapsed if elapsed else 0.0)

        yield follow


def _console() -> Console:
    """In a notebook without colours: rich's can't be read in every theme, the page's ink can."""
    usual = get_console()
    return Console(no_color=True, theme=_INK) if usual.is_jupyter else usual
