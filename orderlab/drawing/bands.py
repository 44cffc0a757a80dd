"""Fold a long chain into bands that are read one after the other, as lines of text are.

The finished system is ten columns from the client to the last table. In one row it would be wide
and flat, its text too small to read in a notebook; folded where few connections cross, it fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from orderlab.drawing.graph import ASIDE, Graph

# more columns than this are folded
WIDEST = 6


def bands(graph: Graph) -> list[list[str]]:
    """The ids of the nodes, a list for each band, each band at most `WIDEST` columns long."""
    ranks = _leaves_stay(graph, ranks_of(graph))
    if not ranks:
        return []
    cuts = _cuts(graph, ranks, 0, max(ranks.values()) + 1)
    folds = [0, *cuts, max(ranks.values()) + 1]
    return [
        [node.id for node in graph.nodes if start <= ranks[node.id] < end]
        for start, end in pairwise(folds)
    ]


def ranks_of(graph: Graph) -> dict[str, int]:
    """The column of each node: after whatever points at it, cycles left aside."""
    forward = _without_cycles(graph)
    ranks = {node.id: 0 for node in graph.nodes}
    for _ in graph.nodes:
        moved = False
        for source, target in forward:
            if ranks[target] <= ranks[source]:
                ranks[target], moved = ranks[source] + 1, True
        if not moved:
            break
    _pull_sources(graph, forward, ranks)
    return ranks


def way_on(graph: Graph, ranks: Mapping[str, int], start: str) -> int:
    """How many nodes can be reached from one, going to higher ranks only."""
    reached, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for edge in graph.edges:
            onward = edge.source == here and ranks[edge.target] > ranks[here]
            if onward and edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return len(reached)


def _without_cycles(graph: Graph) -> list[tuple[str, str]]:
    """The edges that lead on, in a walk from the nodes at which nothing points."""
    following: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    pointed_at = set()
    for edge in graph.edges:
        if edge.target not in following[edge.source]:
            following[edge.source].append(edge.target)
        pointed_at.add(edge.target)
    forward: list[tuple[str, str]] = []
    done: set[str] = set()
    starts = sorted(following, key=lambda name: (name in pointed_at, name))
    for start in starts:
        _walk(start, following, forward, done, set())
    return forward


def _walk(
    name: str,
    following: Mapping[str, list[str]],
    forward: list[tuple[str, str]],
    done: set[str],
    above: set[str],
) -> None:
    if name in done:
        return
    above = above | {name}
    for target in following[name]:
        if target not in above:
            forward.append((name, target))
            _walk(target, following, forward, done, above)
    done.add(name)


def _pull_sources(graph: Graph, forward: list[tuple[str, str]], ranks: dict[str, int]) -> None:
    """Whatever nothing points at stands just before what it points at."""
    pointed_at = {target for _, target in forward}
    for node in graph.nodes:
        targets = [ranks[target] for source, target in forward if source == node.id]
        if node.id not in pointed_at and targets:
            ranks[node.id] = min(targets) - 1


def _leaves_stay(graph: Graph, ranks: dict[str, int]) -> dict[str, int]:
    """A dead-letter queue is drawn in the band of the queue that it serves."""
    leading = {edge.source for edge in graph.edges}
    kept = dict(ranks)
    for edge in graph.edges:
        if edge.kind in ASIDE and edge.target not in leading:
            kept[edge.target] = ranks[edge.source]
    return kept


def _cuts(graph: Graph, ranks: Mapping[str, int], start: int, end: int) -> list[int]:
    """Where to fold the columns from `start` to `end`: few crossings first, then the middle."""
    if end - start <= WIDEST:
        return []

    def cost(cut: int) -> tuple[int, float]:
        crossing = sum(ranks[e.source] < cut <= ranks[e.target] for e in graph.edges)
        return crossing, abs(cut - (start + end) / 2)

    # a band of one column would look lost
    best = min(range(start + 2, end - 1), key=cost)
    return [*_cuts(graph, ranks, start, best), best, *_cuts(graph, ranks, best, end)]
