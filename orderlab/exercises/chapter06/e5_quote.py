"""6.5: what is made once for an environment, and what in each call."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orderlab.exercises.chapter06.notebook_names import TARIFF, names
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.practice.functions import deploy, exists, invoke, log_lines
from orderlab.practice.removal import remove_function

NAME, CALLS = "quote", 6
_LOOKED = f"{CALLS} calls of `{NAME}`, one after the other, with lines of my own, and its log"


def price(item: str) -> int:
    """What the tariff says of an item."""
    return 100 + 7 * int(item.split()[1]) % 900


@dataclass(frozen=True)
class Call:
    """One call: its lines, what they cost, and what was answered."""

    lines: list[dict[str, Any]]
    wanted: int
    said: Any


def _lines() -> list[dict[str, Any]]:
    return [
        {"item": f"item {secrets.randbelow(200_000)}", "quantity": 2 + secrets.randbelow(7)}
        for _ in range(2 + secrets.randbelow(3))
    ]


def _cost(lines: list[dict[str, Any]]) -> int:
    return sum(price(line["item"]) * line["quantity"] for line in lines)


def _check(workspace: Workspace) -> Outcome:
    if not exists(workspace.target, NAME):
        return untouched(
            f"There is no function `{NAME}` yet.",
            next='lab.deploy("quote", {"app.py": QUOTE, "tariff.py": TARIFF})',
        )
    before = _loads(workspace)
    calls = []
    for _ in range(CALLS):
        lines = _lines()
        calls.append(Call(lines, _cost(lines), invoke(workspace.target, NAME, {"lines": lines})))
    return _judge(calls, _loads(workspace) - before)


def _loads(workspace: Workspace) -> int:
    if not log_exists(workspace):
        return 0
    return len(log_lines(workspace.target, NAME, '"tariff loaded"'))


def log_exists(workspace: Workspace) -> bool:
    """Whether the function has written a log."""
    group = f"/aws/lambda/{workspace.name(NAME)}"
    found = workspace.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return any(each["logGroupName"] == group for each in found)


def _judge(calls: list[Call], loads: int) -> Outcome:
    found = _raised(calls) or _totals(calls) or _loaded(loads)
    if found is None:
        return right(
            "What is the same for everybody is made once, and what is somebody's own is made in the call.",
            looked_at=_LOOKED,
            got=f"{CALLS} right totals; loads of the tariff meanwhile: {loads}",
        )
    name, message, expected, got, hint = found
    return wrong(name, message, looked_at=_LOOKED, expected=expected, got=got, next=hint)


Mistake = tuple[str, str, str, str, str]


def _raised(calls: list[Call]) -> Mistake | None:
    said = calls[0].said
    if isinstance(said, dict) and "errorMessage" in said:
        return (
            "it raises",
            "The function raises.",
            "an answer with total_cents",
            f"{said.get('errorType')}: {said['errorMessage']}"[:160],
            'lab.log("quote") has the traceback.',
        )
    return None


def _totals(calls: list[Call]) -> Mistake | None:
    said = [each.said.get("total_cents") if isinstance(each.said, dict) else None for each in calls]
    wanted = [each.wanted for each in calls]
    if said == wanted:
        return None
    expected, got = f"total_cents {wanted[0]}, {wanted[1]}, ...", f"{said[0]}, {said[1]}, ..."
    if said == [str(each) for each in wanted]:
        return (
            "a text",
            "The totals are right, and they are texts. `quote-today` gives numbers.",
            f"total_cents {wanted[0]}",
            f"total_cents {said[0]!r}",
            "The number itself, without str or an f-string.",
        )
    if _adds_up(said, wanted):
        return (
            "everybody's lines",
            "Each total holds the lines of the calls before it as well.",
            expected,
            got,
            "Which of your variables stands outside the handler, or is a default argument?",
        )
    if len(set(said)) == 1 and said[0] == wanted[0]:
        return (
            "the first answer",
            "The first total is right, and each later call gets the same one.",
            expected,
            got,
            "What is kept must not depend on the call.",
        )
    if len(set(map(str, said))) == 1 and said[0] is not None:
        return (
            "the same for all",
            "Each call gets the same total, whatever its lines are.",
            expected,
            got,
            "Is the total made outside the handler, or kept from an earlier call?",
        )
    if said == [sum(price(line["item"]) for line in each.lines) for each in calls]:
        return (
            "one of each",
            "The totals are those of one piece in each line.",
            expected,
            got,
            'line["quantity"]',
        )
    return (
        "another total",
        "The totals are not those of the lines that I sent.",
        expected,
        got,
        'The sum of price times quantity, as {"total_cents": ...}.',
    )


def _adds_up(said: list[Any], wanted: list[int]) -> bool:
    """Whether each total holds what came before, be it from calls before these ones."""
    if not all(isinstance(each, int | float) for each in said):
        return False
    steps = [later - earlier for earlier, later in itertools.pairwise(said)]
    return steps == wanted[1:] and said[0] >= wanted[0]


def _loaded(loads: int) -> Mistake | None:
    # the first call may have come to a new environment
    if loads <= 2:
        return None
    return (
        "in each call",
        f"The totals are right. The tariff was loaded {loads} times in {CALLS} calls.",
        "once in an environment",
        f"{loads} times",
        "Which line should run before the first call, and never again?",
    )


_SUM = """
    total = 0
    for line in event["lines"]:
        total += {prices}[line["item"]] * line["quantity"]
    return {{"total_cents": total}}
"""
OUTSIDE = "import tariff\n\nPRICES = tariff.load()\n\ndef handler(event, context):" + _SUM.format(
    prices="PRICES"
)
_LAZY = (
    "import tariff\n\nprices = None\n\ndef handler(event, context):\n    global prices\n"
    "    if prices is None:\n        prices = tariff.load()" + _SUM.format(prices="prices")
)
_CACHED = (
    "import functools, tariff\n\n@functools.cache\ndef prices():\n    return tariff.load()\n\n"
    "def handler(event, context):" + _SUM.format(prices="prices()")
)
_INSIDE = "import tariff\n\ndef handler(event, context):\n    prices = tariff.load()" + _SUM.format(
    prices="prices"
)
_LEAKING = """
import tariff
PRICES, lines = tariff.load(), []

def handler(event, context):
    lines.extend(event["lines"])
    return {"total_cents": sum(PRICES[each["item"]] * each["quantity"] for each in lines)}
"""
_FIRST = """
import tariff
PRICES, answer = tariff.load(), {}

def handler(event, context):
    if not answer:
        total = sum(PRICES[each["item"]] * each["quantity"] for each in event["lines"])
        answer["total_cents"] = total
    return answer
"""
_PIECES = """
import tariff
PRICES = tariff.load()

def handler(event, context):
    return {"total_cents": sum(PRICES[each["item"]] for each in event["lines"])}
"""
_LOCAL = """
import tariff
prices = None

def handler(event, context):
    if prices is None:
        prices = tariff.load()
    return {"total_cents": sum(prices[each["item"]] * each["quantity"] for each in event["lines"])}
"""
_AS_TEXT = OUTSIDE.replace("total}", "str(total)}")
_EMPTY = "import tariff\n\ndef handler(event, context):\n    return {'total_cents': 0}\n"
_DEARER = OUTSIDE.replace("return {", "total += 1\n    return {")


def _deployed(code: str) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        deploy(workspace.target, NAME, {"app.py": code, "tariff.py": TARIFF})

    return attempt


def undo(workspace: Workspace) -> None:
    """The function is gone, with its role and its log."""
    remove_function(workspace.target, NAME)


QUOTE = Exercise(
    id="6.5",
    title="Once for everybody",
    check=_check,
    solve=_deployed(OUTSIDE),
    stands=lambda workspace: exists(workspace.target, NAME),
    undo=undo,
    names=names,
    solution='''QUOTE = """
import tariff

PRICES = tariff.load()

def handler(event, context):
    total = 0
    for line in event["lines"]:
        total += PRICES[line["item"]] * line["quantity"]
    return {"total_cents": total}
"""
lab.deploy(
    "quote",
    {"app.py": QUOTE, "tariff.py": TARIFF},
)
# The tariff is loaded in Init, once for an environment; the total is made anew in each call.''',
    hints=(
        "Which line of `quote-today` gives the same in each call?",
        "What stands outside the handler runs once, before the first call.",
        "PRICES = tariff.load() below the import; in the handler a total that starts at 0, and "
        'PRICES[line["item"]] * line["quantity"] for each line.',
    ),
    proofs=(
        Proof("in each call", _deployed(_INSIDE), says="times in 6 calls"),
        Proof("everybody's lines", _deployed(_LEAKING), says="of the calls before it"),
        Proof("the first answer", _deployed(_FIRST), says="gets the same one"),
        Proof("one of each", _deployed(_PIECES), says="one piece in each line"),
        Proof("another total", _deployed(_DEARER), says="not those of the lines"),
        Proof("it raises", _deployed(_LOCAL), says="The function raises"),
        Proof("a text", _deployed(_AS_TEXT), says="they are texts"),
        Proof("the same for all", _deployed(_EMPTY), says="whatever its lines are"),
        Proof("in the first call", _deployed(_LAZY), "right"),
        Proof("by a function that is remembered", _deployed(_CACHED), "right"),
    ),
)
