"""Which environment works on an event: a warm one, a new one, or the next that comes free.

Those of provisioned concurrency come first; `provisioning.py` sees to it that there are enough.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable

from orderlab.clock import Clock
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.states import State
from orderlab.cloud.lambda_.surroundings import Member

# AWS publishes no idle time; minutes are what is observed
IDLE_SECONDS = 420.0
IDLE_SECONDS_WHEN_MANY = 60.0
# with boto3 loaded and a client of two services
BYTES_PER_ENVIRONMENT = 64 * 1024 * 1024
FEWEST_ENVIRONMENTS, MOST_ENVIRONMENTS = 32, 1000
# of the machine's environments, which provisioned concurrency may take
PROVISIONED_PART = 0.75

Waiter = asyncio.Future[Member | None]


def machine_limit() -> int:
    """How many processes this machine can hold, by its size alone, however busy it is."""
    import psutil

    room = int(psutil.virtual_memory().total) // BYTES_PER_ENVIRONMENT
    if sys.platform != "win32":
        import resource

        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if descriptors != resource.RLIM_INFINITY:
            # three for each environment, and most of them for the cloud's clients
            room = min(room, descriptors // 12)
    return min(MOST_ENVIRONMENTS, max(FEWEST_ENVIRONMENTS, room))


class Pool:
    """The environments of one version.

    One of them is used whenever it is idle; of the further ones that which was used last. The
    further ones start like the first, and give way to other processes of the machine once they
    work: many environments of one function must not keep all other functions waiting.
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self.members: set[Member] = set()
        # (environment, scaled time since when it is idle), the latest last
        self.idle: list[tuple[Member, float]] = []
        # those of provisioned concurrency that are idle
        self.provisioned: list[Member] = []
        self.waiters: deque[Waiter] = deque()

    def take_idle(self) -> Member | None:
        """Take the environment that is used next out of the idle ones; None if all work."""
        self.idle = [entry for entry in self.idle if not entry[0].retired]
        if not self.idle:
            return None
        first = next((entry for entry in self.idle if not entry[0].further), self.idle[-1])
        self.idle.remove(first)
        return first[0]

    def take_provisioned(self, state: State = State.READY) -> Member | None:
        """Take an idle environment of provisioned concurrency that is in that state, if any is."""
        found = [each for each in self.provisioned if each.state is state and not each.retired]
        if not found:
            return None
        first = next((each for each in found if not each.further), found[-1])
        self.provisioned.remove(first)
        return first


class Fleet:
    """All environments of the cloud.

    Differs from AWS: there are at most as many environments as the machine has memory for, one for
    every 64 MB and no fewer than 32; beyond that an event waits for one. Three quarters of them may
    be provisioned concurrency.
    """

    def __init__(
        self,
        make: Callable[[Version], Member],
        clock: Clock,
        limit: int | None = None,
    ) -> None:
        self._make, self._clock = make, clock
        self._limit = limit or machine_limit()
        self.members: set[Member] = set()
        self.busy: set[Member] = set()
        # waiters for which the machine had no room, in order
        self._without_room: deque[Waiter] = deque()
        self.pools: dict[Version, Pool] = {}
        self.working = asyncio.Event()

    async def acquire(self, version: Version) -> Member:
        """An environment to work with; hand it back with `release`."""
        pool = self._pool(version)
        environment = pool.take_idle()
        if environment is None:
            environment = await self._wait_or_create(pool)
        self._begin(environment)
        return environment

    def release(self, environment: Member) -> None:
        """Take an environment back when its work has ended."""
        self.busy.discard(environment)
        pool = self._pool(environment.version)
        if environment.retired or pool.version.retired:
            self._end(pool, environment)
            return
        if environment.provisioned:
            pool.provisioned.append(environment)
            return
        waiter = _next(pool.waiters)
        if waiter is not None:
            waiter.set_result(environment)
            return
        pool.idle.append((environment, self._clock.now()))
        if any(not waiter.done() for waiter in self._without_room):
            self._evict()

    def retire(self, version: Version) -> None:
        """The version's code or settings are gone: so are its environments, once they are done."""
        version.retired = True
        pool = self.pools.get(version)
        if pool is None:
            return
        for environment in [*pool.provisioned, *(each for each, _ in pool.idle)]:
            self._end(pool, environment)
        pool.provisioned.clear()
        pool.idle.clear()
        if not pool.members and not pool.waiters:
            self.pools.pop(version, None)

    def kill(self, environment: Member) -> None:
        """Let an environment die abruptly."""
        environment.kill()
        pool = self._pool(environment.version)
        if environment not in self.busy:
            pool.idle = [entry for entry in pool.idle if entry[0] is not environment]
            pool.provisioned = [each for each in pool.provisioned if each is not environment]
            self._end(pool, environment)

    def retire_idle(self) -> None:
        """End the environments that were idle for too long."""
        many = len(self.members) > self._limit // 2
        limit = IDLE_SECONDS_WHEN_MANY if many else IDLE_SECONDS
        before = self._clock.now() - limit
        for pool in list(self.pools.values()):
            while pool.idle and pool.idle[0][1] < before:
                self._end(pool, pool.idle.pop(0)[0])

    def end_all(self) -> None:
        """End every environment: the cloud stops."""
        for pool in list(self.pools.values()):
            pool.version.retired = True
            pool.provisioned.clear()
            pool.idle.clear()
            for environment in list(pool.members):
                self._end(pool, environment)

    # --- provisioned concurrency

    def take_provisioned(self, version: Version, state: State = State.READY) -> Member | None:
        """An environment of provisioned concurrency to work with, or to bring up if it is reset.

        None if there is none in that state, or all of them work. Hand it back with `release`.
        """
        pool = self.pools.get(version)
        if pool is None or not pool.provisioned:
            return None
        environment = pool.take_provisioned(state)
        if environment is not None:
            self._begin(environment)
        return environment

    def add_provisioned(self, version: Version) -> Member | None:
        """A new environment, busy until it is handed back with `release`; None without room."""
        provisioned = sum(each.provisioned for each in self.members)
        if provisioned >= self._limit * PROVISIONED_PART:
            return None
        if len(self.members) >= self._limit and not self._evict():
            return None
        environment = self._create(self._pool(version))
        environment.provisioned = True
        self._begin(environment)
        return environment

    def withdraw(self, version: Version, kept: int) -> None:
        """Leave so many of a version's provisioned environments; those that work end afterwards."""
        pool = self.pools.get(version)
        mine = self.provisioned(version)
        if pool is None or len(mine) <= kept:
            return
        mine.sort(key=lambda environment: environment in self.busy)
        for environment in mine[: len(mine) - kept]:
            environment.retired = True
            if environment not in self.busy:
                pool.provisioned.remove(environment)
                self._end(pool, environment)

    def provisioned(self, version: Version) -> list[Member]:
        """The environments of a version's provisioned concurrency, also those that start."""
        pool = self.pools.get(version)
        if pool is None:
            return []
        return [each for each in pool.members if each.provisioned and not each.retired]

    # --- inside

    def _begin(self, environment: Member) -> None:
        self.busy.add(environment)
        self.working.set()

    def _pool(self, version: Version) -> Pool:
        pool = self.pools.get(version)
        if pool is None:
            pool = self.pools[version] = Pool(version)
        return pool

    async def _wait_or_create(self, pool: Pool) -> Member:
        while len(self.members) >= self._limit and not self._evict() and pool.members:
            # A version without any environment gets its first in any case: functions that call
            # each other would else wait for room that their own callers hold, and never get it.
            environment = await self._wait(pool)
            if environment is not None:
                return environment
        return self._create(pool)

    async def _wait(self, pool: Pool) -> Member | None:
        """An environment that came free, or None if there is room for a new one."""
        waiter: Waiter = asyncio.get_running_loop().create_future()
        pool.waiters.append(waiter)
        self._without_room.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.result() is not None:
                self.release(waiter.result())  # type: ignore[arg-type]
            raise

    def _create(self, pool: Pool) -> Member:
        environment = self._make(pool.version)
        environment.further = any(not member.further for member in pool.members)
        pool.members.add(environment)
        self.pools[pool.version] = pool
        self.members.add(environment)
        return environment

    def _end(self, pool: Pool, environment: Member) -> None:
        environment.end()
        pool.members.discard(environment)
        self.members.discard(environment)
        self.busy.discard(environment)
        if pool.version.retired and not pool.members:
            self.pools.pop(pool.version, None)
        waiter = _next(self._without_room)
        if waiter is not None:
            waiter.set_result(None)

    def _evict(self) -> bool:
        """Make room: end the environment that was idle the longest."""
        pools = [pool for pool in self.pools.values() if pool.idle]
        if not pools:
            return False
        pool = min(pools, key=lambda pool: pool.idle[0][1])
        self._end(pool, pool.idle.pop(0)[0])
        return True


def _next(waiters: deque[Waiter]) -> Waiter | None:
    while waiters:
        waiter = waiters.popleft()
        if not waiter.done():
            return waiter
    return None
