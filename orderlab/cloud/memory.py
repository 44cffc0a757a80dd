"""What takes the cloud's memory: a page of `/_orderlab/` that walks through all that is kept.

An object that several parts hold counts as the first one's. The walk takes about a second for each
million objects, and runs on a thread of its own.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from orderlab.cloud.contracts import Page

# A part by its name: an object, or a list of objects that belong together.
Parts = Mapping[str, Any]
_CODE = (
    types.ModuleType,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.CodeType,
    types.FrameType,
    types.CoroutineType,
    types.GeneratorType,
)
_ELSEWHERE = ("asyncio", "_asyncio", "uvloop", "threading", "logging", "botocore", "httptools")


def page(parts: Callable[[], Parts], *skipped: Any) -> Page:
    """The page `GET memory`: `resident` are the bytes of the process, `parts` the objects and bytes
    of each part. What is `skipped` is neither counted nor walked through."""

    async def measure(parameters: dict[str, Any]) -> dict[str, Any]:
        found = await asyncio.to_thread(sizes, parts(), *skipped)
        return {"resident": resident_bytes(), "parts": found}

    return measure


def sizes(roots: Parts, *skipped: Any) -> dict[str, dict[str, int]]:
    """Objects and bytes that are reached from each root and from none before it."""
    parts = [each for root in roots.values() for each in (root if type(root) is list else [root])]
    seen = {id(each) for each in (*parts, *skipped)}
    found = {}
    for name, root in roots.items():
        count, size = _walk(root if type(root) is list else [root], seen)
        found[name] = {"objects": count, "bytes": size}
    return found


def _walk(roots: list[Any], seen: set[int]) -> tuple[int, int]:
    count = size = 0
    open_ends = list(roots)
    while open_ends:
        each = open_ends.pop()
        count += 1
        size += sys.getsizeof(each, 0)
        for below in gc.get_referents(each):
            if id(below) not in seen and _is_kept(below):
                seen.add(id(below))
                open_ends.append(below)
    return count, size


def _is_kept(found: Any) -> bool:
    return not isinstance(found, _CODE) and not type(found).__module__.startswith(_ELSEWHERE)


def resident_bytes() -> int:
    """The memory of this process; 0 where it is unknown."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        import psutil

        return int(psutil.Process().memory_info().rss)
    import resource

    return pages * resource.getpagesize()
