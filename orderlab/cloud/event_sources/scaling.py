"""How many batches of a queue may be under way at once.

Five to begin with, and while all of them are busy and messages wait, up to 300 more in a minute.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

AT_FIRST = 5
PER_SECOND = 5.0  # 300 a minute
STANDARD_MAXIMUM = 1_250
# how long a function that was throttled gets no further pollers
HOLD_SECONDS = 5.0


class Scaling:
    """The number of pollers of one mapping; times are real seconds, since functions run in them.

    Differs from AWS: pollers beyond the first five end as soon as the queue is empty, and a mapping
    never idles with fewer than five.
    """

    def __init__(self, maximum: int = STANDARD_MAXIMUM) -> None:
        self.pollers = min(AT_FIRST, maximum)
        self.maximum = maximum
        self._earned = 0.0  # a fraction of the next poller
        self._held_until = float("-inf")

    def wait(self, now: float, seconds: float) -> None:
        """For `seconds` until now every poller was busy, and messages waited."""
        if now < self._held_until:
            return
        self._earned += seconds * PER_SECOND
        further = int(self._earned)
        self._earned -= further
        self.pollers = min(self.pollers + further, self.maximum)

    def quiet(self, busy: int) -> None:
        """The queue is empty, with `busy` batches under way."""
        self.pollers = max(busy, min(AT_FIRST, self.maximum), 1)
        self._earned = 0.0

    def throttled(self, now: float, working: int) -> None:
        """The function refused a batch: for a while, no more than it works on at the moment."""
        self.pollers = max(1, min(self.pollers, working))
        self._held_until = now + HOLD_SECONDS
