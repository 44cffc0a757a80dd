"""The servers of a queue as a picture: messages on each, who was asked, what came back."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    QUIET,
    RED,
    Sketch,
)
from orderlab.showing.picture import Picture
from orderlab.showing.polling_scene import Lying, Scene

# narrow enough for a window of 1,024 px with JupyterLab's file browser open
_BOARD = 660
_EDGE, _GAP, _IN_A_ROW = 6, 6, 8
_BOX, _WIDEST = 122, 140
_CHIP, _SHORT, _LINES = 26, 3, 3
_BAR, _TOP, _TOP_WITHOUT_ARROWS = 34, 112, 84

# how a message in each state looks: colour, filled, dashed, and what the legend says
_LOOKS = {
    "visible": (BLUE, True, False, "visible"),
    "came": (GREEN, True, False, "came back"),
    "missed": (ORANGE, False, True, "missed"),
    "in flight": (LINE, False, True, "(in flight)"),
    "delayed": (LINE, False, True, "(delayed)"),
    "dead letter": (RED, False, True, "dead letter"),
}


def draw(scene: Scene, *, step: int | None = None) -> Picture:
    """The picture of a scene, with its words as alt text."""
    first = 40 if scene.asked is None else _TOP_WITHOUT_ARROWS
    if scene.asked is not None and scene.servers <= _IN_A_ROW:
        first = _TOP
    rows = -(-scene.servers // _IN_A_ROW)
    board = Sketch(first + rows * (_BOX + _GAP) + 32, _BOARD)
    title = f"{step}. {scene.title()}" if step else scene.title()
    board.text(_EDGE, 22, title, bold=True, size=15)
    if scene.asked is not None:
        _answer(board, scene)
    for server in range(scene.servers):
        row, column = divmod(server, _IN_A_ROW)
        _server(board, scene, server, column, first + row * (_BOX + _GAP))
    _legend(board, scene, first + rows * (_BOX + _GAP) + 4)
    words = f"Step {step}. {scene.sentence()}" if step else scene.sentence()
    return Picture(board.picture(words).svg, words, measured=scene.measured)


def _width(scene: Scene) -> float:
    """Of one server."""
    columns = min(scene.servers, _IN_A_ROW)
    return min(_WIDEST, (_BOARD - 2 * _EDGE - (columns - 1) * _GAP) / columns)


def _answer(board: Sketch, scene: Scene) -> None:
    """The consumer's request above the servers, with what came back, and an arrow from each."""
    columns = min(scene.servers, _IN_A_ROW)
    # as wide as the servers, and wide enough for the words
    width = max(columns * (_width(scene) + _GAP) - _GAP, 8 * len(scene.answer()) + 20)
    board.box(_EDGE, _BAR, width, 36, colour=GREEN if scene.came else ORANGE)
    board.text(_EDGE + width / 2, _BAR + 23, scene.answer(), anchor="middle", bold=True)
    if scene.servers > _IN_A_ROW:
        return
    giving = {each.server for each in scene.messages if each.state == "came"}
    for server in scene.asked or ():
        x = _EDGE + server * (_width(scene) + _GAP) + _width(scene) / 2
        gives = server in giving
        board.arrow(
            x, _TOP - 4, x, _BAR + 40, colour=GREEN if gives else LINE, dashed=not gives
        )  # fmt: skip


def _server(board: Sketch, scene: Scene, server: int, column: int, y: float) -> None:
    """One server: its number, its messages, and whether it was asked."""
    width = _width(scene)
    x = _EDGE + column * (width + _GAP)
    asked = scene.asked is not None and server in scene.asked
    board.box(x, y, width, _BOX, colour=BLUE if asked else LINE, filled=asked)
    board.text(
        x + 7, y + 18, f"server {server}", bold=asked, colour=INK if asked else QUIET, size=12
    )
    if scene.asked is not None:
        words = "asked" if asked else "not asked"
        colour = INK if asked else QUIET
        board.text(x + width / 2, y + _BOX - 8, words, anchor="middle", colour=colour, size=12)
    _messages(board, scene, server, x + 6, y + 26, width - 12)


def _messages(
    board: Sketch, scene: Scene, server: int, x: float, y: float, width: float
) -> None:  # fmt: skip
    here = [each for each in scene.messages if each.server == server]
    brief = all(len(_label(each)) <= _SHORT for each in here)
    size = _CHIP if brief else width
    columns = max(1, int((width + 4) // (size + 4)))
    # those that are visible, and any beyond them that are shown in another state
    hidden = sum(each.state in ("in flight", "delayed") for each in here)
    total = max(scene.held[server] + hidden, len(here))
    room = columns * _LINES
    if total > room:
        room -= columns
    for place, each in enumerate(here[:room]):
        line, column = divmod(place, columns)
        _message(board, each, x + column * (size + 4), y + line * 25, size)
    if total > room:
        more = f"+{total - min(room, len(here))} more"
        board.text(x + 2, y + (_LINES - 1) * 25 + 15, more, size=12)


def _message(board: Sketch, each: Lying, x: float, y: float, width: float) -> None:
    colour, filled, dashed, _ = _LOOKS[each.state]
    board.box(x, y, width, 21, colour=colour, filled=filled, dashed=dashed)
    label = _shortened(_label(each), max(_SHORT, int((width - 6) / 7.2)))
    board.text(x + width / 2, y + 15, label, anchor="middle", size=12)


def _label(each: Lying) -> str:
    return f"({each.body})" if each.state in ("in flight", "delayed") else each.body


def _shortened(label: str, fits: int) -> str:
    """The label, without its middle if it is too long: names often differ at their end."""
    if len(label) <= fits:
        return label
    end = (fits - 1) // 2
    return f"{label[: fits - 1 - end]}…{label[-end:]}"


def _legend(board: Sketch, scene: Scene, y: float) -> None:
    """What the looks of messages mean, of those that there are."""
    x = float(_EDGE)
    for state, (colour, filled, dashed, words) in _LOOKS.items():
        if any(each.state == state for each in scene.messages):
            board.box(x, y, 18, 14, colour=colour, filled=filled, dashed=dashed)
            board.text(x + 24, y + 12, words, colour=QUIET, size=12)
            x += 24 + 7 * len(words) + 24
