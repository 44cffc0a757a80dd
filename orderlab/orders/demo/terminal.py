"""The report in short, for the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from orderlab.orders.architecture import SERVICES
from orderlab.orders.books import Books
from orderlab.orders.demo.measured import Demo, Run, why_refused
from orderlab.orders.figures import percentiles
from orderlab.orders.prices import CHECKED_ON, total_usd
from orderlab.orders.replayed import Replayed

MOST_LINES = 10


def show(console: Console, demo: Demo) -> None:
    """Print what the report says, in a screenful."""
    run, outage = demo.main, demo.outage
    _lines(console, run.replayed)
    console.print(_outcome(run.books, "The orders"))
    _figures(console, run)
    console.print(_outcome(outage.while_broken, "A part of them again, with shipping broken"))
    console.print(
        _outcome(outage.after, f"{outage.recovery_seconds:.1f} s after repair and redrive")
    )
    if demo.all_well:
        console.print("[bold green]Nothing was lost, and nothing was applied twice.[/]")
    else:
        console.print("[bold red]Orders were lost or applied twice.[/]")


def written(console: Console, page: Path, data: Path) -> None:
    console.print(f"Report: {page} and {data.name}", soft_wrap=True, highlight=False)


def _lines(console: Console, replayed: Replayed) -> None:
    """Each line that was refused, up to a few, with its number and reason."""
    for line in replayed.malformed[:MOST_LINES]:
        console.print(f"line {line.number}: {line.reason}", markup=False, highlight=False)
    for entry in replayed.refused[:MOST_LINES]:
        text = f"line {entry.number}: {entry.order_id or 'no id'}: {entry.status} {entry.reason}"
        console.print(text, markup=False, highlight=False)
    left = sum(max(0, len(n) - MOST_LINES) for n in (replayed.malformed, replayed.refused))
    if left:
        console.print(f"... and {left} more; the report has them all.")


def _outcome(books: Books, title: str) -> Table:
    table = Table("", "orders", "lost", "twice", "dead letters", title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("accepted", f"{books.accepted:,}", "", "", "")
    table.add_row("stored", f"{books.stored:,}", str(books.lost["orders"]), "", _dead(books))
    for name in SERVICES:
        table.add_row(
            name,
            f"{books.applied[name]:,}",
            str(books.lost[name]),
            str(books.twice[name]),
            str(books.dead[name]),
        )
    return table


def _dead(books: Books) -> str:
    return str(books.dead["orders-inbox"])


def _figures(console: Console, run: Run) -> None:
    refused = sum(why_refused(run.replayed).values()) + len(run.replayed.malformed)
    answer, whole = percentiles(run.replayed.answer_ms), percentiles(run.books.end_to_end_ms)
    rows = [
        ("refused", f"{refused}"),
        ("time to answer", _spread(answer)),
        ("accepted to done by all three", _spread(whole)),
        ("orders per second, end to end", f"{run.orders_per_second:.0f}"),
        ("environments, memory at the peak",
         f"{run.peak_environments}, {run.peak_memory_mb:.0f} MB"),
        (f"cost (second-hand prices, {CHECKED_ON})", f"about ${total_usd(run.charges):.4f}"),
    ]  # fmt: skip
    table = Table(show_header=False, box=None)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _spread(figures: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:,.0f} ms" for name, value in figures.items()) or "-"
