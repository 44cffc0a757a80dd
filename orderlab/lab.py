"""The learner's face to the course: composes what lies below, decides nothing."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderlab.aws_target.base import FAULTS, KEEPS, Target, need
from orderlab.aws_target.calls import in_one_sentence
from orderlab.closing_words import ClosingWords
from orderlab.exercises import registry
from orderlab.exercises.certificate.kept import note_time
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.opened import OpenedExercises
from orderlab.journal import Journal
from orderlab.progress import Progress
from orderlab.words import Words

if TYPE_CHECKING:
    from orderlab.drawing.diagram import Diagram
    from orderlab.exercises.chapter_end import ChapterEnd
    from orderlab.exercises.predict import Comparison, Prediction
    from orderlab.exercises.quiz.widget import Quiz
    from orderlab.faults import Faults
    from orderlab.orders.replayed import Replayed
    from orderlab.requirements.scoreboard import Scoreboard
    from orderlab.showing.table import Table
    from orderlab.storm.result import Storm
    from orderlab.trace import Trace

# They work without a cloud, too.
_OFFLINE = (
    "name", "exercise", "predict", "compare", "quiz", "reset", "week", "orders", "wait_for",
    "percentiles", "plot", "bars", "picture", "finish", "reopen", "monolith", "order_schema",
    "customer_code", "customer_layer", "zipped", "item", "order_in", "connection_storm",
    "write_units_by_hour", "provisioned", "on_demand_usd", "polling_simulation", "polling_odds",
    "final_test", "story", "certificate",
    "hit_ratios", "dax_layer", "powertools_layer", "has_dax", "lambda_cost",
)  # fmt: skip


@in_one_sentence(needs_no_cloud=_OFFLINE)
class Lab(Words, ClosingWords):
    """One chapter on one cloud."""

    def __init__(
        self, *, chapter: int, target: Target, progress: Progress, journal: Journal
    ) -> None:
        self.chapter = chapter
        self.target = target
        self.progress = progress
        self.journal = journal
        self.alive = True
        self._began = time.time()
        self._clients: dict[str, Any] = {}
        self._exercises = OpenedExercises(chapter)

    def __repr__(self) -> str:
        return f"Lab: chapter {self.chapter:02d} on {self.target.endpoint}"

    # --- AWS ------------------------------------------------------------------------------

    def client(self, service: str, **config: Any) -> Any:
        """A boto3 client of the session's cloud; what it builds is kept in the journal.

        With settings of botocore's Config (`read_timeout=5`) it is another one, with these.
        """
        if config:
            return self.journal.attach(self.target.new_client(service, **config))
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

    def summary(self) -> ChapterEnd:
        """The chapter as you leave it: exercises, quiz, requirements, time, what comes next."""
        from orderlab.exercises.chapter_end import ChapterEnd

        return ChapterEnd(self.chapter, self.progress, self._began)

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

        need(self.target, FAULTS)
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

    def storm(self, orders: int = 200, seed: int = 7) -> Storm:
        """Real orders, while faults strike what is deployed; then what became of each order.

        The same seed gives the same storm. All faults are mended when it is over.
        """
        from orderlab.exercises.certificate.kept import note_storm
        from orderlab.storm.run import storm

        found = storm(self.target, orders, seed)
        note_storm(self.progress, self.chapter, found)
        return found

    def replay(self, limit: int | None = None, **options: Any) -> Replayed:
        """Send real orders to what is deployed, with a progress bar."""
        from orderlab.orders.replay import replay_to

        return replay_to(self.target, limit=limit, **options)

    def _noting_writes(self, client: Any) -> Any:
        from orderlab.practice.caches import kept

        return kept(client, self.journal.write)

    def _practice(self) -> Target:
        from orderlab.practice.journalled import JournalledTarget

        return JournalledTarget(self.target, self.client)

    # --- the end --------------------------------------------------------------------------

    def finish(self, *, quiet: bool = False) -> None:
        """Stop the cloud, or leave the server. Your progress and the journal stay.

        In an account it shows what you have there, and deletes it if you say so.
        """
        if not self.alive:
            return
        account = self.target.in_account
        if account is not None and not quiet:
            from orderlab.teardown.at_the_end import take_away

            take_away(account)
        self.alive = False
        note_time(self.progress, self.chapter, time.time() - self._began)
        self.journal.release()
        self.target.stop()
        if quiet or account is not None:
            return
        if KEEPS in self.target.can:
            place = self.target.place
            print(f"Done with {place}: what you built stands there; your progress is kept.")  # noqa: T201
        else:
            print("The cloud is stopped; your progress is kept.")  # noqa: T201

    def reopen(self) -> None:
        """Begin again, after the target has got a new cloud."""
        self.alive = True
        self._began = time.time()
        self._exercises.begin_again()

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"
