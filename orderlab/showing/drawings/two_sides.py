"""The two sides of a delivery from a topic to a queue: a subscription and a queue policy."""

from __future__ import annotations

from orderlab.showing.drawings.sketch import BLUE, GREEN, QUIET, RED, Sketch
from orderlab.showing.picture import Picture


def draw() -> Picture:
    """A topic with its subscription, a queue with its policy, and the message between them."""
    board = Sketch(190)
    board.box(10, 40, 330, 120, "", colour=BLUE)
    board.text(25, 64, "topic", bold=True, colour=BLUE)
    board.text(25, 88, "topic policy: who may publish and subscribe", size=12)
    board.text(25, 112, "subscription: to which queue,", bold=True)
    board.text(25, 132, "raw or in an envelope, which messages", bold=True)
    board.arrow(345, 100, 545, 100, "sns.amazonaws.com sends", colour=GREEN)
    board.box(550, 40, 340, 120, "", colour=RED)
    board.text(565, 64, "queue", bold=True, colour=RED)
    board.text(565, 92, "queue policy: who may send", bold=True)
    board.text(565, 116, "Principal: the service sns.amazonaws.com", size=12)
    board.text(565, 136, "Condition: on behalf of this topic", size=12)
    board.text(10, 182, "said on the topic's side", colour=QUIET, size=12)
    board.text(550, 182, "said on the queue's side", colour=QUIET, size=12)
    return board.picture(
        "A delivery has two sides. On the topic's side, the topic policy says who may publish and "
        "subscribe, and the subscription says to which queue, raw or in an envelope, and which "
        "messages. On the queue's side, the queue policy says who may send: the service "
        "sns.amazonaws.com, on behalf of this topic."
    )
