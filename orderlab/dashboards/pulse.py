"""One look at the running system: what moved since the last look, and what waits where."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.dashboards.experiment import experiment_in_words
from orderlab.drawing.graph import Graph
from orderlab.drawing.route import arn_key, keys_of
from orderlab.orders.prices import charges, total_usd

# How a hop's target is reached when the picture has another edge for it: a read of a queue by
# Lambda is the edge from the queue to its function, which `Invoke` already is.
_UNSEEN = {"ReceiveMessage", "DeleteMessage"}


@dataclass
class Frame:
    """What the browser needs for one moment.

    `moves` counts orders by edge (source node id, target node id) since the last frame; `waiting`
    and `environments` are by node id; `errors` too; `usd` is the metered cost so far, `orders` what
    clients placed since the board was opened.
    """

    at: float = 0.0
    moves: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    environments: dict[str, int] = field(default_factory=dict)
    usd: float = 0.0
    orders: int = 0
    # what an experiment has broken, and what it has done to the clock, in words
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": round(self.at, 3),
            "moves": self.moves,
            "errors": self.errors,
            "waiting": self.waiting,
            "environments": self.environments,
            "usd": self.usd,
            "orders": self.orders,
            "faults": self.faults,
        }


class Pulse:
    """Reads a target's pages; each look costs what happened since the last, never more."""

    def __init__(self, target: Target, graph: Graph) -> None:
        self._target = target
        self._prefix = target.name("")
        self._nodes = keys_of(graph)
        self._drawn = {node.id for node in graph.nodes}
        self._edges = {(edge.source, edge.target) for edge in graph.edges}
        # what happened before the board was opened is not shown as if it happened now
        self._before = self._counts()
        self._began = time.monotonic()
        self._orders = 0

    def look(self) -> Frame:
        """What happened since the last look."""
        frame = Frame(at=time.monotonic() - self._began)
        counts = self._counts()
        for key, (count, errors) in counts.items():
            old_count, old_errors = self._before.get(key, (0, 0))
            if count > old_count:
                self._move(frame, key, count - old_count, errors - old_errors)
        self._before = counts
        for queue in self._target.page("queues")["queues"]:
            node = self._nodes.get(arn_key(queue["arn"]))
            if node:
                frame.waiting[node] = queue["visible"] + queue["in_flight"] + queue["delayed"]
        for environment in self._target.page("environments"):
            node = f"function-{environment['function'].removeprefix(self._prefix)}"
            if node in self._drawn:
                frame.environments[node] = frame.environments.get(node, 0) + 1
        frame.usd = total_usd(charges(self._target.page("meter")["items"]))
        frame.orders = self._orders
        frame.faults = experiment_in_words(self._target.page("faults"), self._target.page("clock"))
        return frame

    def _move(self, frame: Frame, key: tuple[str, str, str], count: int, errors: int) -> None:
        source, target, action = key
        edge = self._edge(
            self._nodes.get(arn_key(source), ""), self._nodes.get(arn_key(target), "")
        )
        if edge:
            frame.moves[edge] = frame.moves.get(edge, 0) + count
        node = self._nodes.get(arn_key(target))
        if errors and node:
            frame.errors[node] = frame.errors.get(node, 0) + errors
        # a client also reads: an order is what it posts to an API of the picture
        if source == "client" and node and action.startswith("POST "):
            self._orders += count - errors

    def _edge(self, source: str, target: str) -> str:
        return f"{source}|{target}" if (source, target) in self._edges else ""

    def _counts(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        edges = self._target.page("recorder/edges")["edges"]
        return {
            (e["source"], e["target"], e["action"]): (e["count"], e["errors"])
            for e in edges
            if e["action"] not in _UNSEEN
        }
