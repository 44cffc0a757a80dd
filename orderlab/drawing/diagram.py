"""What is deployed, as a notebook shows it: the picture, its alt text, a walk through it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.drawing.discover import discover
from orderlab.drawing.graph import Edge, Graph, Node
from orderlab.drawing.picture import draw
from orderlab.drawing.reference import reference
from orderlab.drawing.text import in_one_paragraph, walk_through
from orderlab.showing.exports import FOLDER, Exported, as_csv, write_all


@dataclass(frozen=True, repr=False)
class Diagram:
    """One graph with what is new in it and what is missing from it."""

    graph: Graph
    new: Collection[str] = frozenset()
    missing: tuple[Node | Edge, ...] = ()
    title: str = ""

    @classmethod
    def of(
        cls, target: Target, *, chapter: int | None = None, show_missing: bool = False
    ) -> Diagram:
        """What is deployed now.

        With `chapter`, what the chapter adds to the shop is marked as new; what somebody deployed
        to practise is drawn and is not new. With `show_missing`, what the chapter will have at its
        end and has not yet is drawn grey.
        """
        graph = discover(target, prefix=target.name(""))
        if chapter is None:
            return cls(graph)
        before, after = reference(chapter - 1), reference(chapter)
        added = after.difference(before).new
        new = added & {part.id for part in graph.parts}
        missing = graph.difference(after).missing if show_missing else ()
        return cls(graph, new, missing)

    @property
    def svg(self) -> str:
        return draw(self.graph, new=self.new, missing=self.missing, title=self.title)

    @property
    def alt(self) -> str:
        """The picture in one paragraph."""
        return in_one_paragraph(self.graph, new=self.new, missing=self.missing)

    @property
    def text(self) -> str:
        """The picture as a numbered walk, in the order in which an order meets things."""
        return walk_through(self.graph, new=self.new, missing=self.missing)

    def export(self, folder: str = FOLDER, name: str = "") -> Exported:
        """Write what is deployed into a folder: the picture as SVG, its parts as CSV."""
        rows = [{"kind": n.kind, "name": n.name, "new": n.id in self.new} for n in self.graph.nodes]
        contents = {"csv": as_csv(rows), "svg": self.svg.encode()}
        return write_all(folder, name or self.title or "what is deployed", contents)

    def save(self, path: str | Path) -> Path:
        """Write the SVG into a file."""
        path = Path(path)
        path.write_text(self.svg, encoding="utf-8", newline="\n")
        return path

    def __repr__(self) -> str:
        return f"[picture] {self.alt}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        steps = "".join(
            f"<li>{escape(line.partition('. ')[2] or line)}</li>" for line in self.text.splitlines()
        )
        return {
            "text/plain": repr(self),
            "text/html": (
                '<figure class="drawn" style="margin:8px 0;max-width:100%">'
                f'<div style="overflow-x:auto">{self.svg}</div>'
                f"<details><summary>The same in words</summary><ol>{steps}</ol></details></figure>"
            ),
        }
