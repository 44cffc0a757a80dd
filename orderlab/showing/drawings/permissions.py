"""Two policies: what a function may do, and who may call it."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, ORANGE, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A caller, the function's resource policy, the function, its role, and a log group."""
    board = Sketch(190)
    board.box(10, 60, 140, 50, "caller", small="API Gateway")
    board.arrow(152, 85, 218, 85)
    board.box(
        220, 60, 170, 50, "resource policy", colour=ORANGE, filled=True, small="at the function"
    )
    board.arrow(392, 85, 428, 85)
    board.box(430, 60, 110, 50, "function", colour=BLUE, filled=True)
    board.arrow(542, 85, 578, 85)
    board.box(580, 60, 150, 50, "role", colour=GREEN, filled=True, small="permissions policy")
    board.arrow(732, 85, 778, 85)
    board.box(780, 60, 110, 50, "log group")
    board.text(305, 140, "who may call it?", anchor="middle", bold=True)
    board.text(655, 140, "what may it do?", anchor="middle", bold=True)
    board.text(
        655,
        162,
        "the trust policy says who may take the role on",
        anchor="middle",
        colour=QUIET,
        size=12,
    )
    return board.picture(
        "Two policies stand around a function. In front of it its resource policy says who may call "
        "it, for example API Gateway. Behind it the permissions policy of its role says what it may "
        "do, for example write to its log group. The role's trust policy says who may take the "
        "role on."
    )
