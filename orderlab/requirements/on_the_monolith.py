"""The experiments' hands on the monolith."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator

from orderlab.orders.monolith import Monolith
from orderlab.orders.monolith.services import USUAL_SECONDS
from orderlab.requirements.system import SERVICES, Account


class MonolithSystem:
    """A running monolith as a `System`."""

    name = "the monolith"
    speed = 1.0

    def __init__(self, monolith: Monolith) -> None:
        self._monolith = monolith
        self.url = monolith.url

    def break_service(self, service: str) -> None:
        self._monolith.control(service, fail=True)

    def slow_service(self, service: str, seconds: float) -> None:
        self._monolith.control(service, seconds=seconds)

    def mend(self, service: str) -> None:
        self._monolith.control(service, fail=False, seconds=USUAL_SECONDS)

    def break_processing(self) -> None:
        for service in SERVICES:
            self.break_service(service)

    def slow_processing(self, seconds: float) -> None:
        self.slow_service(SERVICES[0], seconds)

    def mend_processing(self) -> None:
        for service in SERVICES:
            self.mend(service)

    @contextlib.contextmanager
    def limited_processing(self, at_once: int, seconds: float) -> Iterator[None]:
        """The monolith has its workers and no other limit; each order takes longer."""
        self.slow_processing(seconds)
        try:
            yield
        finally:
            self.mend_processing()

    def alarms(self) -> tuple[list[str], list[str]]:
        return [], ["shop", *SERVICES]

    def account(self, ids: Iterable[str]) -> Account:
        wanted = set(ids)
        done = {
            service: Counter({i: n for i, n in self._monolith.done(service).items() if i in wanted})
            for service in SERVICES
        }
        return Account(set(self._monolith.stored()) & wanted, done)

    def patience_seconds(self, *services: str) -> float:
        # everything happens before the answer: nothing arrives later
        return 0.5

    def components_of(self, order_id: str) -> tuple[list[str], list[str]]:
        """The shop keeps rows, not records of what it did; its services keep counts."""
        account = self.account([order_id])
        passed = ["shop"] if order_id in account.stored else []
        passed += [name for name in SERVICES if account.done[name][order_id]]
        return passed, []

    def add_consumer(self, name: str) -> bool:
        # the calls stand in the shop's code
        return False

    def remove_consumer(self, name: str) -> None:
        pass

    def deployed(self) -> dict[str, str]:
        return {"shop": "one program"}

    def always_on(self) -> list[str]:
        return ["the shop's server", "its database", *SERVICES]

    def cost(self) -> float | None:
        return None
