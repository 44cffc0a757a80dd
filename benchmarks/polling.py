"""Simulated receives a second, of queues with few messages and with many.

python -m benchmarks.polling
"""

from __future__ import annotations

import statistics
import time

from benchmarks.figure import Figure, as_text
from orderlab.simulation.polling import Setting, simulate

RECEIVES = 2_000_000
ROUNDS = 5
# the cloud's own kind of weights
WEIGHTS = (1, 1, 2, 3, 1, 2, 1, 3)
FEW, MANY = 5, 1_000


def measure(*, quick: bool = False) -> list[Figure]:
    receives = RECEIVES // 10 if quick else RECEIVES
    setting = Setting.of(8, (2, 4), WEIGHTS)
    return [
        Figure(
            f"simulated receives, {messages:,} messages on 8 servers",
            statistics.median(_a_second(setting, messages, receives) for _ in range(ROUNDS)),
            "receives/s",
            at_least=1_000_000.0,
        )
        for messages in (FEW, MANY)
    ]


def _a_second(setting: Setting, messages: int, receives: int) -> float:
    began = time.perf_counter()
    simulate(setting, messages, receives=receives, seed=1)
    return receives / (time.perf_counter() - began)


if __name__ == "__main__":
    print(as_text(measure()))
