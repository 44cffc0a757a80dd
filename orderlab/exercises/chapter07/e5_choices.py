"""7.5: what does which work well, and the fact that decides."""

from __future__ import annotations

from typing import Any

from orderlab.exercises.chapter07.workloads import (
    FACT_SYNONYMS,
    FACTS,
    SYNONYMS,
    TOOLS,
    WORKS,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, mapping, one_of

_LOOKED = "your tool and your fact for each of the six"


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    if answer is None or answer is Ellipsis:
        return untouched("Nothing is chosen yet.", next="ex.check(choices)")
    given = mapping(answer, WORKS, what="a dictionary with the six names")
    if all(each is None for each in given.values()):
        return untouched("Nothing is chosen yet.", next="A tool and a fact for each of the six.")
    chosen = {name: _pair(name, value) for name, value in given.items()}
    for name, (tool, _) in chosen.items():
        if tool not in WORKS[name].tools:
            return _wrong_tool(name, tool)
    for name, (tool, fact) in chosen.items():
        if fact != WORKS[name].fact:
            return wrong(
                "right by chance",
                f"{name}: {tool} is right, and your fact isn't what decides it.",
                looked_at=_LOOKED,
                expected="the fact without which another tool would do",
                got=f"{name}: {fact}",
                next=f"Read it again: what in {name!r} would break with a standard queue, if anything?",
            )
    return right(
        "Each for a fact: " + "; ".join(f"{n}: {work.because}" for n, work in WORKS.items()) + ".",
        looked_at=_LOOKED,
        got=", ".join(f"{name}: {tool}" for name, (tool, _) in chosen.items()),
    )


def _pair(name: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise CannotRead(f"For {name!r} I expected a pair (tool, fact).")
    tool, fact = value
    return one_of(tool, TOOLS, synonyms=SYNONYMS), one_of(fact, FACTS, synonyms=FACT_SYNONYMS)


def _wrong_tool(name: str, tool: str) -> Outcome:
    known = WORKS[name].wrong.get(tool)
    title, message = known or _GENERAL.get(
        tool, ("another tool", f"{tool} is not what this work asks for.")
    )
    return wrong(
        title,
        message,
        looked_at=_LOOKED,
        expected=f"what {name!r} needs, and no more",
        got=f"{name}: {tool}",
        next=f"What must be true of {name!r}, in its own words?",
    )


# where a tool is wrong for a work that says nothing special of it
_GENERAL = {
    "DynamoDB direct": (
        "no place for logic",
        "Written by the API directly, nothing is decided or done before it is stored: a mapping "
        "template can reshape, and not call anybody.",
    ),
    "FIFO queue": (
        "only order",
        "A FIFO queue keeps an order. It has no steps, no way back and no memory, and a message waits "
        "14 days at most.",
    ),
    "Step Functions": (
        "steps where there are none",
        "A state machine is for steps that depend on each other. Here it would carry one thing from "
        "one place to another, and be paid for each transition.",
    ),
    "durable function": (
        "no long story",
        "A durable function keeps its place over days. Nothing here lasts, or it is not a function's "
        "work.",
    ),
    "containers": (
        "a server that waits",
        "Containers are right for what is always busy or can't be a function. This is neither, and "
        "they would be paid while they wait.",
    ),
}
_RIGHT = {name: (work.tools[0], work.fact) for name, work in WORKS.items()}


def _but(**changes: Any) -> Any:
    return lambda _: {**_RIGHT, **changes}


CHOICES = Exercise(
    id="7.5",
    title="The right tool for six pieces of work",
    check=_check,
    solve=lambda _: dict(_RIGHT),
    stands=lambda _: True,
    answer_name="choices",
    material={name: work.words for name, work in WORKS.items()},
    solution="""choices = {
    "wishes": ("DynamoDB direct", "no logic"),
    "stock": ("FIFO queue", "order"),
    "return": ("Step Functions", "a way back"),
    "approval": ("durable function", "waits for people"),
    "search": ("containers", "an own program"),
    "mails": ("standard queue and function", "no need"),
}
# A state machine and a durable function can both wait and go back: auditors tip the one, Python the
# other.""",
    hints=(
        "Ask the four questions of the picture, from the top, for each work.",
        "One of the six needs nothing special. One is stored as it comes. One needs order, one a way "
        "back, one waits for weeks, one is a program as it is.",
        "wishes: no logic; stock: order; return: a way back; approval: waits for people; search: an "
        "own program; mails: no need. The tools follow from that.",
    ),
    proofs=(
        Proof(
            "a queue for everything",
            _but(wishes=(TOOLS[0], "no need")),
            says="code is kept that only carries",
        ),
        Proof(
            "order from a standard queue", _but(stock=(TOOLS[0], "order")), says="overtakes another"
        ),
        Proof(
            "a chain of queues",
            _but(**{"return": (TOOLS[0], "a way back")}),
            says="takes the refund back",
        ),
        Proof(
            "a wait in a queue",
            _but(approval=(TOOLS[0], "waits for people")),
            says="14 days at most",
        ),
        Proof(
            "functions for a program",
            _but(search=(TOOLS[0], "an own program")),
            says="runs when an event comes",
        ),
        Proof("order that nobody needs", _but(mails=("FIFO", "order")), says="nobody asked for"),
        Proof(
            "a state machine for one step",
            _but(mails=("Step Functions", "no need")),
            says="needs no state machine",
        ),
        Proof("only order", _but(**{"return": ("FIFO", "order")}), says="no way back"),
        Proof("a server that waits", _but(stock=("ECS", "order")), says="while they wait"),
        Proof("right by chance", _but(stock=("FIFO", "no logic")), says="isn't what decides it"),
        Proof("an answer that cannot be read", _but(stock="FIFO"), says="a pair"),
        Proof(
            "a state machine for the approval",
            _but(approval=["step functions", "waits"]),
            "right",
        ),
        Proof(
            "a durable function for the return",
            _but(**{"return": ("durable functions", "saga")}),
            "right",
        ),
        Proof(
            "words as others say them",
            _but(stock=("SQS FIFO", "order"), mails=("SQS + Lambda", "no need")),
            "right",
        ),
        Proof(
            "short words, as pairs",
            lambda _: [
                ("Wishes", ("dynamodb", "no logic")),
                ("stock", ("fifo", "ordering")),
                ("return", ("state machine", "way back")),
                ("approval", ("durable", "people")),
                ("search", ("fargate", "own program")),
                ("mails", ("sqs", "none")),
            ],
            "right",
        ),
    ),
)
