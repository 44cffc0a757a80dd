"""Provisioned concurrency: environments that have run Init before the first event comes.

What is wanted stands in the functions (`model.ProvisionedConfig`). Here is seen to it that there
are as many environments, that dead ones are replaced, and that all of them are paid for.
https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html

Differs from AWS: environments are ready within moments, and are not renewed every few hours. Where
the machine has no room for as many as are wanted, the status says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.lambda_.model import Function, Version
from orderlab.cloud.lambda_.pool import Fleet
from orderlab.cloud.lambda_.provisioned_cost import ProvisionedCost
from orderlab.cloud.lambda_.recording import Recording
from orderlab.cloud.lambda_.states import State
from orderlab.cloud.lambda_.surroundings import Member

log = logging.getLogger("orderlab.cloud.lambda_")

# Inits that run at the same time, of all functions: calls must not wait for them
AT_ONCE = 4
INIT_FAILED = "FUNCTION_ERROR_INIT_FAILURE"
NO_ROOM = "This machine has no room for so many execution environments."
# after a failure, the next attempt is made after so many seconds, after another twice as many ...
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 300.0


@dataclass(slots=True)
class Target:
    """What is wanted of a version. `reason` says why it cannot be had, `pause` is in s."""

    wanted: int = 0
    reason: str = ""
    pause: float = 0.0
    next_attempt: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a configuration is: the numbers and the status that the API shows."""

    allocated: int
    available: int
    status: str
    reason: str


class Provisioning:
    """Keeps as many environments ready as functions have provisioned concurrency."""

    def __init__(self, fleet: Fleet, recording: Recording, clock: Clock) -> None:
        self._fleet, self._recording, self._clock = fleet, recording, clock
        self._targets: dict[Version, Target] = {}
        self._cost = ProvisionedCost(recording.kept_ready, clock)
        self._tasks: set[asyncio.Task[None]] = set()

    def provide(self, function: Function) -> None:
        """A function's provisioned concurrency, or what an alias with some names, has changed."""
        wanted: dict[Version, int] = {}
        for qualifier in function.provisioned:
            for version, count in shares(function, qualifier):
                wanted[version] = wanted.get(version, 0) + count
        for version in [each for each in self._targets if each.function is function]:
            if version not in wanted:
                del self._targets[version]
                self._fleet.withdraw(version, 0)
        for version, count in wanted.items():
            target = self._targets.setdefault(version, Target())
            target.wanted, target.reason, target.pause = count, "", 0.0
            target.next_attempt = 0.0
            self._fleet.withdraw(version, count)
        self._cost.changed(function, lambda qualifier: _first_version(function, qualifier))
        self._fill()

    def standing(self, function: Function, qualifier: str) -> Standing:
        """How far the provisioned concurrency of a version or an alias is."""
        allocated = available = 0
        reason = ""
        for version, _ in shares(function, qualifier):
            environments = self._fleet.provisioned(version)
            ready = [each for each in environments if each.state in (State.READY, State.BUSY)]
            # one that starts is in `busy`, and so is one that works
            available += sum(each not in self._fleet.busy for each in ready)
            allocated += len(ready)
            target = self._targets.get(version)
            reason = reason or (target.reason if target else "")
        if reason:
            return Standing(allocated, available, "FAILED", reason)
        enough = allocated >= function.provisioned[qualifier].requested
        return Standing(allocated, available, "READY" if enough else "IN_PROGRESS", "")

    def look_after(self) -> None:
        """Replace what has died, try again what has failed, and pay. Call it every second."""
        for version in [each for each in self._targets if each.retired]:
            del self._targets[version]
        for version in self._targets:
            self._revive(version)
        self._fill()
        self._cost.pay()

    async def stop(self) -> None:
        """Start nothing more."""
        self._targets.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- starting environments

    def _fill(self) -> None:
        now = self._clock.now()
        for version, target in self._targets.items():
            if now < target.next_attempt:
                continue
            target.reason = ""
            there = len(self._fleet.provisioned(version))
            for _ in range(min(target.wanted - there, AT_ONCE - len(self._tasks))):
                environment = self._new(version, target)
                if environment is None:
                    break
                self._start(environment, target)

    def _revive(self, version: Version) -> None:
        """Start processes for environments whose own has ended between two events, or in one."""
        target = self._targets[version]
        while len(self._tasks) < AT_ONCE:
            environment = self._fleet.take_provisioned(version, State.RESET)
            if environment is None:
                return
            self._start(environment, target)

    def _new(self, version: Version, target: Target) -> Member | None:
        try:
            environment = self._fleet.add_provisioned(version)
        except AwsError as error:
            self._failed(target, error.message)
            return None
        except OSError as error:
            self._failed(target, str(error))
            return None
        if environment is None:
            self._failed(target, NO_ROOM)
        return environment

    def _start(self, environment: Member, target: Target) -> None:
        task = asyncio.create_task(self._prepare(environment, target), name="lambda-provision")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._fill()

    async def _prepare(self, environment: Member, target: Target) -> None:
        succeeded = False
        try:
            succeeded = await environment.prepare()
            self._recording.prepared(environment.version, environment.init_ms)
        except (AwsError, OSError) as error:
            log.info("an environment could not be provisioned: %s", error)
        finally:
            # one that was killed meanwhile, or is wanted no longer, has not failed by itself
            given_up = environment.retired or environment.version.retired
            environment.retired = environment.retired or not succeeded
            self._fleet.release(environment)
        if succeeded:
            target.pause = 0.0
        elif not given_up:
            self._failed(target, INIT_FAILED)

    def _failed(self, target: Target, reason: str) -> None:
        target.reason = reason
        target.pause = min(max(2 * target.pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        target.next_attempt = self._clock.now() + target.pause


def shares(function: Function, qualifier: str) -> Iterator[tuple[Version, int]]:
    """The versions among which a configuration is divided, and how many each of them gets.

    An alias that shares its calls out shares its provisioned concurrency out likewise.
    """
    requested = function.provisioned[qualifier].requested
    alias = function.aliases.get(qualifier)
    number = alias.version if alias else qualifier
    left = requested
    for other, weight in (alias.weights if alias else {}).items():
        count = min(round(requested * weight), left)
        left -= count
        version = function.version(other)
        if version is not None and count:
            yield version, count
    version = function.version(number)
    if version is not None and left:
        yield version, left


def _first_version(function: Function, qualifier: str) -> Version | None:
    return next((version for version, _ in shares(function, qualifier)), None)
