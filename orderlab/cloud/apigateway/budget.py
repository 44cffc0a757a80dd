"""How much work one request may be.

Templates, JSON paths and models can ask for work without end, on bodies that anybody sends. Work
is counted, not timed, so that a request ends the same way on every machine. A request that is
little work is carried out at once. One that is more goes to a lane of its own (`lane.py`), and ends
there with the gateway's error if it is too much.
"""

from __future__ import annotations

# API Gateway's limit for payloads; no text that a template makes is longer
MAX_TEXT = 10 * 1024 * 1024

# a step is one part of a template, of a path or of a model: a third of a microsecond, or less
_STEPS_AT_ONCE = 10_000
_BYTES_AT_ONCE = 16 * 1024 * 1024
_STEPS = 6_000_000
_BYTES = 256 * 1024 * 1024


class BudgetSpent(Exception):
    """There is more to do than the budget allows."""


class Budget:
    """`steps` that may still be taken, and `room` in bytes for what is made on the way.

    `shared` tells that a list or a map was put into another one: from then on a value may be
    reached in many ways, or hold itself.
    """

    __slots__ = ("room", "shared", "steps")

    def __init__(self, steps: int = _STEPS, room: int = _BYTES) -> None:
        self.steps = steps
        self.room = room
        self.shared = False

    @classmethod
    def at_once(cls) -> Budget:
        """What may be done while everybody else waits: a few milliseconds."""
        return cls(_STEPS_AT_ONCE, _BYTES_AT_ONCE)

    def spend(self, steps: int) -> None:
        """Take steps; BudgetSpent if there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise BudgetSpent

    def make(self, size: int) -> None:
        """Take room, before something of `size` bytes is made; BudgetSpent if there is none."""
        self.room -= size
        if self.room < 0:
            raise BudgetSpent

    def make_text(self, length: int) -> None:
        """Take room for a text of so many characters; BudgetSpent if that is beyond any text."""
        if length > MAX_TEXT:
            raise BudgetSpent
        self.steps -= length >> 8
        self.make(length)
