"""The share of processor time that a function's memory size buys.

A function has 1 vCPU at 1,769 MB, and less or more in proportion.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

from __future__ import annotations

import os
import time

from orderlab.cloud.lambda_.process import FunctionProcess

MEGABYTES_PER_VCPU = 1769
FIRST_ALLOWANCE_SECONDS = 0.5
ALLOWANCE_SECONDS = 0.1


class CpuShare:
    """Stops and continues a process so that it gets its share of the processor.

    What runs long takes as long as its share makes it: at 256 MB four times as long as at 1,024 MB.

    Differs from AWS: a first invocation that takes less than half a second of processor time is not
    slowed down, nor is the first tenth of a second of every invocation; Init never is. On Windows
    and macOS nothing is.
    """

    def __init__(self, memory_size: int) -> None:
        self._share = memory_size / MEGABYTES_PER_VCPU
        self._allowance = FIRST_ALLOWANCE_SECONDS
        self._began = 0.0
        self._used_before = 0.0
        self._paused = False
        self._governs = self._share < (os.cpu_count() or 1)

    def begin(self, process: FunctionProcess) -> None:
        """An invocation begins."""
        if not self._governs:
            return
        self._began, self._used_before = time.monotonic(), process.cpu_seconds()

    def govern(self, process: FunctionProcess) -> None:
        """Stop the process if it had more than its share, continue it once that is made up."""
        if not self._governs or not self._began:
            return
        used = process.cpu_seconds() - self._used_before
        earned = self._lent(used) + self._share * (time.monotonic() - self._began)
        if (used > earned) is not self._paused:
            self._paused = not self._paused
            process.pause(self._paused)

    def _lent(self, used: float) -> float:
        """What need not be earned: whoever uses up more than that pays most of it back."""
        beyond = max(used - self._allowance, 0.0)
        return max(self._allowance - beyond, ALLOWANCE_SECONDS)

    def done(self, process: FunctionProcess | None) -> None:
        """The invocation has ended; the next one has the smaller allowance."""
        self._allowance = ALLOWANCE_SECONDS
        if self._paused and process is not None:
            # stopped in the moment in which its answer was on the way
            process.pause(False)
        self._paused = False
