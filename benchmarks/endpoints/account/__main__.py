"""Take the course through servers in an account's place, and write the page.

python -m benchmarks.endpoints.account                    all servers; half an hour
python -m benchmarks.endpoints.account ministack 3 4      some chapters on one
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.endpoints import kept as endpoints
from benchmarks.endpoints.account import kept
from benchmarks.endpoints.account.servers import ACCOUNTS, RIGHTS
from benchmarks.endpoints.account.walk import walk
from benchmarks.endpoints.page import write
from orderlab.exercises import registry


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endpoints.account")
    parser.add_argument("server", nargs="?", choices=sorted(ACCOUNTS), help="all if left out")
    parser.add_argument("chapters", nargs="*", type=int, help="all if left out")
    chosen = parser.parse_args(arguments)
    clean, wanted = True, chosen.chapters or registry.CHAPTERS
    for name in [chosen.server] if chosen.server else sorted(ACCOUNTS):
        server = ACCOUNTS[name]
        if not server.here():
            print(f"{name} is not installed; what is kept of it stays", file=sys.stderr)
            continue
        with server.running() as endpoint:
            for chapter in walk(endpoint, RIGHTS[name], wanted, _tell):
                _keep(name, server.version(), chapter)
                clean = clean and chapter.clean
    write(endpoints.read(), kept.read())
    return 0 if clean else 1


def _keep(name: str, version: str, chapter: kept.Chapter) -> None:
    everything = kept.read()
    found = everything.setdefault(name, kept.Account(name))
    found.version, found.date = version, datetime.now(UTC).date().isoformat()
    found.chapters[chapter.chapter] = chapter
    kept.write(everything)


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
