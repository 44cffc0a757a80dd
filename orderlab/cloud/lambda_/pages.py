"""The lab's own window on execution environments: what AWS has no API for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from orderlab.cloud.contracts import Page
from orderlab.cloud.lambda_.pool import Fleet
from orderlab.cloud.lambda_.surroundings import Member


def pages(fleet: Fleet, events_waiting: Callable[[], int]) -> dict[str, Page]:
    """`GET environments` lists them; `DELETE environments` lets one or all of a function die."""
    return {
        "GET environments": lambda parameters: [
            _shown(environment) for environment in _of(fleet, str(parameters.get("function", "")))
        ],
        "DELETE environments": lambda parameters: _kill(fleet, parameters),
        "GET async-events": lambda _: {"waiting": events_waiting()},
    }


def _of(fleet: Fleet, function: str) -> list[Member]:
    members = sorted(fleet.members, key=lambda environment: environment.created)
    return [one for one in members if not function or one.version.function.name == function]


def _shown(environment: Member) -> dict[str, Any]:
    return {
        "id": environment.id,
        "function": environment.version.function.name,
        "version": environment.version.number,
        "state": environment.state.value,
        "provisioned": environment.provisioned,
        "pid": environment.pid,
        "cold_starts": environment.inits,
        "invocations": environment.invocations,
        "age_seconds": round(time.time() - environment.created, 3),
        "resident_bytes": environment.resident_bytes(),
        "log_stream": environment.log_stream,
    }


def _kill(fleet: Fleet, parameters: dict[str, Any]) -> dict[str, Any]:
    """`which` is one (a busy one, if any: that is what an experiment wants to see), all, or idle:
    of those that have no work now the one that worked last."""
    which, function = parameters.get("which", "one"), str(parameters["function"])
    if which not in ("one", "all", "idle"):
        raise ValueError("which is 'one', 'all' or 'idle'")
    if which == "idle":
        chosen = _idle(fleet, function)
    else:
        found = _of(fleet, function)
        found.sort(key=lambda environment: environment not in fleet.busy)
        chosen = found if which == "all" else found[:1]
    for environment in chosen:
        fleet.kill(environment)
    return {"killed": [environment.id for environment in chosen]}


def _idle(fleet: Fleet, function: str) -> list[Member]:
    pools = [pool for pool in fleet.pools.values() if pool.version.function.name == function]
    idle = [entry for pool in pools for entry in pool.idle]
    return [max(idle, key=lambda entry: entry[1])[0]] if idle else []
