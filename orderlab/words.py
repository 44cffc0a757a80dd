"""Short forms for a learner, once a chapter has shown the calls behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import Target
from orderlab.exercises.waiting import sign_of_life
from orderlab.next_level_words import NextLevelWords
from orderlab.polling_words import PollingWords
from orderlab.tuning_words import TuningWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlab.orders.monolith import Monolith
    from orderlab.practice.backlog import Backlog, WorkedOff
    from orderlab.practice.functions import Report
    from orderlab.practice.http import Answer
    from orderlab.practice.listing import Listing
    from orderlab.practice.orders import Sent
    from orderlab.practice.simulated import ProvisionedWeek, SimulatedStorm
    from orderlab.practice.tables import Strikes
    from orderlab.showing.picture import Picture
    from orderlab.showing.table import Table


class Words(PollingWords, TuningWords, NextLevelWords):
    """What a lesson needs beyond boto3: send orders, call functions, plot, clean up.

    `Lab` is made of these and of what belongs to a chapter: exercises, pictures, experiments.
    """

    target: Target
    chapter: int
    _monolith: Monolith | None = None

    @property
    def url(self) -> str:
        """The address of order-api's stage. Raises LookupError before the API is deployed."""
        from orderlab.orders.parts.api import api_address

        return api_address(self.target)

    def api_url(self, api_id: str, stage: str = "live") -> str:
        """The address of any deployed REST API's stage."""
        return self.target.api_url(api_id, stage)

    def dax_client(self, cluster: str) -> Any:
        """AWS's own client of DAX, connected to a cluster: `with lab.dax_client("cache") as dax:`.

        It has the data operations of boto3's DynamoDB client. What is written through it is kept
        in the journal, as what is written with `lab.client("dynamodb")`.
        """
        from orderlab.practice.caches import connected

        return self._noting_writes(connected(self.target, cluster))

    def request(self, url: str, body: Any = None, **how: Any) -> Answer:
        """Send one HTTP request: `lab.request(url, body, method=..., headers={...})`.

        Returns its answer with `.status`, `.text` and `.json()`, whatever the status. With
        `signed=True` it is signed with the session's AWS keys.
        """
        from orderlab.practice import http

        if how.pop("signed", False):
            method, kind = how.get("method", "POST"), how.get("content_type", "application/json")
            signed = http.signature(self.target, url, body, method, kind)
            how["headers"] = {**signed, **how.get("headers", {})}
        return http.request(url, body, **how)

    def requests(self, url: str, bodies: Sequence[Any], **how: Any) -> list[Answer]:
        """POST every body, from `clients=8` connections at a time; `headers={...}`."""
        from orderlab.practice import http

        return http.many(url, bodies, **how)

    def week(self) -> list[dict[str, Any]]:
        """The 3,168 orders of the sample week, as they were placed."""
        from orderlab.practice import orders

        return orders.week()

    def orders(self, count: int) -> list[dict[str, Any]]:
        """Real orders under ids that nobody has used."""
        from orderlab.practice import orders

        return orders.fresh(count)

    def place_orders(self, orders: int | Sequence[dict[str, Any]], **how: Any) -> Sent:
        """Send orders to what is deployed: so many fresh ones, or those you give.

        `clients=8` connections send one after the other; with `per_second=` they arrive on the
        clock instead. `url=` sends them elsewhere. Each is sent once, or up to `attempts` times.
        """
        from orderlab.practice import orders as practice

        chosen = practice.fresh(orders) if isinstance(orders, int) else orders
        url = how.pop("url", None) or self.url
        with sign_of_life(f"Sending {len(chosen)} orders ..."):
            return practice.place(url, chosen, **how)

    def monolith(self, workers: int = 8, backlog: int = 16) -> Monolith:
        """Start the customer's order service of today; one that you started before is stopped."""
        from orderlab.orders.monolith import Monolith

        if self._monolith is not None:
            self._monolith.stop()
        self._monolith = Monolith(workers=workers, backlog=backlog)
        return self._monolith

    def listing(self, what: str) -> Listing:
        """The customer's own code: `lab.listing("monolith")`, or a function's name."""
        from orderlab.practice.listing import listing

        return listing(what)

    def settle(self, seconds: float = 60.0) -> None:
        """Wait until no order is under way any more."""
        from orderlab.orders.settling import wait_until_settled

        with sign_of_life("Waiting until no order is under way ..."):
            wait_until_settled(self.target, deadline_seconds=seconds)

    def wait_for(self, condition: Callable[[], Any], seconds: float = 10.0) -> bool:
        """True as soon as `condition()` is true; False if it was not within `seconds`."""
        from orderlab.aws_target.absent import Absent
        from orderlab.requirements.waiting import wait_for

        found: Any = None

        def is_over() -> bool:
            nonlocal found
            found = condition()
            # what the target lacks won't come
            return isinstance(found, Absent) or bool(found)

        return wait_for(is_over, seconds) and bool(found)

    def deploy(self, name: str, code: str | bytes | dict[str, str], **settings: Any) -> str:
        """Deploy a function with a role that may write its log, or update it; returns its ARN.

        `code` is the text of app.py with a function `handler`, several files by name, or a zip;
        `allowed=[...]` holds policy statements; other settings are those of CreateFunction.
        """
        from orderlab.practice import functions

        return functions.deploy(self._practice(), name, code, **settings)

    def invoke(self, name: str, event: Any) -> Any:
        """Invoke a function and return its answer; its error comes back as Lambda's JSON."""
        from orderlab.practice import functions

        return functions.invoke(self.target, name, event)

    def invoke_at_once(self, name: str, events: Sequence[Any]) -> list[Any]:
        """Invoke a function once for each event, all at the same moment."""
        from orderlab.practice import functions

        return functions.at_once(self.target, name, events)

    def report(self, name: str, event: Any) -> Report:
        """Invoke a function and read its REPORT line: `.init_ms`, `.duration_ms`, `.billed_ms`."""
        from orderlab.practice import functions

        return functions.report(self.target, name, event)

    def log(self, name: str, pattern: str = "") -> list[str]:
        """The lines in a function's log, oldest first, or those that a filter pattern matches."""
        from orderlab.practice import functions

        return functions.log_lines(self.target, name, pattern)

    def customer_code(self, name: str) -> bytes:
        """The zip file of a function that the customer's own people wrote."""
        from orderlab.orders.parts.packages import handler_zip

        return handler_zip(name.replace("-", "_"))

    def customer_layer(self) -> bytes:
        """The zip file of the layer that those functions share."""
        from orderlab.orders.parts.packages import layer_zip

        return layer_zip()

    def zipped(self, name: str, text: str) -> bytes:
        """A zip file with one file in it: what Lambda takes as code."""
        from orderlab.practice.functions import zipped

        return zipped({name: text})

    def mock_method(self, **settings: Any) -> None:
        """Make a method of an API that answers 200 by itself, and deploy it to the stage live."""
        from orderlab.practice import gateway

        gateway.mock_method(self._practice(), **settings)

    def gateway_log_role(self) -> str:
        """The ARN of a role with which API Gateway may write logs."""
        from orderlab.practice import gateway

        return gateway.log_role(self._practice())

    def order_schema(self) -> str:
        """The JSON Schema (draft 4) of the customer's orders, as text."""
        from orderlab.orders.contract import schema_text

        return schema_text()

    def environments(self, name: str) -> list[dict[str, Any]]:
        """The execution environments of a function that are there now, with their `state`."""
        known = self.target.page("environments")
        return [each for each in known if each["function"] == self.target.name(name)]

    def remove(self, *names: str) -> None:
        """Take away resources by name, whatever their kind, and say which there were."""
        from orderlab.practice.removal import remove

        removed = remove(self._practice(), *names)
        if removed:
            print(f"Removed: {', '.join(removed)}.")  # noqa: T201

    def percentiles(self, values: Iterable[float]) -> dict[str, float]:
        """`p50`, `p95` and `p99` of the values, in their unit."""
        from orderlab.orders.figures import percentiles

        return percentiles(values)

    def plot(self, title: str, series: Mapping[str, Sequence[float]], **how: Any) -> Picture:
        """Lines, each with its label at its end: `lab.plot("...", {"label": values}, x=...)`."""
        from orderlab.showing.plots import line_plot

        return line_plot(title, series, **how)

    def bars(self, title: str, values: Mapping[str, float], **how: Any) -> Picture:
        """A bar for each name, with its value above it."""
        from orderlab.showing.plots import bar_plot

        return bar_plot(title, values, **how)

    def picture(self, name: str) -> Picture:
        """A drawing that explains an idea: `lab.picture("token bucket")`."""
        from orderlab.showing.drawings import drawing

        return drawing(name)

    def _noting_writes(self, client: Any) -> Any:
        """A client of DAX whose writes go into the journal."""
        return client

    def _practice(self) -> Target:
        """The target with clients that write into the journal, so that what is made stands again
        after a restart."""
        return self.target

    # --- queues --------------------------------------------------------------------------

    def deliveries(self, queue: str, orders: Sequence[str]) -> dict[str, int]:
        """By order id, how many times a reader received it from a queue."""
        from orderlab.practice.deliveries import deliveries

        return deliveries(self.target, queue, orders)

    def backlog(self, queue: str) -> Backlog:
        """Look at a queue while a block runs and until it is empty: `.waiting`, `.in_work`."""
        from orderlab.practice.backlog import Backlog

        return Backlog(self.target, queue)

    def work_off(self, queue: str, function: str, messages: int, **how: Any) -> WorkedOff:
        """Send messages to a queue that a function reads, and tell how it worked them off.

        `every=1` sends one a second of the queue's time; without it they come at once.
        """
        from orderlab.practice.backlog import work_off

        return work_off(self.target, queue, function, messages, **how)

    # --- tables --------------------------------------------------------------------------

    def item(self, order: dict[str, Any]) -> dict[str, Any]:
        """An order as an item of the table: what the client sent, and four attributes of ours."""
        from orderlab.practice.items import item_of

        return item_of(order)

    def order_in(self, item: dict[str, Any]) -> dict[str, Any]:
        """The order in an item, as the client sent it."""
        from orderlab.practice.items import order_in

        return order_in(item)

    def plain(self, item: dict[str, Any]) -> dict[str, Any]:
        """An item, an image or a key without types: `{"n": {"N": "3"}}` becomes `{"n": 3}`."""
        from orderlab.practice.items import plain

        return plain(item)

    def fill(self, table: str, orders: Sequence[dict[str, Any]]) -> None:
        """Put orders into a table. What is filled is not done again after a restart."""
        from orderlab.practice.tables import fill

        fill(self.target, table, orders)

    def indexes(self, table: str) -> dict[str, str]:
        """The global secondary indexes of a table, with their status."""
        from orderlab.practice.tables import indexes

        return indexes(self.target, table)

    def split(self, table: str, partitions: int) -> int:
        """Split a table until it has so many partitions, and its stream as many open shards; how
        many it has then. A table never has fewer again."""
        from orderlab.practice.tables import split

        return split(self.target, table, partitions)

    def hot_key(self, *, clients: int = 8, changes: int = 40, keys: int = 1) -> Strikes:
        """Change large items from several clients at once, spread over so many keys."""
        from orderlab.practice.tables import hot_key

        return hot_key(self.target, clients=clients, changes=changes, keys=keys)

    def connection_storm(self, *, proxy: bool, seed: int = 1) -> SimulatedStorm:
        """Simulate the promotion against a database with a connection limit."""
        from orderlab.practice.simulated import connection_storm

        return connection_storm(proxy=proxy, seed=seed)

    def write_units_by_hour(self) -> tuple[int, ...]:
        """The write units that the shop's week asks for, in each of its 168 hours."""
        from orderlab.practice.capacity_week import units_by_hour

        return units_by_hour()

    def provisioned(self, capacity: Any) -> ProvisionedWeek:
        """Simulate the week against a provisioned write capacity."""
        from orderlab.practice.simulated import provisioned

        return provisioned(capacity)

    def on_demand_usd(self) -> float:
        """What the week's writes cost on demand, in US dollars."""
        from orderlab.practice.capacity_week import on_demand_usd

        return on_demand_usd()

    def build(self, chapter: int | None = None) -> None:
        """Deploy what a chapter has at its end, this one's or another's.

        What you built of it stays as it is; what only another chapter has is removed.
        """
        from orderlab.orders import architecture

        # the alarms of chapter 03 are an exercise of it
        wanted = self.chapter if chapter is None else chapter
        architecture.build(self.target, wanted, alarmed=self.chapter != 3)

    def books(self, accepted: Sequence[str]) -> Table:
        """What the tables say of accepted orders: done by each service, lost, done twice."""
        from orderlab.orders.books import read_books
        from orderlab.showing.table import Table

        books = read_books(self.target, accepted)
        rows = [
            {"service": name, "orders": count, "lost": books.lost[name], "twice": books.twice[name]}
            for name, count in books.applied.items()
        ]
        return Table(rows, caption=f"{books.stored} orders stored")
