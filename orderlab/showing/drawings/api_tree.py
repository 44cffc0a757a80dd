"""What a REST API is made of, and what a stage serves."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A tree of resources with methods and integrations; a deployment of it on a stage."""
    board = Sketch(250)
    board.text(10, 22, "the API as you define it (a draft)", bold=True)
    board.box(10, 40, 90, 36, "/", small="")
    board.arrow(100, 58, 138, 58)
    board.box(140, 40, 110, 36, "/greetings")
    board.arrow(195, 78, 195, 118)
    board.box(130, 120, 130, 36, "/{name}")
    board.arrow(262, 58, 308, 58)
    board.box(310, 40, 90, 36, "POST", colour=BLUE, filled=True)
    board.arrow(262, 138, 308, 138)
    board.box(310, 120, 90, 36, "GET", colour=BLUE, filled=True)
    for y in (58, 138):
        board.arrow(402, y, 448, y)
        board.box(450, y - 18, 130, 36, "integration")
    board.arrow(582, 58, 648, 90)
    board.arrow(582, 138, 648, 106)
    board.box(650, 78, 130, 40, "a function")
    board.text(195, 184, "resources", anchor="middle", colour=QUIET)
    board.text(355, 184, "methods", anchor="middle", colour=QUIET)
    board.text(515, 184, "what is behind", anchor="middle", colour=QUIET)
    board.box(10, 205, 240, 36, "deployment: a snapshot", colour=GREEN, filled=True)
    board.arrow(252, 223, 318, 223)
    board.box(320, 205, 160, 36, "stage live", colour=GREEN, filled=True)
    board.text(496, 228, "clients reach the snapshot, never the draft")
    return board.picture(
        "A REST API is a tree of resources such as /greetings and /{name}. A resource has methods, "
        "here POST and GET, and each method has an integration that says what is behind it, here a "
        "function. A deployment is a snapshot of all that. The stage live serves the snapshot, "
        "never the draft."
    )
