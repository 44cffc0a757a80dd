"""`make diagrams`: build each chapter on a local cloud, draw what stands, keep picture and graph.

The pictures go into diagrams/, the graphs beside this file: they are what `Diagram.of` compares a
learner's system with.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from orderlab.drawing.discover import discover
from orderlab.drawing.graph import Graph
from orderlab.drawing.picture import draw
from orderlab.drawing.reference import FOLDER, to_json

PICTURES = Path(__file__).resolve().parents[2] / "diagrams"

TITLES = {
    1: "Chapter 1: a function and an API",
    2: "Chapter 2: orders in a table",
    3: "Chapter 3: changes become events",
    4: "Chapter 4: storage first",
}


def chapter_graphs() -> Iterator[tuple[int, Graph]]:
    """Build each chapter in turn on a cloud of its own and read what stands."""
    from orderlab.aws_target.local import LocalTarget
    from orderlab.orders.architecture import build

    with LocalTarget.start(seed=1) as target:
        for chapter in TITLES:
            build(target, chapter)
            yield chapter, discover(target)


def files(graphs: Iterator[tuple[int, Graph]]) -> Iterator[tuple[Path, str]]:
    """Every generated file and what belongs into it."""
    before = Graph()
    for chapter, graph in graphs:
        new = graph.difference(before).new
        svg = draw(graph, new=new if chapter > 1 else (), title=TITLES[chapter])
        yield PICTURES / f"{chapter:02d}.svg", svg
        yield FOLDER / f"{chapter:02d}.json", to_json(graph)
        before = graph


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a file differs")
    check = parser.parse_args().check
    stale = []
    for path, content in files(chapter_graphs()):
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old == content:
            continue
        stale.append(path.name)
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
    print("differs:" if check else "written:", ", ".join(stale) or "none")  # noqa: T201
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
