"""The live board: the architecture's picture with orders moving along its edges."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from orderlab.aws_target.base import Target
from orderlab.dashboards.order_path import order_path
from orderlab.dashboards.pulse import Frame, Pulse
from orderlab.drawing.discover import discover
from orderlab.drawing.graph import KINDS
from orderlab.drawing.picture import draw
from orderlab.drawing.text import in_one_paragraph
from orderlab.showing.picture import Picture

_HERE = Path(__file__).parent
# board.css hides a picture of this kind as long as the board is there
LAST = "orderlab-board-last"
LOOKS_A_SECOND = 4.0
# ten minutes, as many as the browser keeps
KEPT_FRAMES = 2400
# what is under way when the board is stopped is waited for: so many looks, so far apart
LAST_LOOKS, LAST_LOOK_SECONDS = 10, 0.1


class _BoardWidget(anywidget.AnyWidget):  # type: ignore[misc]
    _esm = _HERE / "board.js"
    _css = _HERE / "board.css"
    svg = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    folded = traitlets.List().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    running = traitlets.Bool(True).tag(sync=True)


class Board:
    """Watches a system for `seconds` in a thread of its own, which only sets widget traits.

    It shows the path of the orders; what was deployed to practise is only listed. The browser keeps
    the frames, and can pause, step and replay them without the kernel; a page that was loaded anew
    asks for them again. When the board ends, or where no kernel runs, the picture with the last
    numbers stays.
    """

    def __init__(self, target: Target, *, seconds: float = 600.0) -> None:
        graph, folded = order_path(discover(target, prefix=target.name("")))
        self._svg, self._alt = draw(graph), in_one_paragraph(graph)
        self._pulse = Pulse(target, graph)
        listed = [f"{node.name} ({KINDS.get(node.kind, node.kind)})" for node in folded]
        self.widget = _BoardWidget(svg=self._svg, alt=self._alt, folded=listed)
        self.widget.on_msg(self._asked)
        self.last = Frame()
        self._frames: deque[dict[str, Any]] = deque(maxlen=KEPT_FRAMES)
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="orderlab-board", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        # the cloud may end before the board does: then the last frame stays
        with contextlib.suppress(Exception):
            for _ in range(int(self._seconds * LOOKS_A_SECOND)):
                self._look()
                if self._stop.wait(1 / LOOKS_A_SECOND):
                    break
            # what came after the last look belongs to the end frame
            for _ in range(LAST_LOOKS):
                if not self._look().moves:
                    break
                time.sleep(LAST_LOOK_SECONDS)
        self.widget.running = False

    def _look(self) -> Frame:
        self.last = self._pulse.look()
        frame = self.last.as_dict()
        self._frames.append(frame)
        self.widget.frame = frame
        return self.last

    def _asked(self, _: Any, message: Any, __: Any) -> None:
        """A page that was loaded anew knows only the last frame."""
        if message.get("wanted") == "frames":
            self.widget.send({"frames": list(self._frames)})

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
        seen = (
            f"Last seen: {self.last.orders} orders placed, {waiting} messages waiting, "
            f"{environments} environments."
        )
        return " ".join([seen, *(f"{line}." for line in self.last.faults)])

    def __repr__(self) -> str:
        return "Live board of what is deployed"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        static = self.picture()._repr_mimebundle_()["text/html"]
        return {**(data or {}), "text/plain": repr(self), "text/html": static}, metadata
