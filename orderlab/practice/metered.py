"""What the cloud metered while something ran, and what that costs the shop in a month."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.prices import CHECKED_ON, NOT_BILLED, TABLE, charges, total_usd
from orderlab.orders.scale import ONE_IN, SAMPLE_ORDERS
from orderlab.showing.exportable import Exportable
from orderlab.showing.picture import Picture
from orderlab.showing.plots import bar_plot
from orderlab.showing.table import Table

Page = dict[str, Any]
DAYS_A_MONTH = 30
SERVICES = {
    "apigateway": "API Gateway",
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "pipes": "Pipes",
    "sns": "SNS",
    "sqs": "SQS",
}


class Metered(Exportable):
    """What was metered while a block ran: `with lab.metered() as used: ...`."""

    def __init__(self, target: Target, without: Sequence[str] = ()) -> None:
        self._target = target
        self._without = {*NOT_BILLED, *without}
        self._before: Page = {}
        self._after: Page | None = None

    def __enter__(self) -> Metered:
        self._before, self._after = _read(self._target), None
        return self

    def __exit__(self, *_: object) -> None:
        self._after = _read(self._target)

    @property
    def items(self) -> dict[str, float]:
        """Item -> quantity, such as `{"sqs.requests": 120.0}`; so far, while the block runs."""
        return self._more(lambda page: page.get("items", {}))

    def usd(self, *resources: str) -> float:
        """What these functions, queues, pipes ... used of it, in US dollars."""
        names = [self._target.name(each) for each in resources]

        def of_them(page: Page) -> dict[str, float]:
            by_item = page.get("resources", {})
            return {
                item: sum(known.get(name, 0.0) for name in names) for item, known in by_item.items()
            }

        return total_usd(charges(self._more(of_them)))

    def _more(self, part: Callable[[Page], Mapping[str, float]]) -> dict[str, float]:
        """What is more after than before, in a part of the meter."""
        after = self._after if self._after is not None else _read(self._target)
        before = part(self._before)
        found = {
            item: quantity - before.get(item, 0.0)
            for item, quantity in part(after).items()
            if item not in self._without
        }
        return {item: quantity for item, quantity in found.items() if quantity > 0}

    def bill(self, orders: int) -> Bill:
        """The month of the shop, if this was metered for so many of its orders."""
        return Bill(self.items, orders)

    def exported_table(self) -> Table:
        """What was metered, and what it would have cost."""
        return _charged(self.items)

    def __repr__(self) -> str:
        return repr(_charged(self.items))

    def _repr_html_(self) -> str:
        return _charged(self.items)._repr_html_()


class Bill(Exportable):
    """A month of 30 days of the shop, by service, from what was metered for some orders."""

    def __init__(self, items: Mapping[str, float], orders: int) -> None:
        if orders < 1:
            raise LearnerError(
                f"{orders} orders can't be scaled.", advice="Take the number that you sent."
            )
        self.orders = orders
        self.scale = ONE_IN * SAMPLE_ORDERS / orders * DAYS_A_MONTH / 7
        self.by_service: dict[str, float] = {}
        for charge in charges(items):
            if charge.usd:
                name = SERVICES.get(charge.item.split(".")[0], charge.item)
                self.by_service[name] = self.by_service.get(name, 0.0) + charge.usd * self.scale

    @property
    def total(self) -> float:
        """US dollars a month."""
        return sum(self.by_service.values())

    def sorted(self) -> dict[str, float]:
        """The services, the dearest first."""
        return dict(sorted(self.by_service.items(), key=lambda each: -each[1]))

    def plot(self, title: str = "A month of the shop, by service") -> Picture:
        """A bar for each service, the dearest first."""
        bars = self.sorted()
        return bar_plot(title, bars, y_label="US dollars", form="{:.2f}", n=self.orders)

    def table(self) -> Table:
        rows = [
            {
                "service": name,
                "a month": f"$ {usd:,.2f}",
                "share": f"{usd / self.total:.0%}",
            }
            for name, usd in self.sorted().items()
        ]
        rows.append({"service": "all", "a month": f"$ {self.total:,.2f}", "share": ""})
        return Table(
            rows,
            caption=f"From {self.orders:,} orders, metered; second-hand prices of {CHECKED_ON}",
        )

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def prices() -> dict[str, tuple[float, float]]:
    """Item -> (US dollars, for how many)."""
    return {price.item: (price.usd, price.per) for price in TABLE}


def _read(target: Target) -> Page:
    found: Page = target.page("meter")
    return found


def _charged(items: Mapping[str, float]) -> Table:
    rows: list[dict[str, Any]] = [
        {
            "item": charge.label,
            "quantity": f"{charge.quantity:,.0f} metered",
            "cost": "no price here" if charge.usd is None else f"$ {charge.usd:.6f}",
        }
        for charge in charges(items)
    ]
    return Table(rows, caption=f"Metered; second-hand prices of {CHECKED_ON}")
