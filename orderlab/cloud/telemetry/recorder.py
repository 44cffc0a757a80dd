"""The flight recorder: who called whom, when, and which order it was about."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from orderlab.cloud.contracts import Hop
from orderlab.cloud.telemetry.correlation import CorrelationFields
from orderlab.cloud.telemetry.latency import Latencies

# Some 8,000 orders through the whole system, and 60 MB.
MAX_HOPS = 200_000
MAX_PAGE = 10_000
# pairs of a source and a target, with an action
MAX_EDGES = 10_000
# hops are forgotten in portions, so that forgetting costs little a hop
_PORTIONS = 200


class FlightRecorder:
    """The last hops, numbered from 1, and those of each correlation id.

    Older ones are forgotten, of every id, however the order is faring.
    """

    def __init__(self, fields: tuple[str, ...], max_hops: int = MAX_HOPS) -> None:
        self._fields = CorrelationFields(fields)
        self._max_hops = max_hops
        self._portion = max(max_hops // _PORTIONS, 1)
        self._hops: list[Hop] = []
        self._last = 0
        self._by_id: dict[str, _Filed] = {}
        self._edges: dict[tuple[str, str, str], Edge] = {}

    @property
    def last(self) -> int:
        """The number of the newest hop; 0 before the first."""
        return self._last

    def ids_in(self, payload: bytes | str) -> tuple[str, ...]:
        """The distinct correlation ids that a payload names, in the order of their appearance."""
        found = self._fields.find(payload)
        if len(found) == 1:
            # the hops of an order share one tuple
            filed = self._by_id.get(found[0])
            if filed is not None:
                return filed.alone
        return found

    def record(self, hop: Hop) -> None:
        """Keep an entry. The oldest ones go when there are too many."""
        self._last += 1
        self._hops.append(hop)
        for each in hop.ids:
            filed = self._by_id.get(each)
            if filed is None:
                filed = self._by_id[each] = _Filed(hop.ids if len(hop.ids) == 1 else (each,))
            filed.numbers.append(self._last)
        _count(self._edges, hop)
        if len(self._hops) >= self._max_hops + self._portion:
            self._forget(self._portion)

    def _forget(self, count: int) -> None:
        gone, self._hops[:count] = self._hops[:count], []
        for each in {each for hop in gone for each in hop.ids}:
            numbers = self._by_id[each].numbers
            del numbers[: bisect_left(numbers, self._oldest)]
            if not numbers:
                del self._by_id[each]

    @property
    def _oldest(self) -> int:
        """The number of the oldest hop that is kept."""
        return self._last - len(self._hops) + 1

    # --- pages ---

    def page(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Hops after a number, oldest first: `after` and `limit`."""
        after = int(parameters.get("after", 0))
        limit = min(max(int(parameters.get("limit", 1000)), 1), MAX_PAGE)
        oldest = self._oldest
        after = min(max(after, oldest - 1), self._last)
        found = self._after(after, limit)
        hops = [_shown(number, hop) for number, hop in enumerate(found, after + 1)]
        next_after = hops[-1]["sequence"] if hops else self._last
        return {"hops": hops, "next": next_after, "last": self._last, "oldest": oldest}

    def trace(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Every hop that was about one order: `id`.

        `forgotten` tells how many hops, of any order, are no longer kept, and `since` from when on
        they are, in seconds since 1970.
        """
        identifier = str(parameters["id"])
        filed = self._by_id.get(identifier)
        oldest = self._oldest
        numbers = filed.numbers if filed is not None else []
        found = [(number, self._hops[number - oldest]) for number in numbers]
        hops = [_shown(number, hop) for number, hop in sorted(found, key=_began)]
        since = self._hops[0].at if self._hops else None
        return {"id": identifier, "hops": hops, "forgotten": oldest - 1, "since": since}

    def edges(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Counts, errors and latencies of each source and target: since a number, or in all."""
        since = int(parameters.get("since", 0))
        edges = self._edges
        if since > 0:
            edges = {}
            for hop in self._after(min(since, self._last)):
                _count(edges, hop)
        return {"last": self._last, "edges": [edge.shown(*key) for key, edge in edges.items()]}

    def _after(self, number: int, limit: int | None = None) -> Sequence[Hop]:
        """The hops after a number, as far as they are kept."""
        first = max(number + 1 - self._oldest, 0)
        return self._hops[first : None if limit is None else first + limit]


class _Filed:
    """The numbers of the hops of one id, and the tuple of this id alone."""

    __slots__ = ("alone", "numbers")

    def __init__(self, alone: tuple[str, ...]) -> None:
        self.alone = alone
        self.numbers: list[int] = []


class Edge:
    """What went from one part to another."""

    __slots__ = ("errors", "latencies")

    def __init__(self) -> None:
        self.errors = 0
        self.latencies = Latencies()

    def shown(self, source: str, target: str, action: str) -> dict[str, Any]:
        """The edge with its counts, as `GET recorder/edges` shows it."""
        return {
            "source": source,
            "target": target,
            "action": action,
            "count": self.latencies.count,
            "errors": self.errors,
            **self.latencies.summary(),
        }


def _count(edges: dict[tuple[str, str, str], Edge], hop: Hop) -> None:
    key = (hop.source, hop.target, hop.action)
    edge = edges.get(key)
    if edge is None:
        if len(edges) >= MAX_EDGES:
            del edges[next(iter(edges))]
        edge = edges[key] = Edge()
    edge.latencies.add(hop.duration_ms)
    if hop.outcome != "ok":
        edge.errors += 1


def _shown(number: int, hop: Hop) -> dict[str, Any]:
    return {"sequence": number, **asdict(hop)}


def _began(entry: tuple[int, Hop]) -> tuple[float, int]:
    number, hop = entry
    return hop.at, number
