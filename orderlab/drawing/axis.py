"""A time axis in ms: its end and its ticks, all round and no two alike."""

from __future__ import annotations

import math

MOST_TICKS = 6
_SECONDS_FROM = 10_000.0


def ticks(milliseconds: float) -> list[float]:
    """From 0 in steps of 1, 2 or 5 times a power of ten, at most `MOST_TICKS` of them."""
    step = _step(milliseconds)
    return [number * step for number in range(math.floor(milliseconds / step + 1e-9) + 1)]


def axis_end(milliseconds: float) -> float:
    """Where an axis ends that shows this many: nothing shorter than a hundredth of a ms."""
    return max(milliseconds, 0.01)


def tick_label(tick: float, milliseconds: float) -> str:
    """The tick in ms, in seconds on an axis of more than 10, with the decimals that it needs."""
    per = 1000.0 if milliseconds >= _SECONDS_FROM else 1.0
    step = _step(milliseconds) / per
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{tick / per:,.{decimals}f} {'s' if per > 1 else 'ms'}"


def _step(milliseconds: float) -> float:
    least = axis_end(milliseconds) / (MOST_TICKS - 1)
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9))
