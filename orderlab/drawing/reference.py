"""What stands at the end of each chapter, as graphs that were kept when the pictures were made."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from orderlab.drawing.graph import Edge, Graph, Node

FOLDER = Path(__file__).with_name("chapters")


@cache
def reference(chapter: int) -> Graph:
    """The graph at the end of a chapter; of the last one before it that built something."""
    kept = [int(path.stem) for path in FOLDER.glob("*.json")]
    built = max((number for number in kept if number <= chapter), default=None)
    if built is None:
        return Graph()
    return from_json((FOLDER / f"{built:02d}.json").read_text(encoding="utf-8"))


@cache
def shop() -> frozenset[str]:
    """The ids of the nodes that any chapter builds for the shop."""
    chapters = (reference(int(path.stem)) for path in FOLDER.glob("*.json"))
    return frozenset(node.id for graph in chapters for node in graph.nodes)


def to_json(graph: Graph) -> str:
    """A graph without ARNs, which differ from account to account."""
    nodes = [{**asdict(node), "arn": ""} for node in graph.nodes]
    edges = [asdict(edge) for edge in graph.edges]
    return json.dumps({"nodes": nodes, "edges": edges}, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Graph:
    kept = json.loads(text)
    nodes = [Node(**{**node, "detail": tuple(node["detail"])}) for node in kept["nodes"]]
    return Graph.of(nodes, [Edge(**edge) for edge in kept["edges"]])
