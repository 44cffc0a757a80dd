"""The demo from start to end."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from orderlab.aws_target.base import Target
from orderlab.aws_target.local import LocalTarget
from orderlab.errors import OrderlabError
from orderlab.orders.demo import report as pages
from orderlab.orders.demo import terminal
from orderlab.orders.demo.experiments import whole_week, with_an_outage
from orderlab.orders.demo.measured import Demo
from orderlab.orders.progress_bar import progress_bar
from orderlab.orders.reading import SAMPLE, count_lines


def run(
    orders: Path | None = None,
    speed: float | None = None,
    report: Path = Path("report"),
    limit: int | None = None,
) -> int:
    """Replay orders through the finished system, break shipping, and report.

    `orders` is a file of JSON lines (the sample week if None), `speed` how many times as fast as
    their own clock (as fast as they are taken if None), `report` the folder for the report.
    Returns the exit status: 0 only if nothing was lost or applied twice.
    """
    console = Console()
    try:
        demo = _experiments(console, orders or SAMPLE, speed, limit)
        page, data = pages.write(demo, report)
    except OrderlabError as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 1
    except OSError as error:
        console.print(f"The report cannot be written: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; the cloud is gone, no report was written.")
        return 130
    terminal.show(console, demo)
    terminal.written(console, page, data)
    return 0 if demo.all_well else 1


def _experiments(console: Console, orders: Path, speed: float | None, limit: int | None) -> Demo:
    began = time.monotonic()
    total = count_lines(orders, limit)
    with LocalTarget.start() as target:
        console.print(f"The cloud runs at {target.endpoint}; building the finished system.")
        with progress_bar(total, console) as progress:
            main = whole_week(target, orders, speed=speed, limit=limit, progress=progress)
        picture = _picture(target)
    console.print("Once more, a part of them, while the shipping function fails ...")
    outage = with_an_outage(orders, limit=limit)
    console.print(f"Done in {time.monotonic() - began:.0f} s.")
    return Demo(orders.name, main, outage, picture)


def _picture(target: Target) -> str:
    from orderlab.drawing.discover import discover
    from orderlab.drawing.picture import draw

    return draw(discover(target))
