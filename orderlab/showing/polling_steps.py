"""A history of receives: one picture under the other, in the order of time."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Any

from orderlab.showing.picture import Picture
from orderlab.showing.polling_picture import draw
from orderlab.showing.polling_scene import Scene


class Steps:
    """The pictures of some receives. `steps[0]` is the first."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.pictures = [draw(scene, step=number) for number, scene in enumerate(scenes, 1)]

    def __len__(self) -> int:
        return len(self.pictures)

    def __iter__(self) -> Iterator[Picture]:
        return iter(self.pictures)

    def __getitem__(self, number: int) -> Picture:
        return self.pictures[number]

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.pictures)) or "Nothing was received yet."

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        shown = [each._repr_mimebundle_(**options)["text/html"] for each in self.pictures]
        words = html.escape(repr(self)) if not shown else ""
        return {"text/plain": repr(self), "text/html": "".join(shown) or f"<p>{words}</p>"}
