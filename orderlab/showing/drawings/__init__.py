"""Drawings that explain an idea, each in a file of its own: `lab.picture("token bucket")`.

A drawing shows how something works, not what is deployed: for that there is `lab.diagram()`.
"""

from __future__ import annotations

import importlib

from orderlab.errors import LearnerError
from orderlab.showing.picture import Picture

# name -> module of this package, which holds a function `draw() -> Picture`
DRAWINGS: dict[str, str] = {
    "API": "api_tree",
    "batch answers": "batch_answers",
    "bisect": "bisect",
    "bus": "bus",
    "clocks": "clocks",
    "concurrency": "concurrency",
    "connections": "connections",
    "environment": "environment",
    "events": "events",
    "fidelity": "fidelity",
    "index": "index",
    "key": "key",
    "layers": "layers",
    "message": "message_life",
    "partitions": "partitions",
    "permissions": "permissions",
    "pipe": "pipe",
    "promise": "promise",
    "sparse index": "sparse_index",
    "monolith": "monolith",
    "shard": "shard",
    "storage first": "storage_first",
    "templates": "templates",
    "token bucket": "token_bucket",
    "turns": "turns",
    "two caches": "two_caches",
    "two sides": "two_sides",
    "visibility timeout": "visibility",
    "which tool": "which_tool",
}


def drawing(name: str) -> Picture:
    """The drawing of that name; LearnerError lists those that exist."""
    if name not in DRAWINGS:
        raise LearnerError(
            f"There is no drawing {name!r}.", advice=f"There are: {', '.join(sorted(DRAWINGS))}."
        )
    module = importlib.import_module(f"orderlab.showing.drawings.{DRAWINGS[name]}")
    picture: Picture = module.draw()
    return picture
