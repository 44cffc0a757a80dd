"""How many batches of a queue may be under way at once.

AWS starts with 5 and adds up to 300 a minute while messages wait. Here every execution
environment shares the cores of one machine, and a cold one costs a third of a second of one, so
a further poller must be earned: by a batch that keeps everyone waiting, or by a backlog that more
pollers really work off faster.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

FIRST_PATIENCE = 1.5  # while the first environment may still be starting
PATIENCE = 0.25
LONGEST_PATIENCE = 1.0
BUSY_PATIENCE = 3.0  # while the machine has no processor time to spare
AT_FIRST = 5  # batches that AWS begins with, whatever the backlog
PER_SECOND = 5.0  # 300 a minute
LEVEL_SECONDS = 0.5  # how long a level is measured before the next
WORTHWHILE = 0.3  # the share of the ideal gain that a further poller must bring
FIRST_HOLD = 5.0
LONGEST_HOLD = 60.0
STANDARD_MAXIMUM = 1_250


class Scaling:
    """The number of pollers of one mapping; times are real seconds, as functions run in them.

    Differs from AWS: begins with one batch under way instead of 5 and grows to 5 within a second
    or two if batches take long; grows on only while that raises the rate on this machine, and
    its processors are not busy already.
    """

    def __init__(self, maximum: int = STANDARD_MAXIMUM, speed: float = 1.0) -> None:
        self.pollers = 1
        self.maximum = maximum
        self._per_second = PER_SECOND * speed
        self._typical = 0.0  # seconds a batch takes
        self._quiet_since = 0.0  # no batch has finished and no poller was added since
        self._backlog_since: float | None = None
        self._level_since = 0.0
        self._level_records = 0
        self._level_seconds = 0.0
        self._level_batches = 0
        self._before: tuple[int, float] | None = None  # pollers and their rate, one level below
        self._held_until = 0.0
        self._hold = FIRST_HOLD

    def received(self, now: float, *, backlog: bool) -> None:
        """A receive came back; `backlog` if it was full and did not have to wait."""
        if not backlog:
            self._backlog_since = None
            self._hold = FIRST_HOLD
        elif self._backlog_since is None:
            self._backlog_since = now
            self._restart_level(now)

    def started(self, now: float, others: int) -> None:
        """A batch begins, with `others` under way."""
        if not others:
            self._quiet_since = now

    def finished(self, now: float, records: int, seconds: float) -> None:
        """A batch came back after `seconds` of the function's own time."""
        self._quiet_since = now
        self._typical = seconds if not self._typical else 0.7 * self._typical + 0.3 * seconds
        self._level_records += records
        self._level_seconds += seconds
        self._level_batches += 1

    def throttled(self, now: float) -> None:
        """The function refused a batch: go on with half of the pollers for a while."""
        self._set(now, max(1, self.pollers // 2))
        self._held_until = now + self._hold

    def idle(self) -> None:
        """A poller found nothing to do and ends."""
        self.pollers = max(1, self.pollers - 1)
        self._before = None

    def consider(self, now: float, machine_busy: bool = False) -> None:
        """Decide whether there should be more pollers; asked while all of them are busy."""
        if self.pollers >= self.maximum:
            return
        quiet = now - self._quiet_since
        if self.pollers < AT_FIRST and quiet >= self._patience(machine_busy):
            self._set(now, self.pollers + 1)
        elif self._backlog_since is not None and now >= self._held_until and not machine_busy:
            self._climb(now)

    def _patience(self, machine_busy: bool) -> float:
        if machine_busy:
            return BUSY_PATIENCE
        if not self._typical:
            return FIRST_PATIENCE if self.pollers == 1 else LEVEL_SECONDS
        return min(max(PATIENCE, 1.5 * self._typical), LONGEST_PATIENCE)

    def _climb(self, now: float) -> None:
        """A level higher if this one was worth it, back to the one before if not."""
        long_batches = self._typical >= LEVEL_SECONDS
        needed = self.pollers if long_batches else max(3, self.pollers)
        on_level = now - self._level_since
        stuck = on_level >= LONGEST_PATIENCE and not self._level_batches
        if not stuck and (on_level < LEVEL_SECONDS or self._level_batches < needed):
            return
        rate = self._rate()
        if not stuck and self._before is not None and not self._was_worth(rate):
            self._set(now, self._before[0])
            self._held_until = now + self._hold
            self._hold = min(2 * self._hold, LONGEST_HOLD)
            return
        allowed = max(1, int(self._per_second * on_level))
        step = self.pollers if self.pollers < AT_FIRST else max(1, self.pollers // 4)
        before = (self.pollers, rate)
        self._set(now, min(self.pollers + min(step, allowed), self.maximum))
        self._before = before if rate else None

    def _rate(self) -> float:
        return self.pollers * self._level_records / max(self._level_seconds, 1e-6)

    def _was_worth(self, rate: float) -> bool:
        assert self._before is not None
        pollers, rate_before = self._before
        ideal = self.pollers / pollers - 1
        return rate >= rate_before * (1 + WORTHWHILE * ideal)

    def _set(self, now: float, pollers: int) -> None:
        self.pollers = max(1, min(pollers, self.maximum))
        self._before = None
        self._quiet_since = now
        self._restart_level(now)

    def _restart_level(self, now: float) -> None:
        self._level_since = now
        self._level_records = self._level_batches = 0
        self._level_seconds = 0.0
