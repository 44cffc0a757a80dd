"""The JSON paths of rules and pipes: `$.detail.order.id`, `$.resources[0]`, `$.lines[*].sku`.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

MISSING: Any = object()
# values that one path may find
MOST_FOUND = 10_000
# a name, an index, or all elements (None)
Step = str | int | None
_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]'"*\s]+)|\.(?P<each>\*)"""
    r"""|\[(?P<index>-?\d{1,6})\]|\[(?P<all>\*)\]"""
    r"""|\['(?P<single>[^']*)'\]|\["(?P<double>[^"]*)"\]"""
)


@lru_cache(maxsize=1024)
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path; ValueError if it is none."""
    if not path.startswith("$"):
        raise ValueError(f"{path} does not begin with $")
    steps: list[Step] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise ValueError(f"{path} is not a JSON path")
        if match["index"] is not None:
            steps.append(int(match["index"]))
        elif match["all"] or match["each"]:
            steps.append(None)
        else:
            steps.append(match["name"] or match["single"] or match["double"] or "")
        at = match.end()
    return tuple(steps)


def value_at(path: str, document: Any) -> Any:
    """The value at a path, a list if the path has a `*`; MISSING if there is none."""
    found, several = [document], False
    for step in steps_of(path):
        if step is None:
            several = True
            found = [each for value in found for each in _children(value)][:MOST_FOUND]
        else:
            found = [each for value in found for each in _child(value, step)]
    if several:
        return found
    return found[0] if found else MISSING


def _child(value: Any, step: str | int) -> list[Any]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, dict) and step in value else []
    inside = isinstance(value, list) and -len(value) <= step < len(value)
    return [value[step]] if inside else []


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
