"""Which share of each part ran: `coverage json -q -o - | python .ci/coverage_by_part.py`."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import Any

WIDE = {"cloud"}  # shown by its own folders as well


def by_part(files: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Part -> statements that ran, statements; for `cloud` also by folder, and `all` last."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path, file in files.items():
        words = path.replace("\\", "/").partition("orderlab/")[2].split("/")
        part = words[0].removesuffix(".py")
        names = [part, "all"]
        if part in WIDE and len(words) > 2:
            names.append(f"{part}/{words[1]}")
        for name in names:
            found[name][0] += file["summary"]["covered_lines"]
            found[name][1] += file["summary"]["num_statements"]
    total = found.pop("all", [0, 0])
    ordered = [*sorted(found.items()), ("all", total)]
    return {name: (ran, statements) for name, (ran, statements) in ordered if statements}


def main() -> None:
    """Read coverage's JSON from standard input and print a line for each part."""
    for name, (ran, statements) in by_part(json.load(sys.stdin)["files"]).items():
        sys.stdout.write(f"  {name:24} {100 * ran / statements:5.1f} % of {statements:6,}\n")


if __name__ == "__main__":
    main()
