"""A graph in words, for whoever does not see the picture: one paragraph, or a numbered walk."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from orderlab.drawing.bands import ranks_of
from orderlab.drawing.graph import KINDS, VERBS, Edge, Graph, Node

Missing = Collection[Node | Edge]


def in_one_paragraph(graph: Graph, *, new: Collection[str] = (), missing: Missing = ()) -> str:
    """The picture's alternative text."""
    if not graph.nodes and not missing:
        return "Architecture diagram: nothing is deployed yet."
    count = sum(node.kind != "client" for node in graph.nodes)
    sentences = [f"Architecture diagram of {count} resource{'' if count == 1 else 's'}."]
    sentences += [f"{sentence}." for sentence in _sentences(graph)]
    added = [_named(node) for node in graph.nodes if node.id in new]
    if added:
        sentences.append(f"New here: {_listed(added)}.")
    absent = [_named(part) for part in missing if isinstance(part, Node)]
    if absent:
        sentences.append(f"Not there yet: {_listed(absent)}.")
    return " ".join(sentences)


def walk_through(graph: Graph, *, new: Collection[str] = (), missing: Missing = ()) -> str:
    """The same as a numbered list, in the order in which an order meets things."""
    lines = [f"{n}. {said}." for n, said in enumerate(_sentences(graph, full=True, new=new), 1)]
    absent = [part for part in missing if isinstance(part, Node)]
    lines += [f"Not there yet: {_named(part)}." for part in absent]
    return "\n".join(lines)


def _sentences(graph: Graph, *, full: bool = False, new: Collection[str] = ()) -> list[str]:
    """One sentence for each node that leads on, then one for all that stand alone."""
    ranks = ranks_of(graph)
    sentences = []
    for node in sorted(graph.nodes, key=lambda node: (ranks[node.id], node.id)):
        leaving = [edge for edge in graph.edges if edge.source == node.id]
        if leaving:
            facts = _facts(node, full, new)
            sentences.append(f"{_named(node)}{facts} {_joined(graph, leaving, full)}")
    ends = {end for edge in graph.edges for end in (edge.source, edge.target)}
    alone = [_named(node) + _facts(node, full, new) for node in graph.nodes if node.id not in ends]
    if alone:
        sentences.append(f"{_listed(alone)} {'stands' if len(alone) == 1 else 'stand'} alone")
    return [sentence[0].upper() + sentence[1:] for sentence in sentences]


def _named(node: Node) -> str:
    """`the queue orders-inbox`: a function and its queue often have the same name."""
    if node.kind == "client":
        return "a client"
    return f"the {KINDS.get(node.kind, node.kind)} {node.name}"


def _facts(node: Node, full: bool, new: Collection[str]) -> str:
    facts = [*(node.detail if full else ()), *(["new"] if node.id in new else [])]
    return f" ({', '.join(facts)})" if facts else ""


def _joined(graph: Graph, edges: Sequence[Edge], full: bool) -> str:
    """What a node does to each of the others, the same verb said once."""
    verbs: dict[str, list[str]] = {}
    for edge in edges:
        extra = (edge.detail if full else "") or edge.label
        if extra == "stream":  # the verb says it already
            extra = ""
        said = _named(graph.node(edge.target)) + (f" ({extra})" if extra else "")
        verbs.setdefault(VERBS.get(edge.kind, "leads to"), []).append(said)
    return _listed([f"{verb} {_listed(names)}" for verb, names in verbs.items()])


def _listed(words: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
