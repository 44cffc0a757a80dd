"""A service integration: a template on the way in, and one on the way out."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, LINE, QUIET, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """Customer, gateway with two templates, service."""
    board = Sketch(240)
    board.box(10, 60, 120, 120, "customer")
    board.box(240, 20, 400, 206, "", colour=BLUE)
    board.text(256, 42, "API Gateway, integration type AWS", bold=True, colour=BLUE)
    board.box(262, 62, 356, 60, "", colour=GREEN, filled=True)
    board.text(274, 84, "request template", bold=True)
    board.text(274, 106, "sees the customer's request: $input, $context", size=12)
    board.box(262, 142, 356, 60, "", colour=GREEN, filled=True)
    board.text(274, 164, "response template, chosen by the status", bold=True)
    board.text(274, 186, "sees the service's answer: $input, $context", size=12)
    board.box(770, 60, 120, 120, "SQS", colour=LINE, small="or another service")
    board.arrow(135, 92, 258, 92, "JSON")
    board.arrow(622, 92, 765, 92, "a form, as a role")
    board.arrow(765, 172, 622, 172, "200, 403, ...")
    board.arrow(258, 172, 135, 172, "202, 503")
    board.text(256, 218, "No code of yours runs here.", colour=QUIET, size=12)
    return board.picture(
        "The customer sends JSON to API Gateway. A request template, which sees the customer's "
        "request, makes a form of it, which is sent to SQS as a role. SQS answers with a status. It "
        "chooses a response template, which sees the service's answer and makes 202 or 503 of it."
    )
