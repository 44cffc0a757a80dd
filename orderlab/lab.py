"""The learner's face to the course: composes what lies below, decides nothing."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderlab.exercises import registry
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.opened import OpenedExercises
from orderlab.journal import Journal
from orderlab.progress import Progress
from orderlab.target.base import Target
from orderlab.target.calls import in_one_sentence

if TYPE_CHECKING:
    from orderlab.drawing.diagram import Diagram
    from orderlab.exercises.predict import Comparison, Prediction
    from orderlab.exercises.quiz.widget import Quiz
    from orderlab.faults import Faults
    from orderlab.orders.monolith import Monolith
    from orderlab.orders.replay import Replayed
    from orderlab.practice.functions import Report
    from orderlab.practice.http import Answer
    from orderlab.practice.listing import Listing
    from orderlab.practice.orders import Sent
    from orderlab.requirements.scoreboard import Scoreboard
    from orderlab.showing.picture import Picture
    from orderlab.showing.table import Table
    from orderlab.trace import Trace

# They work without a cloud, too.
_OFFLINE = (
    "name", "exercise", "predict", "compare", "quiz", "reset", "week", "orders", "wait_for",
    "percentiles", "plot", "bars", "picture", "finish", "reopen",
)  # fmt: skip


@in_one_sentence(needs_no_cloud=_OFFLINE)
class Lab:
    """One chapter on one cloud."""

    def __init__(
        self, *, chapter: int, target: Target, progress: Progress, journal: Journal
    ) -> None:
        self.chapter = chapter
        self.target = target
        self.progress = progress
        self.journal = journal
        self.alive = True
        self._clients: dict[str, Any] = {}
        self._exercises = OpenedExercises(chapter)
        self._monolith: Monolith | None = None

    def __repr__(self) -> str:
        return f"Lab: chapter {self.chapter:02d} on {self.target.endpoint}"

    # --- AWS ------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """A boto3 client of the session's cloud; what it builds is kept in the journal."""
        if service not in self._clients:
            self._clients[service] = self.journal.attach(self.target.new_client(service))
        return self._clients[service]

    def plain_client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client whose calls are not kept."""
        return self.target.new_client(service, region) if region else self.target.client(service)

    def name(self, resource: str) -> str:
        """The session's name of a resource: `lab.name("orders")`."""
        return self.target.name(resource)

    # --- exercises, predictions, quizzes --------------------------------------------------

    def exercise(self, identifier: str) -> Attempt:
        """One exercise: `.check()`, `.hint()`, `.solution()`."""
        attempt, prepared = self._exercises.open(identifier, self.target, self.progress)
        if prepared:
            self.journal.write_step("prepare", prepared)
        return attempt

    def catch_up(self, *identifiers: str) -> None:
        """Build the reference state of exercises that were not solved, so that the rest runs.

        Without ids: of every exercise of the chapter. What you solved is left as it is.
        """
        wanted = identifiers or tuple(e.id for e in registry.exercises(self.chapter))
        built = [each for each in wanted if self.exercise(each).catch_up()]
        for each in built:
            self.journal.write_step("solve", each)
        if built:
            print(f"Caught up: the lab built the solution of {', '.join(built)}.")  # noqa: T201
        else:
            print("Caught up: everything was there already.")  # noqa: T201

    def redo(self, step: str, identifier: str) -> None:
        """Do again what a journal says that the lab itself did: prepare or solve an exercise."""
        attempt = self.exercise(identifier)
        if step == "solve":
            attempt.catch_up()

    def predict(self, identifier: str, question: str, options: Sequence[str]) -> Prediction:
        """Choose what you think will happen; `lab.compare` comes back to it."""
        from orderlab.exercises.predict import Prediction

        return Prediction(identifier, question, options, self.progress)

    def compare(self, identifier: str, happened: str, because: str) -> Comparison:
        """Put what happened beside what you predicted, and say why it was so."""
        from orderlab.exercises.predict import Comparison

        return Comparison(self.progress.prediction(identifier), happened, because)

    def quiz(self) -> Quiz:
        """The questions of this chapter; answers are kept."""
        from orderlab.exercises.quiz.widget import Quiz

        return Quiz(registry.questions(self.chapter), self.progress)

    def reset(self, *, exercise: str | None = None, everything: bool = False) -> Path | None:
        """Forget the kept progress of an exercise, of this chapter, or of all; makes a backup.

        What you built stays; `orderlab.start(chapter=N, fresh=True)` starts with nothing.
        """
        if exercise is not None:
            exercise = registry.exercise(exercise).id
        chapter = None if exercise or everything else self.chapter
        return self.progress.reset(exercise=exercise, chapter=chapter)

    # --- what is deployed -----------------------------------------------------------------

    def diagram(self, *, missing: bool = True) -> Diagram:
        """What is deployed now: new since the chapter began marked, still missing in grey."""
        from orderlab.drawing.diagram import Diagram

        return Diagram.of(self.target, chapter=self.chapter, show_missing=missing)

    @property
    def faults(self) -> Faults:
        """Break things on purpose: `lab.faults.fail("shipping")`, `lab.faults.mend()`."""
        from orderlab.faults import Faults

        return Faults(self.target)

    def cost(self) -> Table:
        """What was metered so far, and what it would have cost on AWS."""
        from orderlab.orders.prices import CHECKED_ON, charges
        from orderlab.showing.table import Table

        rows = [
            {
                "item": charge.label,
                "quantity": f"{charge.quantity:,.0f}",
                "cost": "no price here" if charge.usd is None else f"$ {charge.usd:.6f}",
                "price": "recalled, not verified" if charge.recalled else charge.source,
            }
            for charge in charges(self.target.page("meter")["items"])
        ]
        return Table(rows, caption=f"Metered so far; second-hand prices of {CHECKED_ON}")

    def trace(self, order_id: str) -> Trace:
        """An order's path through every component, from logs and the flight recorder."""
        from orderlab.trace import trace

        return trace(self.target, order_id)

    def watch(self) -> Any:
        """A live board of the running system."""
        from orderlab.dashboards.board import Board

        return Board(self.target)

    def scoreboard(self, *wanted: str) -> Scoreboard:
        """R1 to R6 (or those you name), each an experiment on what is deployed now.

        In chapter 00 that is the monolith. What is found is kept for the later chapters.
        """
        from orderlab.requirements.board import measured_scoreboard

        return measured_scoreboard(self.target, self.progress, self.chapter, wanted)

    def replay(self, limit: int | None = None, **options: Any) -> Replayed:
        """Send real orders to what is deployed, with a progress bar."""
        from orderlab.orders.replay import replay_to

        return replay_to(self.target, limit=limit, **options)

    # --- short forms, once a chapter has shown the calls behind them ------------------------

    @property
    def url(self) -> str:
        """The address of order-api's stage. Raises LookupError before the API is deployed."""
        from orderlab.orders.parts.api import api_address

        return api_address(self.target)

    def api_url(self, api_id: str, stage: str = "live") -> str:
        """The address of any deployed REST API's stage."""
        return self.target.api_url(api_id, stage)

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

        wait_until_settled(self.target, deadline_seconds=seconds)

    def wait_for(self, condition: Callable[[], Any], seconds: float = 10.0) -> bool:
        """True as soon as `condition()` is true; False if it was not within `seconds`."""
        from orderlab.requirements.waiting import wait_for

        return wait_for(lambda: bool(condition()), seconds)

    def deploy(self, name: str, code: str | dict[str, str], **settings: Any) -> str:
        """Deploy a function with a role that may write its log, or update it; returns its ARN.

        `code` is the text of app.py with a function `handler`, or several files by name;
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

    def _practice(self) -> Target:
        """The target through the journalled clients, so that what is made stands again later."""
        from orderlab.practice.journalled import JournalledTarget

        return JournalledTarget(self.target, self.client)

    # --- the end --------------------------------------------------------------------------

    def finish(self, *, quiet: bool = False) -> None:
        """Stop the cloud. Your progress and the journal stay."""
        if not self.alive:
            return
        self.alive = False
        self.journal.release()
        self.target.stop()
        if not quiet:
            print("The cloud is stopped; your progress is kept.")  # noqa: T201

    def reopen(self) -> None:
        """Begin again, after the target has got a new cloud."""
        self.alive = True
        self._exercises.begin_again()

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"
