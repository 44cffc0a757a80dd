"""`orderlab demo`: a week of real orders through the whole system, in the terminal."""

from __future__ import annotations

from pathlib import Path

import typer


def demo(
    orders: Path | None = typer.Option(
        None,
        help="Another file of orders: one JSON object a line, .gz or not.",
        exists=True,
        dir_okay=False,
        readable=True,
    ),
    limit: int | None = typer.Option(None, min=1, help="Send only so many orders."),
    speed: float | None = typer.Option(
        None,
        min=0.01,
        help="Send the orders on their own clock, so many times as fast; "
        "as fast as the system takes them if left out.",
    ),
    report: Path = typer.Option(
        Path("report"), help="The folder that the report (HTML, JSON) is written into."
    ),
) -> None:
    """Send a week of real orders through the whole system and say what became of each.

    Starts a local cloud, builds the system of chapter 4, replays the orders, waits until all has
    settled and reports; then breaks the shipping service and shows that nothing is lost. The exit
    status is 0 only if no order was lost or applied twice.
    """
    from orderlab.orders.demo import run

    raise typer.Exit(run(orders=orders, speed=speed, report=report, limit=limit))
