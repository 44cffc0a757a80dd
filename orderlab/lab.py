"""The learner's face to the course: composes what lies below, decides nothing."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderlab.exercises import registry
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.engine.exercise import Workspace
from orderlab.journal import Journal
from orderlab.progress import Progress
from orderlab.target.base import Target

if TYPE_CHECKING:
    from orderlab.drawing.diagram import Diagram
    from orderlab.exercises.predict import Prediction
    from orderlab.exercises.quiz.widget import Quiz
    from orderlab.faults import Faults
    from orderlab.orders.replay import Replayed
    from orderlab.requirements.scoreboard import Scoreboard
    from orderlab.showing.table import Table
    from orderlab.trace import Trace


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
        self._memories: dict[str, dict[str, Any]] = {}
        self._at_start: Any = None

    def __repr__(self) -> str:
        return f"Lab: chapter {self.chapter:02d} on {self.target.endpoint}"

    # --- AWS ------------------------------------------------------------------------------

    def client(self, service: str) -> Any:
        """A boto3 client of the session's cloud; what it builds is kept in the journal."""
        if service not in self._clients:
            self._clients[service] = self.journal.attach(self.target.new_client(service))
        return self._clients[service]

    def plain_client(self, service: str) -> Any:
        """A boto3 client whose calls are not kept."""
        return self.target.client(service)

    def name(self, resource: str) -> str:
        """The session's name of a resource: `lab.name("orders")`."""
        return self.target.name(resource)

    # --- exercises, predictions, quizzes --------------------------------------------------

    def exercise(self, identifier: str) -> Attempt:
        """One exercise: `.check()`, `.hint()`, `.solution()`."""
        from orderlab.exercises.waiting import sign_of_progress

        exercise = registry.exercise(identifier)
        memory = self._memories.setdefault(exercise.id, {})
        workspace = Workspace(self.target, memory=memory)
        before = memory.get("prepared")
        attempt = Attempt(exercise, workspace, self.progress, sign_of_progress)
        if memory.get("prepared") and not before:
            self.journal.write_step("prepare", exercise.id)
        return attempt

    def catch_up(self, *identifiers: str) -> None:
        """Build the reference state of exercises that were not solved, so that the rest runs.

        Without ids: of every exercise of the chapter. What you solved is left as it is.
        """
        wanted = identifiers or tuple(e.id for e in registry.exercises(self.chapter))
        built = [each for each in wanted if self.exercise(each).catch_up()]
        for each in built:
            self.journal.write_step("solve", each)
        # only what is printed either way, so that the cell reads the same for everyone
        said = f"built now: {', '.join(built)}" if built else "nothing was missing"
        print(f"Caught up ({said}).")  # noqa: T201

    def redo(self, step: str, identifier: str) -> None:
        """Do again what a journal says that the lab itself did: prepare or solve an exercise."""
        attempt = self.exercise(identifier)
        if step == "solve":
            attempt.catch_up()

    def predict(self, identifier: str, question: str, options: Sequence[str]) -> Prediction:
        """Choose what you think will happen; the next cell tells."""
        from orderlab.exercises.predict import Prediction

        return Prediction(identifier, question, options, self.progress)

    def quiz(self) -> Quiz:
        """The questions of this chapter; answers are kept."""
        from orderlab.exercises.quiz.widget import Quiz

        return Quiz(registry.questions(self.chapter), self.progress)

    def reset(self, *, exercise: str | None = None, everything: bool = False) -> Path | None:
        """Forget the kept progress of an exercise, of this chapter, or of all; makes a backup."""
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
        """R1 to R6 (or those you name), each an experiment on what stands now.

        In chapter 00 that is the monolith.
        """
        from orderlab.requirements import scoreboard

        if self.chapter == 0:
            return scoreboard.monolith_scoreboard(wanted or scoreboard.ALL)
        return scoreboard.scoreboard(self.target, wanted or scoreboard.ALL)

    def replay(self, limit: int | None = None, **options: Any) -> Replayed:
        """Send real orders to what is deployed, with a progress bar."""
        from orderlab.orders.replay import replay_to

        return replay_to(self.target, limit=limit, **options)

    # --- the end --------------------------------------------------------------------------

    def finish(self, *, quiet: bool = False) -> None:
        """Stop the cloud. Your progress and the journal stay."""
        if not self.alive:
            return
        self.alive = False
        self.journal.path.with_suffix(".pid").unlink(missing_ok=True)
        self.target.stop()
        if not quiet:
            print("The cloud is stopped; your progress is kept.")  # noqa: T201

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(repr(self))}</code>"
