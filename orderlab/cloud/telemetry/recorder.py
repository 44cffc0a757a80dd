"""The flight recorder: who called whom, when, and which order it was about."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

from orderlab.cloud.contracts import Hop
from orderlab.cloud.telemetry.correlation import CorrelationFields
from orderlab.cloud.telemetry.latency import Latencies

MAX_HOPS = 500_000
MAX_PAGE = 10_000


class FlightRecorder:
    """The last hops, numbered from 1, and those of each correlation id."""

    def __init__(self, fields: tuple[str, ...], max_hops: int = MAX_HOPS) -> None:
        self._fields = CorrelationFields(fields)
        self._max_hops = max_hops
        self._hops: deque[Hop] = deque()
        self._last = 0
        self._by_id: dict[str, deque[tuple[int, Hop]]] = {}
        self._edges: dict[tuple[str, str, str], Edge] = {}

    @property
    def last(self) -> int:
        """The number of the newest hop; 0 before the first."""
        return self._last

    def ids_in(self, payload: bytes | str) -> tuple[str, ...]:
        return self._fields.find(payload)

    def record(self, hop: Hop) -> None:
        self._last += 1
        self._hops.append(hop)
        for each in hop.ids:
            self._by_id.setdefault(each, deque()).append((self._last, hop))
        _count(self._edges, hop)
        if len(self._hops) > self._max_hops:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        for each in self._hops.popleft().ids:
            filed = self._by_id[each]
            filed.popleft()
            if not filed:
                del self._by_id[each]

    # --- pages ---

    def page(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Hops after a number, oldest first: `after` and `limit`."""
        after = int(parameters.get("after", 0))
        limit = min(max(int(parameters.get("limit", 1000)), 1), MAX_PAGE)
        oldest = self._last - len(self._hops)
        after = min(max(after, oldest), self._last)
        found = islice(self._after(after), limit)
        hops = [_shown(number, hop) for number, hop in enumerate(found, after + 1)]
        next_after = hops[-1]["sequence"] if hops else self._last
        return {"hops": hops, "next": next_after, "last": self._last, "oldest": oldest + 1}

    def trace(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Every hop that was about one order: `id`."""
        identifier = str(parameters["id"])
        found = self._by_id.get(identifier, ())
        hops = [_shown(number, hop) for number, hop in sorted(found, key=_began)]
        return {"id": identifier, "hops": hops}

    def edges(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Counts, errors and latencies of each source and target: since a number, or in all."""
        since = int(parameters.get("since", 0))
        edges = self._edges
        if since > 0:
            edges = {}
            for hop in self._after(min(since, self._last)):
                _count(edges, hop)
        return {"last": self._last, "edges": [edge.shown(*key) for key, edge in edges.items()]}

    def _after(self, number: int) -> Iterator[Hop]:
        """The hops after a number, found from the nearer end."""
        count = min(self._last - number, len(self._hops))
        if count * 2 > len(self._hops):
            return islice(self._hops, len(self._hops) - count, None)
        newest = list(islice(reversed(self._hops), count))
        return reversed(newest)


class Edge:
    """What went from one part to another."""

    __slots__ = ("errors", "latencies")

    def __init__(self) -> None:
        self.errors = 0
        self.latencies = Latencies()

    def shown(self, source: str, target: str, action: str) -> dict[str, Any]:
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
        edge = edges[key] = Edge()
    edge.latencies.add(hop.duration_ms)
    if hop.outcome != "ok":
        edge.errors += 1


def _shown(number: int, hop: Hop) -> dict[str, Any]:
    return {"sequence": number, **asdict(hop)}


def _began(entry: tuple[int, Hop]) -> tuple[float, int]:
    number, hop = entry
    return hop.at, number
