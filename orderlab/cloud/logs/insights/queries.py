"""StartQuery and what follows: queries run in the background, a slice of the log at a time.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html

Differs from AWS: a query ends with the status Timeout after one minute, not after 60, gives 16 MB
of rows at most, and fails if it has to hold more than 128 MB; two that go through many events run
at a time, and the others are Scheduled.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.errors import (
    InvalidParameter,
    LimitExceeded,
    ResourceNotFound,
    constraint,
)
from orderlab.cloud.logs.insights.commands import MAX_ROWS, Query, parse_query
from orderlab.cloud.logs.insights.fields import ROW_BYTES, Kept, Row, TooMuchHeld
from orderlab.cloud.logs.insights.sources import begins_with_source, split_source
from orderlab.cloud.logs.moto_seam import Event, Group, Stream
from orderlab.cloud.logs.store import LogStore
from orderlab.cloud.patterns.allowance import Allowance, metered
from orderlab.cloud.patterns.workers import OutOfTime

log = logging.getLogger("orderlab.cloud")
KEPT_QUERIES = 200
# characters of a query
_MAX_QUERY = 10_000
_FINISHED = ("Complete", "Failed", "Cancelled", "Timeout")
# seconds of the processor for the events of a query
_SECONDS = 30.0
# and of all time for a whole query: an hour on AWS, where it is shared by more machines
MOST_SECONDS = 60.0
# queries under way, and those of them that go through many events at a time
MOST_AT_ONCE = 100
_PLACES, _FEW_EVENTS = 2, 10_000
_MOST_GROUPS = 50
_MOST_DESCRIBED = 1000
_GROUPS = ("logGroupName", "logGroupNames", "logGroupIdentifiers")
# what is looked at without a thread: rows times characters of the query, characters of events
_MOST_HERE = 100_000
_FEW_BYTES = 100_000
# characters of one answer, and of all that are kept
_MOST_RESULT_BYTES = 16 * 1024 * 1024
_MOST_KEPT_BYTES = 64 * 1024 * 1024
# characters of an answer that waits for its turn
_LONG_ANSWER = 256 * 1024


@dataclass(slots=True)
class RunningQuery:
    """A query, its state and what it found."""

    id: str
    # the Region it was started in
    region: str
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
    # characters of the results
    size: int = 0
    task: asyncio.Task[None] | None = None

    def events(self) -> int:
        """How many events there are in the range."""
        streams = [stream for group in self.groups for stream in group.streams.values()]
        return sum(each.position(self.end + 1) - each.position(self.begin) for each in streams)


class InsightsQueries:
    """The queries of the account."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._queries: dict[str, RunningQuery] = {}
        self._places = asyncio.Semaphore(_PLACES)
        self.operations: Mapping[str, Handler] = {
            "StartQuery": self._start,
            "GetQueryResults": self._results,
            "StopQuery": self._stop_query,
            "DescribeQueries": self._describe,
        }

    async def stop(self) -> None:
        """End the queries that are under way."""
        tasks = [query.task for query in self._queries.values() if query.task]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # --- calls ---

    def _start(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        under_way = sum(query.status not in _FINISHED for query in self._queries.values())
        if under_way >= MOST_AT_ONCE:
            raise LimitExceeded("Account maximum query concurrency limit of 100 reached.")
        reading.text(parameters, "queryString")
        text = reading.bounded(parameters, "queryString", _MAX_QUERY)
        groups, steps = self._groups(call, parameters, text)
        begin = reading.whole(parameters, "startTime", 0) or 0
        end = reading.whole(parameters, "endTime", self._store.now_ms() // 1000) or 0
        if begin > end:
            raise InvalidParameter("Query's end date and time is before its start.")
        running = RunningQuery(
            id=str(uuid.uuid4()),
            region=call.region,
            text=text,
            query=parse_query(steps),
            groups=groups,
            begin=_milliseconds(begin),
            end=_milliseconds(end) + (999 if end < 10**11 else 0),
            limit=reading.limit(parameters, MAX_ROWS, MAX_ROWS),
            created=self._store.now_ms(),
        )
        self._keep(running)
        running.task = asyncio.create_task(self._run(running), name=f"insights-{running.id}")
        return {"queryId": running.id}

    def _keep(self, running: RunningQuery) -> None:
        """Keep a query, and forget the oldest of those that have ended if they are too many."""
        self._queries[running.id] = running
        ended = [each for each in self._queries.values() if each.status in _FINISHED]
        size = sum(each.size for each in ended)
        for oldest in ended:
            if len(self._queries) <= KEPT_QUERIES and size <= _MOST_KEPT_BYTES:
                return
            size -= oldest.size
            del self._queries[oldest.id]

    def _groups(self, call: Call, parameters: Parameters, text: str) -> tuple[list[Group], str]:
        """The groups to look through, given by the call or by the query, and the query's steps."""
        given = [name for name in _GROUPS if parameters.get(name)]
        if not begins_with_source(text):
            return self._given_groups(call, parameters, given), text
        if given:
            raise InvalidParameter(f"SOURCE and {given[0]} are mutually exclusive.")
        there = reading.state_of(self._store, call).groups
        names, steps = split_source(text, there)
        return [there[name] for name in names], steps

    def _given_groups(self, call: Call, parameters: Parameters, given: list[str]) -> list[Group]:
        """By a name, by names, or by names or ARNs."""
        if not given:
            raise InvalidParameter("At least one log group must be specified.")
        if len(given) > 1:
            raise InvalidParameter(f"{' and '.join(given)} are mutually exclusive parameters.")
        if given[0] == "logGroupName":
            return [reading.group(self._store, call, parameters)]
        names = parameters[given[0]]
        if not isinstance(names, list) or len(names) > _MOST_GROUPS:
            raise constraint(
                names, given[0], f"Member must have length less than or equal to {_MOST_GROUPS}"
            )
        if given[0] == "logGroupNames":
            return [
                reading.group(self._store, call, {**parameters, "logGroupName": name})
                for name in names
            ]
        return [reading.identified(self._store, call, name, given[0]) for name in names]

    async def _results(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        running = self._find(call, parameters)
        if running.size > _LONG_ANSWER:
            await self._store.turns.next()
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

    def _find(self, call: Call, parameters: Parameters) -> RunningQuery:
        identifier = reading.text(parameters, "queryId")
        running = self._queries.get(identifier)
        if running is None or running.region != call.region:
            raise ResourceNotFound("The specified query does not exist.")
        return running

    def _stop_query(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        running = self._find(call, parameters)
        if running.status in _FINISHED:
            raise InvalidParameter("Specified query is not in Running or Scheduled status.")
        running.status = "Cancelled"
        if running.task:
            running.task.cancel()
        return {"success": True}

    def _describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name, status = parameters.get("logGroupName"), parameters.get("status")
        most = reading.limit(parameters, _MOST_DESCRIBED, _MOST_DESCRIBED, "maxResults")
        found = [
            running
            for running in reversed(self._queries.values())
            if running.region == call.region
            and name in (None, running.groups[0].name)
            and status in (None, running.status)
        ]
        after = parameters.get("nextToken")
        if after:
            # what is older than a query that is forgotten is forgotten, too
            ids = [running.id for running in found]
            found = found[ids.index(after) + 1 :] if after in ids else []
        answer: dict[str, Any] = {"queries": [_shown(running) for running in found[:most]]}
        if len(found) > most:
            answer["nextToken"] = found[most - 1].id
        return answer

    # --- running ---

    async def _run(self, running: RunningQuery) -> None:
        if running.events() <= _FEW_EVENTS:
            await self._carry_out(running)
            return
        async with self._places:
            await self._carry_out(running)

    async def _carry_out(self, running: RunningQuery) -> None:
        running.status = "Running"
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await self._find_all(running)
            running.status = "Complete"
        except (OutOfTime, TimeoutError):
            running.status = "Timeout"
        except (RecursionError, TooMuchHeld) as error:
            log.info("the query %.200r takes too much: %r", running.text, error)
            running.status = "Failed"
        except Exception:
            log.exception("the query %.200r failed", running.text)
            running.status = "Failed"
        finally:
            running.task = None

    async def _find_all(self, running: RunningQuery) -> None:
        allowance = Allowance(_SECONDS)
        rows = await self._scan(running, allowance)
        finish = partial(running.query.finish, rows, running.limit)
        # sorting and grouping have no end until they are done
        apart = len(rows) * len(running.text) > _MOST_HERE
        found = await allowance.run(finish, apart=apart)
        running.results, running.size = _within(found, _MOST_RESULT_BYTES)

    async def _scan(self, running: RunningQuery, allowance: Allowance) -> list[Row]:
        """The events of the range, in order, that pass the steps for single rows."""
        from orderlab.cloud.logs.events import AT_A_TIME, chronological, in_turns

        streams = [stream for group in running.groups for stream in group.streams.values()]
        names = {
            id(s): f"{g.account_id}:{g.name}" for g in running.groups for s in g.streams.values()
        }
        rows: list[Row] = []
        kept, enough = Kept(), running.query.newest(running.limit)
        store, events = self._store, chronological(streams, running.begin)
        at_a_time = max(min(AT_A_TIME, _MOST_HERE // len(running.text)), 1)
        async for portion in in_turns(store.turns, events, store.newest, at_a_time):
            portion = [pair for pair in portion if pair[0].timestamp <= running.end]
            if not portion:
                break
            running.scanned += len(portion)
            size = sum(len(event.message) for event, _ in portion)
            running.scanned_bytes += size
            look = partial(_passing, portion, names, running.query.each, kept)
            passing = await allowance.run(look, apart=size > _FEW_BYTES)
            running.matched += len(passing)
            kept.hold(ROW_BYTES * len(passing))
            rows += passing
            if enough is not None and len(rows) >= 2 * enough:
                kept.release(sum(row.held for row in rows[:-enough]))
                del rows[:-enough]
        return rows


def _shown(running: RunningQuery) -> dict[str, Any]:
    """A query as DescribeQueries shows it."""
    return {
        "queryLanguage": "CWLI",
        "queryId": running.id,
        "queryString": running.text,
        "status": running.status,
        "createTime": running.created,
        "logGroupName": running.groups[0].name,
    }


def _passing(
    portion: list[tuple[Event, Stream]],
    names: Mapping[int, str],
    steps: list[Callable[[Row], bool]],
    kept: Kept,
) -> list[Row]:
    """New rows for events, those that pass all steps."""
    rows = []
    for event, stream in metered(portion):
        row = Row(event, stream.name, names[id(stream)], kept)
        if all(step(row) for step in steps):
            rows.append(row)
    return rows


def _within(
    rows: list[list[tuple[str, str]]], most: int
) -> tuple[list[list[tuple[str, str]]], int]:
    """The first rows, up to `most` characters together, and how many characters they have."""
    size = 0
    for count, row in enumerate(rows):
        more = sum(len(name) + len(value) for name, value in row)
        if size + more > most:
            return rows[:count], size
        size += more
    return rows, size


def _milliseconds(given: int) -> int:
    """StartQuery takes seconds; milliseconds are understood as well, as on AWS."""
    return given if given > 10**11 else given * 1000
