"""Try the course's exercises and AWS's behaviours on servers of others', and write the page.

python -m benchmarks.endpoints                      all servers that are installed; half an hour
python -m benchmarks.endpoints ministack 3.1 3.2    some exercises on one
python -m benchmarks.endpoints --page               only docs/endpoints.md again, from what is kept
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.endpoints import kept
from benchmarks.endpoints.account import kept as accounts
from benchmarks.endpoints.page import write
from benchmarks.endpoints.run import try_behaviours, try_exercises
from benchmarks.endpoints.servers import SERVERS
from orderlab.exercises import registry


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endpoints", description=__doc__)
    parser.add_argument("server", nargs="?", choices=sorted(SERVERS), help="all if left out")
    parser.add_argument("exercises", nargs="*", help="all if left out")
    parser.add_argument("--lanes", type=int, default=3, help="servers that run side by side")
    parser.add_argument("--behaviours", action="store_true", help="no exercises")
    parser.add_argument("--page", action="store_true", help="try nothing; write the page")
    chosen = parser.parse_args(arguments)
    if not chosen.page:
        _try(chosen)
    write(kept.read(), accounts.read())
    return 0


def _try(chosen: argparse.Namespace) -> None:
    wanted = chosen.exercises or [
        each.id for chapter in registry.CHAPTERS for each in registry.exercises(chapter)
    ]
    for name in [chosen.server] if chosen.server else sorted(SERVERS):
        server = SERVERS[name]
        if not server.here():
            print(f"{name} is not installed; what is kept of it stays", file=sys.stderr)
            continue
        if not server.services and not chosen.behaviours:
            try_exercises(server, wanted, chosen.lanes, tell=_tell)
        if not chosen.exercises:
            try_behaviours(server, tell=_tell)


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
