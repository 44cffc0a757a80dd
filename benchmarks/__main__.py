"""Measure, print one table, and keep the figures with the date and the machine.

python -m benchmarks                    all, in a few minutes
python -m benchmarks start queues       some
python -m benchmarks --quick            smaller counts; for trying a change, not for keeping
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.figure import Figure, as_markdown, as_text

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results.json", HERE / "RESULTS.md"
NAMES = (
    *("start", "calls", "functions", "concurrency", "queues", "polling", "tables", "pipeline"),
    *("soak", "events", "dax", "workbook", "board"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NAMES)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="smaller counts, kept nowhere")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names) - set(NAMES)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    run, broken = _run(chosen.names or NAMES, quick=chosen.quick)
    figures = [Figure(**each) for each in run["figures"]]
    print(
        f"\n{as_text(figures)}\n\n{machine.in_words(run['machine'])}; {run['seconds']:.0f} s in all"
    )
    if not chosen.quick:
        _keep(run)
    for name, why in broken.items():
        print(f"\n{name} could not be measured:\n{why}", file=sys.stderr)
    return 1 if broken else 0


def _run(names: Sequence[str], *, quick: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """The figures of all, and of those that broke the reason: one does not stop the others."""
    on, began = machine.describe(), time.monotonic()
    figures: list[Figure] = []
    broken: dict[str, str] = {}
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            figures += importlib.import_module(f"benchmarks.{name}").measure(quick=quick)
        except Exception:
            broken[name] = traceback.format_exc()
    run = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": on,
        "seconds": round(time.monotonic() - began, 1),
        "measured": list(names),
        "broken": list(broken),
        "figures": [each.as_dict() for each in figures],
    }
    return run, broken


def _keep(run: dict[str, Any]) -> None:
    """Add the run to the list of all runs, and show it alone on a page."""
    runs = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    RESULTS.write_text(json.dumps([*runs, run], indent=1) + "\n", encoding="utf-8")
    figures = [Figure(**each) for each in run["figures"]]
    broken = f" Could not be measured: {', '.join(run['broken'])}." if run["broken"] else ""
    PAGE.write_text(
        f"""# Figures of the last run

Written by `make bench`; all runs are kept in [results.json](results.json). Measured
{run["date"]} on {machine.in_words(run["machine"])}; {run["seconds"]:.0f} s in all.{broken}

{as_markdown(figures)}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
