"""5.1: after how many short polls a message is seen as surely as one likes."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import number
from orderlab.exercises.engine.own_function import no_function

Case = tuple[int, int, float]
EXAMPLE = (8, 3, 0.001)
_LOOKED = (
    "queues of 5 to 40 servers, of which a poll asks some, and risks from 0.4 to one in 10,000"
)


def truth(servers: int, sample: int, risk: float) -> float:
    """How many polls it takes, before it is rounded up."""
    return math.log(risk) / math.log(1 - sample / servers)


def _cases() -> list[Case]:
    """Settings at random, none of them so near to a whole number that rounding decides."""
    found: list[Case] = [EXAMPLE]
    while len(found) < 40:
        servers = 5 + secrets.randbelow(36)
        sample = 2 + secrets.randbelow(servers - 3)
        risk = (0.4, 0.2, 0.05, 0.01, 0.001, 0.0001)[secrets.randbelow(6)]
        polls = truth(servers, sample, risk)
        if 0.02 < polls % 1 < 0.98:
            found.append((servers, sample, risk))
    return found


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(
        answer, "polls_needed(servers, sample, risk)", "I call it for many settings"
    )
    if missing is not None:
        return missing
    cases = _cases()
    try:
        said = [answer(*case) for case in cases]
    except Exception as error:
        return wrong(
            "it raises",
            "The function raises for a setting that can be.",
            looked_at=_LOOKED,
            got=f"{type(error).__name__}: {error}"[:120],
            next="Call it yourself: polls_needed(8, 3, 0.001).",
        )
    if all(each is None for each in said):
        return untouched("The function returns nothing yet.", next="return ...")
    numbers = [number(each, "a number of polls") for each in said]
    return _judge(cases, numbers)


def _judge(cases: list[Case], said: list[float]) -> Outcome:
    wanted = [math.ceil(truth(*case)) for case in cases]
    if said == wanted:
        return right(
            "Each poll chooses anew, so the chances of missing are multiplied. However many polls you "
            "allow, a little risk is left: no number of short polls is a promise.",
            looked_at=_LOOKED,
            got="among them 8 servers, 3 asked, risk 0.001: 15 polls",
        )
    name, message, hint = _mistake(cases, said)
    place = next(
        n for n, (mine, right_) in enumerate(zip(said, wanted, strict=True)) if mine != right_
    )
    servers, sample, risk = cases[place]
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=f"{servers} servers, {sample} asked, risk {risk:g}: {wanted[place]} polls",
        got=f"{said[place]:g}",
        next=hint,
    )


def _mistake(cases: list[Case], said: list[float]) -> tuple[str, str, str]:
    def is_always(rule: Callable[[int, int, float], float]) -> bool:
        return all(abs(mine - rule(*case)) < 1e-6 for mine, case in zip(said, cases, strict=True))

    for name, rule, message, hint in _MISTAKES:
        if is_always(rule):
            return name, message, hint
    return (
        "another number",
        "For some settings that is not the least number of polls.",
        "What is the chance that one poll misses E? That two in a row do?",
    )


_MISTAKES: tuple[tuple[str, Callable[[int, int, float], float], str, str], ...] = (
    (
        "the second poll must find it",
        lambda servers, sample, risk: 2,
        "Two polls for every setting. That is how the sentence on 1,000 messages is often read, and "
        "it says only that a subsequent request returns them.",
        "What is the chance that two polls in a row ask other servers than E's?",
    ),
    (
        "no server is asked twice",
        lambda servers, sample, risk: math.ceil(servers / sample),
        "Your numbers are right if each poll asks servers that no earlier one asked. But a poll knows "
        "nothing of the polls before it.",
        "The chance of missing E is the same for every poll. What is it for two, for three?",
    ),
    (
        "the average",
        lambda servers, sample, risk: servers / sample,
        "So many polls it takes on average, and often it takes more, whatever risk was allowed.",
        "Where does `risk` come in?",
    ),
    (
        "found and missed exchanged",
        lambda servers, sample, risk: math.ceil(math.log(risk) / math.log(sample / servers)),
        "Your numbers get larger when a poll asks more servers. Asking more finds E sooner.",
        "sample / servers is the chance that one poll asks E's server. And that it doesn't?",
    ),
    (
        "a part of a poll",
        truth,
        "The number is right and not whole. Nobody can poll 14.7 times.",
        "Which whole number keeps the risk at or below what is allowed?",
    ),
    (
        "one too few",
        lambda servers, sample, risk: math.ceil(truth(servers, sample, risk)) - 1,
        "Always one poll less than it takes: after it the risk is still above what is allowed.",
        "Round up.",
    ),
    (
        "one too many",
        lambda servers, sample, risk: math.ceil(truth(servers, sample, risk)) + 1,
        "Always one poll more than it takes: the one before was enough.",
        "Does your loop count a poll before it looks whether one is needed?",
    ),
)


def _loop(servers: int, sample: int, risk: float) -> int:
    unseen, polls = 1.0, 0
    while unseen > risk:
        unseen, polls = unseen * (servers - sample) / servers, polls + 1
    return polls


def _as_text(servers: int, sample: int, risk: float) -> str:
    return str(_loop(servers, sample, risk))


def _wrong_rule(name: str) -> Callable[[Workspace], Any]:
    rule = next(rule for known, rule, _, _ in _MISTAKES if known == name)
    return lambda _: rule


def _other_setting(servers: int, sample: int, risk: float) -> int:
    """Right for the setting of the example only."""
    return _loop(8, 3, risk)


ODDS = Exercise(
    id="5.1",
    title="How many polls until E",
    check=_check,
    solve=lambda _: _loop,
    stands=lambda _: True,
    names=lambda _: {"math": math},
    answer_name="polls_needed",
    solution="""def polls_needed(servers, sample, risk):
    missed = 1 - sample / servers
    return math.ceil(math.log(risk) / math.log(missed))
# After k polls E is unseen with the chance missed ** k. The least k with missed ** k <= risk is
# the quotient of the logarithms, rounded up.""",
    hints=(
        "What is the chance that one poll does not ask E's server?",
        "A second poll chooses anew, so the chances of missing are multiplied: after k polls it is "
        "missed ** k.",
        "math.log(risk) / math.log(missed), rounded up with math.ceil; or a loop that multiplies "
        "until the product is at most risk.",
    ),
    proofs=(
        *(
            Proof(name, _wrong_rule(name), says=says)
            for name, says in (
                ("the second poll must find it", "subsequent request"),
                ("no server is asked twice", "knows nothing"),
                ("the average", "on average"),
                ("found and missed exchanged", "finds E sooner"),
                ("a part of a poll", "not whole"),
                ("one too few", "one poll less"),
                ("one too many", "one poll more"),
            )
        ),
        Proof("another number", lambda _: _other_setting, says="not the least number"),
        Proof("it raises", lambda _: lambda servers: 3, says="raises for a setting"),
        Proof("not a function", lambda _: 15, says="function itself"),
        Proof("a loop", lambda _: _loop, "right"),
        Proof("a text", lambda _: _as_text, "right"),
    ),
)
