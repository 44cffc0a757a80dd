"""What an author writes: one exercise, its check, its solution and the proofs of the check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orderlab.aws_target.base import Target
from orderlab.exercises.engine.outcome import Outcome


@dataclass
class Workspace:
    """What a check may look at: the cloud, and what the learner handed over.

    `answer` is the value given to `.check(answer)`; `memory` is kept between calls of the same
    exercise within a session (what the state was before, say).
    """

    target: Target
    answer: Any = None
    memory: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return self.target.client(service)

    def name(self, resource: str) -> str:
        return self.target.name(resource)


@dataclass(frozen=True)
class Proof:
    """An attempt whose verdict is known, run by the author's gate.

    `attempt` does what a learner would do, or returns the answer a learner would give.
    `verdict` is `wrong` for a misconception, `right` for a right answer that differs from ours.
    `says` is part of the message that this attempt, and no other, must bring.
    """

    name: str
    attempt: Callable[[Workspace], Any]
    verdict: Literal["wrong", "right"] = "wrong"
    says: str = ""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    `prepare` lays out the starting point whenever the exercise is opened. It looks first: what is
    missing is made, what stands is left alone, and no other exercise's answer is built. `undo`
    takes away what this exercise's tries and its `prepare` made, and nothing else; `ex.again()`
    runs it and then `prepare`. Without `undo` only the answer counts.

    `check` gives an Outcome and never changes what the learner built. `solve` does the reference
    solution through the workspace, from whatever stands, or returns the reference answer. `stands`
    looks whether what later cells need is there; without it `catch_up` asks `check`. `solution` is
    what the learner is shown: code that runs as it is in the learner's notebook, and why. `waits`
    says that a check waits for messages to travel, so that a sign of progress is shown. `needs`
    names the exercises whose result this one stands on: the gate solves them first.

    `names` gives the names that `solution` uses from cells above it in the notebook (clients, ids,
    earlier variables); `answer_name` is the variable that it hands to `ex.check(...)`, if any. With
    them the gate runs the shown solution and its mutants. `equivalent` lists mutants that are as
    right as the solution, each with the reason. `material` is what the task is about, shown as
    `ex.material`.
    """

    id: str
    title: str
    check: Callable[[Workspace], Outcome]
    solve: Callable[[Workspace], Any]
    solution: str
    hints: tuple[str, str, str]
    proofs: tuple[Proof, ...]
    prepare: Callable[[Workspace], None] | None = None
    undo: Callable[[Workspace], None] | None = None
    stands: Callable[[Workspace], bool] | None = None
    names: Callable[[Workspace], dict[str, Any]] | None = None
    answer_name: str = ""
    material: Mapping[str, str] = field(default_factory=dict)
    equivalent: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    needs: tuple[str, ...] = ()

    @property
    def chapter(self) -> int:
        return int(self.id.split(".")[0])

    @property
    def misconceptions(self) -> tuple[Proof, ...]:
        return tuple(proof for proof in self.proofs if proof.verdict == "wrong")
