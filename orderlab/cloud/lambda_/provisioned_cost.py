"""What provisioned concurrency costs while it is configured, used or not.

It is paid for from the moment it is configured until it is taken away, in periods of five minutes
of which each counts in full. https://aws.amazon.com/lambda/pricing/
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.lambda_.model import Function, Version

PERIOD_SECONDS = 300.0

# a version, how many environments of it, and for how many seconds
Charge = Callable[[Version, int, float], None]


@dataclass(slots=True)
class Paid:
    """A configuration that is paid for until a moment of scaled time."""

    version: Version
    environments: int
    until: float


class ProvisionedCost:
    """Charges for configurations by the function and the qualifier that they belong to."""

    def __init__(self, charge: Charge, clock: Clock) -> None:
        self._charge, self._clock = charge, clock
        self._paid: dict[tuple[Function, str], Paid] = {}

    def changed(self, function: Function, version_of: Callable[[str], Version | None]) -> None:
        """A function's configurations are others from now on; `version_of` a qualifier."""
        for key in [each for each in self._paid if each[0] is function]:
            if key[1] not in function.provisioned:
                del self._paid[key]
        for qualifier, config in function.provisioned.items():
            version = version_of(qualifier)
            if version is not None:
                self._set((function, qualifier), version, config.requested)
        self.pay()

    def _set(self, key: tuple[Function, str], version: Version, environments: int) -> None:
        now = self._clock.now()
        paid = self._paid.setdefault(key, Paid(version, environments, now))
        more = environments - paid.environments
        if more > 0:
            self._charge(version, more, max(paid.until - now, 0.0))
        paid.version, paid.environments = version, environments

    def pay(self) -> None:
        """Charge for the periods that have begun."""
        now = self._clock.now()
        for paid in self._paid.values():
            if now >= paid.until:
                periods = (now - paid.until) // PERIOD_SECONDS + 1
                self._charge(paid.version, paid.environments, periods * PERIOD_SECONDS)
                paid.until += periods * PERIOD_SECONDS
