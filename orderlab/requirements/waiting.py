"""Wait for something to become true, looking again and again."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(look: Callable[[], bool], seconds: float, every: float = 0.15) -> bool:
    """True as soon as `look()` is; False if it was not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
