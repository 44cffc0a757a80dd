"""The live board: the architecture's picture with orders moving along its edges."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from orderlab.dashboards.pulse import Frame, Pulse
from orderlab.drawing.discover import discover
from orderlab.drawing.picture import draw
from orderlab.drawing.text import in_one_paragraph
from orderlab.showing.picture import Picture
from orderlab.target.base import Target

_HERE = Path(__file__).parent
# board.css hides a picture of this kind as long as the board is there
LAST = "orderlab-board-last"
LOOKS_A_SECOND = 4.0
KEPT_FRAMES = 2400


class _BoardWidget(anywidget.AnyWidget):  # type: ignore[misc]
    _esm = _HERE / "board.js"
    _css = _HERE / "board.css"
    svg = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    running = traitlets.Bool(True).tag(sync=True)


class Board:
    """Watches a system for `seconds` in a thread of its own, which only sets widget traits.

    The browser keeps the frames, and can pause, step and replay them without the kernel. When the
    board ends, or where no kernel runs, the picture with the last numbers stays.
    """

    def __init__(self, target: Target, *, seconds: float = 600.0) -> None:
        graph = discover(target, prefix=target.name(""))
        self._svg, self._alt = draw(graph), in_one_paragraph(graph)
        self._pulse = Pulse(target, graph)
        self.widget = _BoardWidget(svg=self._svg, alt=self._alt)
        self.last = Frame()
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="orderlab-board", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        # the cloud may end before the board does: then the last frame stays
        with contextlib.suppress(Exception):
            for _ in range(int(self._seconds * LOOKS_A_SECOND)):
                self.last = self._pulse.look()
                self.widget.frame = self.last.as_dict()
                if self._stop.wait(1 / LOOKS_A_SECOND):
                    break
        self.widget.running = False

    def stop(self) -> Picture:
        """End the board; returns the final picture, which needs no kernel. Twice is no harm.

        The notebook keeps the picture, and shows it where the board itself can't be drawn any more.
        """
        self._stop.set()
        self._thread.join(5)
        picture = self.picture()
        return Picture(picture.svg, picture.alt, measured=True, kind=LAST)

    def picture(self) -> Picture:
        """The architecture with the last numbers in words."""
        return Picture(self._svg, f"{self._alt} {self.in_words()}", measured=True)

    def in_words(self) -> str:
        """The last frame as a sentence."""
        waiting = sum(self.last.waiting.values())
        environments = sum(self.last.environments.values())
        return f"Last seen: {waiting} messages waiting, {environments} environments."

    def __repr__(self) -> str:
        return "Live board of what is deployed"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        static = self.picture()._repr_mimebundle_()["text/html"]
        return {**(data or {}), "text/plain": repr(self), "text/html": static}, metadata
