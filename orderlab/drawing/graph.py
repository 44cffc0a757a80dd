"""What is deployed, as nodes and edges: AWS's ids, the names that people use, and nothing to draw.

An edge points the way the call or the data goes: from the caller to the called, from a queue or a
stream to the function that is fed from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# What a node may be, and what it is called in text.
KINDS = {
    "client": "client",
    "api": "REST API",
    "function": "function",
    "queue": "queue",
    "dead-letters": "dead-letter queue",
    "table": "table",
    "topic": "topic",
    "cache": "DAX cluster",
    "endpoint": "HTTP endpoint",
}

# What an edge may be, as the verb between its ends.
VERBS = {
    "request": "calls",
    "integration": "hands requests to",
    "feeds": "feeds",
    "stream": "streams its changes to",
    "delivers": "delivers to",
    "writes": "writes to",
    "reads": "reads from",
    "publishes": "publishes to",
    "sends": "sends to",
    "invokes": "invokes",
    "redrive": "moves failed messages to",
    "failure": "reports failures to",
}

# where failed work goes: beside the way that the work takes
ASIDE = frozenset({"redrive", "failure"})


@dataclass(frozen=True, order=True)
class Node:
    """One resource. `id` is its kind and name, `detail` a few facts worth reading."""

    id: str
    kind: str
    name: str
    arn: str = ""
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Edge:
    """One connection. `label` is short; `detail` says it in full."""

    source: str
    target: str
    kind: str
    label: str = ""
    detail: str = ""

    @property
    def id(self) -> str:
        """Stable as long as both ends keep their names; may stand in HTML."""
        return f"edge-{self.source}--{self.target}--{self.kind}"


@dataclass(frozen=True)
class Difference:
    """What one graph has and another has not: ids of what is new, the missing parts themselves."""

    new: frozenset[str] = frozenset()
    missing: tuple[Node | Edge, ...] = ()


@dataclass(frozen=True)
class Graph:
    """Nodes and edges, sorted; an edge whose end is not here is left out."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge]) -> Graph:
        kept = {node.id: node for node in sorted(nodes, key=lambda node: node.id)}
        joined = {edge.id: edge for edge in edges if edge.source in kept and edge.target in kept}
        return cls(tuple(kept.values()), tuple(sorted(joined.values())))

    @property
    def parts(self) -> tuple[Node | Edge, ...]:
        """The nodes, then the edges."""
        return (*self.nodes, *self.edges)

    def node(self, identifier: str) -> Node:
        """The node of that id; KeyError if there is none."""
        for node in self.nodes:
            if node.id == identifier:
                return node
        raise KeyError(identifier)

    def difference(self, other: Graph) -> Difference:
        """What is here and not in `other`, and what `other` has and is not here.

        Names count, not ARNs: the same system in another account is no difference.
        """
        mine = {part.id for part in self.parts}
        theirs = {part.id: part for part in other.parts}
        missing = tuple(part for name, part in theirs.items() if name not in mine)
        return Difference(frozenset(mine - theirs.keys()), missing)

    def with_missing(self, missing: Iterable[Node | Edge]) -> Graph:
        """This graph and the missing parts, as one."""
        parts = list(missing)
        nodes = [part for part in parts if isinstance(part, Node)]
        edges = [part for part in parts if isinstance(part, Edge)]
        return Graph.of([*nodes, *self.nodes], [*edges, *self.edges])
