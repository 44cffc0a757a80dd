"""StartQuery and what follows: queries run in the background, a slice of the log at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.patterns.allowance import Allowance, metered
from orderlab.cloud.patterns.workers import OutOfTime
from orderlab.cloud.telemetry.logs import reading
from orderlab.cloud.telemetry.logs.errors import InvalidParameter, ResourceNotFound
from orderlab.cloud.telemetry.logs.insights.commands import MAX_ROWS, Query, parse_query
from orderlab.cloud.telemetry.logs.insights.fields import Row
from orderlab.cloud.telemetry.logs.state import Event, Group, Stream
from orderlab.cloud.telemetry.logs.store import LogStore

log = logging.getLogger("orderlab.cloud")
KEPT_QUERIES = 200
# characters of a query
_MAX_QUERY = 10_000
_FINISHED = ("Complete", "Failed", "Cancelled", "Timeout")
# seconds of the processor for the events of a query
_SECONDS = 30.0
# what is looked at without a thread
_FEW_ROWS = 500
_FEW_BYTES = 100_000


@dataclass(slots=True)
class RunningQuery:
    """A query, its state and what it found."""

    id: str
    text: str
    query: Query
    groups: list[Group]
    begin: int
    end: int
    limit: int
    created: int
    status: str = "Scheduled"
    results: list[list[tuple[str, str]]] = field(default_factory=list)
    scanned: int = 0
    scanned_bytes: int = 0
    matched: int = 0
    task: asyncio.Task[None] | None = None


class InsightsQueries:
    """The queries of the account."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._queries: dict[str, RunningQuery] = {}
        self.operations: Mapping[str, Handler] = {
            "StartQuery": self._start,
            "GetQueryResults": self._results,
            "StopQuery": self._stop_query,
            "DescribeQueries": self._describe,
        }

    async def stop(self) -> None:
        tasks = [query.task for query in self._queries.values() if query.task]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # --- calls ---

    def _start(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        reading.text(parameters, "queryString")
        text = reading.bounded(parameters, "queryString", _MAX_QUERY)
        groups = self._groups(call, parameters)
        begin = reading.whole(parameters, "startTime", 0) or 0
        end = reading.whole(parameters, "endTime", int(time.time())) or 0
        if begin > end:
            raise InvalidParameter("Query's end date and time is before its start.")
        running = RunningQuery(
            id=str(uuid.uuid4()),
            text=text,
            query=parse_query(text),
            groups=groups,
            begin=_milliseconds(begin),
            end=_milliseconds(end) + (999 if end < 10**11 else 0),
            limit=reading.limit(parameters, MAX_ROWS, MAX_ROWS),
            created=int(time.time() * 1000),
        )
        self._keep(running)
        running.task = asyncio.create_task(self._run(running), name=f"insights-{running.id}")
        return {"queryId": running.id}

    def _keep(self, running: RunningQuery) -> None:
        self._queries[running.id] = running
        if len(self._queries) > KEPT_QUERIES:
            oldest = next(iter(self._queries.values()))
            if oldest.status in _FINISHED:
                del self._queries[oldest.id]

    def _groups(self, call: Call, parameters: Parameters) -> list[Group]:
        names = [parameters.get("logGroupName")] if parameters.get("logGroupName") else []
        names += parameters.get("logGroupNames") or []
        names += parameters.get("logGroupIdentifiers") or []
        if not names:
            raise InvalidParameter("At least one log group must be specified.")
        state = reading.state_of(self._store, call)
        return [reading.group_of(state, name) for name in names]

    def _results(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        running = self._find(parameters)
        return {
            "status": running.status,
            "results": [
                [{"field": name, "value": value} for name, value in row] for row in running.results
            ],
            "statistics": {
                "recordsMatched": float(running.matched),
                "recordsScanned": float(running.scanned),
                "bytesScanned": float(running.scanned_bytes),
            },
            "queryLanguage": "CWLI",
        }

    def _find(self, parameters: Parameters) -> RunningQuery:
        identifier = reading.text(parameters, "queryId")
        running = self._queries.get(identifier)
        if running is None:
            raise ResourceNotFound("The specified query does not exist.")
        return running

    def _stop_query(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        running = self._find(parameters)
        if running.status in _FINISHED:
            raise InvalidParameter("Specified query is not in Running or Scheduled status.")
        if running.task:
            running.task.cancel()
        running.status = "Cancelled"
        return {"success": True}

    def _describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name, status = parameters.get("logGroupName"), parameters.get("status")
        return {
            "queries": [
                {
                    "queryId": running.id,
                    "queryString": running.text,
                    "status": running.status,
                    "createTime": running.created,
                    "logGroupName": running.groups[0].name,
                }
                for running in reversed(self._queries.values())
                if name in (None, running.groups[0].name) and status in (None, running.status)
            ]
        }

    # --- running ---

    async def _run(self, running: RunningQuery) -> None:
        running.status = "Running"
        allowance = Allowance(_SECONDS)
        try:
            rows = await self._scan(running, allowance)
            running.matched = len(rows)
            finish = partial(running.query.finish, rows, running.limit)
            # sorting and grouping have no end until they are done
            running.results = await allowance.run(finish, apart=len(rows) > _FEW_ROWS)
            running.status = "Complete"
        except OutOfTime:
            running.status = "Timeout"
        except RecursionError:
            log.info("the query %.200r nests too deep", running.text)
            running.status = "Failed"
        except Exception:
            log.exception("the query %.200r failed", running.text)
            running.status = "Failed"

    async def _scan(self, running: RunningQuery, allowance: Allowance) -> list[Row]:
        """The events of the range, in order, that pass the steps for single rows."""
        from orderlab.cloud.telemetry.logs.events import chronological, in_turns

        streams = [stream for group in running.groups for stream in group.streams.values()]
        names = {
            id(s): f"{g.account_id}:{g.name}" for g in running.groups for s in g.streams.values()
        }
        rows: list[Row] = []
        async for portion in in_turns(chronological(streams, running.begin)):
            portion = [pair for pair in portion if pair[0].timestamp <= running.end]
            if not portion:
                break
            running.scanned += len(portion)
            size = sum(len(event.message) for event, _ in portion)
            running.scanned_bytes += size
            look = partial(_passing, portion, names, running.query.each)
            rows += await allowance.run(look, apart=size > _FEW_BYTES)
        return rows


def _passing(
    portion: list[tuple[Event, Stream]],
    names: Mapping[int, str],
    steps: list[Callable[[Row], bool]],
) -> list[Row]:
    """New rows for events, those that pass all steps."""
    rows = []
    for event, stream in metered(portion):
        row = Row(event, stream.name, names[id(stream)])
        if all(step(row) for step in steps):
            rows.append(row)
    return rows


def _milliseconds(given: int) -> int:
    """StartQuery takes seconds; milliseconds are understood as well, as on AWS."""
    return given if given > 10**11 else given * 1000
