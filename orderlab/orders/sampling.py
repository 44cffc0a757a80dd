"""Looking at the running system twice a second: queue depths, environments, memory."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field

import psutil
from botocore.exceptions import BotoCoreError, ClientError

from orderlab.aws_target.base import ENVIRONMENTS, Target
from orderlab.errors import OrderlabError
from orderlab.orders.architecture import INBOX, SERVICES
from orderlab.orders.settling import depth

EVERY_SECONDS = 0.5


@dataclass(frozen=True)
class Sample:
    """`at` is seconds since the sampler began; `memory_mb` is of all processes together."""

    at: float
    depths: dict[str, int]
    environments: int
    memory_mb: float


@dataclass
class Sampler:
    """`with Sampler(target) as sampler:` fills `sampler.samples`, in a thread of its own."""

    target: Target
    queues: tuple[str, ...] = (INBOX, *SERVICES)
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="order-sampler", daemon=True)

    @property
    def peak_memory_mb(self) -> float:
        return max((sample.memory_mb for sample in self.samples), default=0.0)

    @property
    def peak_environments(self) -> int:
        return max((sample.environments for sample in self.samples), default=0)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        while True:
            try:
                depths = {queue: depth(self.target, queue).total for queue in self.queues}
                at = time.monotonic() - began
                self.samples.append(Sample(at, depths, self._environments(), self._memory()))
            except (BotoCoreError, ClientError, OrderlabError, psutil.Error):
                # a look that failed is a gap in a plot, not a reason to stop looking
                pass
            if self._done.wait(EVERY_SECONDS):
                return

    def _environments(self) -> int:
        if ENVIRONMENTS not in self.target.can:
            return 0
        found = self.target.page("environments")
        return len(found["environments"] if isinstance(found, dict) else found)

    def _memory(self) -> float:
        """Resident memory of the cloud, its environments and this process, in MB."""
        pids = [os.getpid()]
        if self.target.pid:
            pids.append(self.target.pid)
        processes = [psutil.Process(pid) for pid in pids]
        family = set(processes)
        for process in processes:
            family.update(process.children(recursive=True))
        return sum(_resident(process) for process in family) / 1e6


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
