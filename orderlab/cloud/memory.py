"""What the cloud's memory is taken by: a page of `/_orderlab/` that walks through all it keeps.

An object that several parts hold is counted to the first of them. The walk takes a second for each
million objects or so, on a thread of its own.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

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


def page(cloud: Cloud) -> Any:
    """`resident`: the bytes of the process; `parts`: objects and bytes of each part."""

    async def measure(parameters: dict[str, Any]) -> dict[str, Any]:
        parts = await asyncio.to_thread(sizes, _roots(cloud), cloud)
        return {"resident": resident_bytes(), "parts": parts}

    return measure


def _roots(cloud: Cloud) -> dict[str, Any]:
    streams = [each.table.stream for each in cloud.tables.register.records()]
    return {
        "flight recorder": cloud.telemetry.recorder,
        "logs": cloud.telemetry.logs,
        "metrics": cloud.telemetry.metrics,
        "tables": cloud.tables,
        "streams": [stream for stream in streams if stream is not None],
        "queues": cloud.queues,
        "topics": cloud.topics,
        "functions": cloud.functions,
        "event sources": cloud.event_sources,
        "roles and keys": [cloud.permissions, cloud.keys],
        "apis": cloud.gateway,
    }


def sizes(roots: Mapping[str, Any], *skipped: Any) -> dict[str, dict[str, int]]:
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
    """The memory of this process; 0 where it cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        import psutil

        return int(psutil.Process().memory_info().rss)
    import resource

    return pages * resource.getpagesize()
