"""The author's gate: every exercise proved untouched, wrong in each named way, and right.

A proof runs in a fresh cloud with what stands at the start of the exercise, so that no attempt
profits from another. Attempts that only hand over an answer, and call nothing, follow each other
in one cloud, as a learner's do: a check changes nothing of what was built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from threading import Lock

from orderlab.exercises.engine.answers import CannotRead
from orderlab.exercises.engine.exercise import Exercise, Proof, Workspace
from orderlab.exercises.engine.outcome import Outcome, unreadable
from orderlab.exercises.quiz.question import Question
from orderlab.threads import side_by_side

# Gives a workspace at the starting point of an exercise, and a function that tells how many calls
# were made in it.
Fresh = Callable[[str], AbstractContextManager[tuple[Workspace, Callable[[], int]]]]
Attempt = Callable[[Workspace], object]

LANES = 3
MIN_MISCONCEPTIONS = 3
MIN_RIGHT = 2


def static_faults(exercises: Iterable[Exercise]) -> list[str]:
    """What can be seen of exercises without running them."""
    found: list[str] = []
    seen: set[str] = set()
    for exercise in exercises:
        say = f"{exercise.id} {exercise.title}:"
        if exercise.id in seen:
            found.append(f"{say} the id is used twice.")
        seen.add(exercise.id)
        if len(exercise.hints) != 3 or not all(hint.strip() for hint in exercise.hints):
            found.append(f"{say} it needs three hints.")
        if len(exercise.misconceptions) < MIN_MISCONCEPTIONS:
            found.append(f"{say} it needs {MIN_MISCONCEPTIONS} named misconceptions.")
        names = [proof.name for proof in exercise.proofs]
        if len(set(names)) != len(names):
            found.append(f"{say} two proofs have one name.")
        # an open exercise is proved by its outcome; one other way is enough to show that
        least = 1 if "(open)" in exercise.title else MIN_RIGHT
        if sum(proof.verdict == "right" for proof in exercise.proofs) < least:
            found.append(f"{say} it needs {least} right answers that differ from the solution.")
        if not exercise.solution.strip():
            found.append(f"{say} it needs a solution to show.")
    return found


def question_faults(questions: Iterable[Question]) -> list[str]:
    """Questions need a right option, a wrong one, and a reason for every option."""
    found = []
    for question in questions:
        right = len(question.right_answers)
        if not 1 <= right < len(question.options):
            found.append(f"{question.id}: needs right and wrong options.")
        if not all(option.why.strip() for option in question.options):
            found.append(f"{question.id}: an option does not say why.")
    return found


def prove(exercise: Exercise, fresh: Fresh) -> list[str]:
    """Run every proof of an exercise; a sentence for each that fails.

    Several attempts run side by side, each in its own cloud: most of their time is spent waiting.
    """
    attempts: list[Attempt] = [lambda _: None, exercise.solve]
    attempts += [proof.attempt for proof in exercise.proofs]
    empty, solved, *others = _outcomes(exercise, fresh, attempts)
    found = _expect(exercise, "as it comes", empty, "untouched")
    found += _expect(exercise, "the solution", solved, "right")
    messages: dict[str, str] = {}
    for proof, outcome in zip(exercise.proofs, others, strict=True):
        found += _expect(exercise, proof.name, outcome, proof.verdict)
        found += _own_message(exercise, proof, outcome, messages)
    return found


def _outcomes(exercise: Exercise, fresh: Fresh, attempts: Sequence[Attempt]) -> list[Outcome]:
    """What the check says of each attempt, in their order."""
    outcomes: dict[int, Outcome] = {}
    left = iter(enumerate(attempts))
    taking = Lock()

    def lane(_: int) -> None:
        with ExitStack() as open_now:
            bench = _Bench(exercise, fresh, open_now)
            while True:
                with taking:
                    number, attempt = next(left, (-1, None))
                if attempt is None:
                    return
                outcomes[number] = bench.outcome(attempt)

    side_by_side(lane, range(LANES), LANES)
    return [outcomes[number] for number in range(len(attempts))]


class _Bench:
    """Where attempts are made: a workspace, and a new one after an attempt that made a call."""

    def __init__(self, exercise: Exercise, fresh: Fresh, open_now: ExitStack) -> None:
        self._exercise = exercise
        self._fresh = fresh
        self._open = open_now
        self._now: tuple[Workspace, Callable[[], int]] | None = None

    def outcome(self, attempt: Attempt) -> Outcome:
        if self._now is None:
            self._now = self._open.enter_context(self._fresh(self._exercise.id))
        workspace, calls = self._now
        memory, before = dict(workspace.memory), calls()
        workspace.answer = attempt(workspace)
        pure = calls() == before
        try:
            outcome = self._exercise.check(workspace)
        except CannotRead as why:  # as a learner's attempt shows it
            outcome = unreadable(str(why))
        workspace.memory = memory
        if not pure:
            self._open.close()
            self._now = None
        return outcome


def _expect(exercise: Exercise, what: str, outcome: Outcome, kind: str) -> list[str]:
    if outcome.kind == kind:
        return []
    return [f"{exercise.id}, {what}: should be {kind}, was {outcome.kind}. {outcome}"]


def _own_message(
    exercise: Exercise, proof: Proof, outcome: Outcome, messages: dict[str, str]
) -> list[str]:
    """Each misconception brings a message of its own, with the words it promises."""
    if proof.verdict == "right" or outcome.kind != "wrong":
        return []
    found = []
    if outcome.misconception != proof.name:
        found.append(
            f"{exercise.id}, {proof.name}: recognised as {outcome.misconception!r} instead."
        )
    if proof.says not in str(outcome):
        found.append(f"{exercise.id}, {proof.name}: does not say {proof.says!r}: {outcome}")
    if outcome.message in messages:
        found.append(f"{exercise.id}, {proof.name}: same message as {messages[outcome.message]!r}.")
    messages[outcome.message] = proof.name
    return found
