"""What has been found so far: resources by their ARNs, and the connections between ARNs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Protocol

from orderlab.drawing.graph import Edge, Graph, Node

CLIENT = "client"


class Clients(Protocol):
    """What drawing needs of a target."""

    def client(self, service: str) -> Any: ...


class Inventory:
    """Collects what the services list. Resources whose name lacks `prefix` are somebody else's."""

    def __init__(self, target: Clients, prefix: str = "") -> None:
        self.target = target
        self.prefix = prefix
        self.nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        self._ids: set[str] = set()
        # ARNs by the addresses under which functions know resources
        self.addresses: dict[str, str] = {}

    def is_ours(self, name: str) -> bool:
        return name.startswith(self.prefix)

    def friendly(self, name: str) -> str:
        """What people call a resource: its name without the prefix."""
        return name.removeprefix(self.prefix)

    def add(self, kind: str, name: str, arn: str, detail: Iterable[str] = ()) -> None:
        """Note a resource under its friendly name."""
        friendly = self.friendly(name)
        identifier = f"{kind}-{_slug(friendly)}"
        # API Gateway lets two APIs have the same name
        number = 2
        while identifier in self._ids:
            identifier, number = f"{kind}-{_slug(friendly)}-{number}", number + 1
        self._ids.add(identifier)
        self.nodes[arn] = Node(identifier, kind, friendly, arn, tuple(detail))

    def become(self, arn: str, kind: str) -> None:
        """Change what a node is drawn as; its id stays."""
        if arn in self.nodes:
            self.nodes[arn] = replace(self.nodes[arn], kind=kind)

    def describe(self, arn: str, *detail: str) -> None:
        node = self.nodes.get(arn)
        if node:
            self.nodes[arn] = replace(node, detail=(*node.detail, *detail))

    def connect(
        self, source: str, target: str, kind: str, label: str = "", detail: str = ""
    ) -> None:
        """Note a connection of two ARNs. Ends that are not found in the end are left out."""
        ends = (self.resource(source), self.resource(target), kind)
        self._edges.setdefault(ends, []).append((label, detail))

    def resource(self, arn: str) -> str:
        """The resource that an ARN is part of: the table of a stream, the function of an alias."""
        if arn in self.nodes:
            return arn
        if ":dynamodb:" in arn:
            return re.sub(r"(:table/[^/]+)/.*", r"\1", arn)
        if ":lambda:" in arn:
            return re.sub(r"(:function:[^:]+):.*", r"\1", arn)
        return arn

    def connections(self) -> list[tuple[str, str, str]]:
        """What has been connected: source, target, kind."""
        return list(self._edges)

    def of_kind(self, kind: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == kind]

    def graph(self) -> Graph:
        """All that was found, under the names that people use."""
        known = {arn: node.id for arn, node in self.nodes.items()}
        edges = [
            Edge(known[source], known[target], kind, *_merged(labels))
            for (source, target, kind), labels in self._edges.items()
            if source in known and target in known
        ]
        return Graph.of(self.nodes.values(), edges)


def _merged(labels: list[tuple[str, str]]) -> tuple[str, str]:
    """Several connections of the same two ends as one: each short label once, every detail."""
    short = dict.fromkeys(label for label, _ in labels if label)
    full = sorted({detail or label for label, detail in labels if detail or label})
    return ", ".join(sorted(short)), ", ".join(full)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "unnamed"
