"""6.7: the memory size at which a function is cheapest and still quick enough."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import number
from orderlab.exercises.engine.own_function import no_function

Times = dict[int, float]
Case = tuple[Times, float]
Rule = Callable[[Times, float], Any]
SIZES = (128, 256, 512, 1024, 1769, 3008)
_LOOKED = (
    "curves of functions that calculate, that wait and that do some of both, with limits that all, "
    "some and none of the sizes keep"
)


def truth(times: Times, limit_ms: float) -> int:
    """The cheapest of those within the limit, or the quickest of all."""
    quick = [size for size in times if times[size] <= limit_ms]
    if quick:
        return min(quick, key=lambda size: (size * math.ceil(times[size]), times[size]))
    return min(times, key=lambda size: times[size])


def _curve() -> Times:
    """Measured times: a part that shrinks with memory, and a part that doesn't."""
    work, wait = 50 + secrets.randbelow(250), secrets.randbelow(60)
    # with little memory some programs do worse than their share of the processor
    steep = (0.8, 1.0, 1.2, 1.4)[secrets.randbelow(4)]
    return {
        size: round(
            work * (1769 / min(size, 1769)) ** steep + wait + secrets.randbelow(300) / 100, 2
        )
        for size in SIZES
    }


def _mixed(times: Times) -> Times:
    """The same in another order."""
    sizes = list(times)
    return {size: times[size] for size in sizes[3:] + sizes[:3]}


def _cases() -> list[Case]:
    found: list[Case] = []
    for _ in range(30):
        times = _mixed(_curve())
        ordered = sorted(times.values())
        # all keep it, some do (one of them just so), none does
        found += [(times, 10**6), (times, ordered[2]), (times, ordered[4]), (times, ordered[0] / 2)]
    # whole milliseconds are billed: the larger size is as cheap, and quicker
    found.append(({512: 9.2, 256: 19.7, 128: 39.9}, 100.0))
    # to the hundredth of a millisecond the larger one would be cheaper
    found.append(({1024: 2.6, 128: 20.9, 512: 9.9}, 100.0))
    # what is begun is billed: rounded to the nearest, the larger one would be cheaper
    found.append(({512: 10.3, 128: 43.0}, 100.0))
    # two that are no better in time: the cheaper one, whichever comes first
    found.append(({1024: 60.0, 512: 60.0, 2048: 60.0}, 60.0))
    return found


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(answer, "best_size(times, limit_ms)", "I call it for many curves")
    if missing is not None:
        return missing
    cases = _cases()
    try:
        said = [answer(dict(times), limit) for times, limit in cases]
    except Exception as error:
        return wrong(
            "it raises",
            "The function raises for a curve that can be.",
            looked_at=_LOOKED,
            got=f"{type(error).__name__}: {error}"[:120],
            next="Call it yourself: best_size({128: 900, 1024: 110}, 500), and with a limit of 50.",
        )
    if all(each is None for each in said):
        return untouched("The function returns nothing yet.", next="return ...")
    return _judge(cases, said)


def _judge(cases: list[Case], said: list[Any]) -> Outcome:
    if any(each is None for each in said):
        times, limit = cases[next(n for n, each in enumerate(said) if each is None)]
        return wrong(
            "nothing within the limit",
            "No size keeps the limit, and the function returns nothing.",
            looked_at=_LOOKED,
            expected=f"{_shown(times)}, limit {limit:g} ms: {truth(times, limit)} MB, the quickest",
            got="None",
            next="What is to be returned then, the exercise says.",
        )
    sizes = [number(each, "a memory size") for each in said]
    wanted = [truth(*case) for case in cases]
    if sizes == wanted:
        return right(
            "A call's price is memory times billed time. Where work is shared out by memory it hardly "
            "moves, and the time is a present; where a function waits, each step up is paid for nothing.",
            looked_at=_LOOKED,
            got=f"{len(cases)} curves",
        )
    return _wrong(cases, sizes, wanted)


def _wrong(cases: list[Case], said: list[float], wanted: list[int]) -> Outcome:
    name, message, hint = _mistake(cases, said)
    places = [n for n, size in enumerate(said) if size != wanted[n]]
    if name == "another size" and all(min(cases[n][0].values()) > cases[n][1] for n in places):
        name, message, hint = (
            "another one where none is quick enough",
            "Right, except where no size keeps the limit.",
            "Which one is to be returned then? The one with the least time.",
        )
    if name == "another size" and any(said[n] not in cases[n][0] for n in places):
        name, message, hint = (
            "no size of the list",
            "What you return is not one of the memory sizes.",
            "The sizes are the keys of `times`; their milliseconds are the values.",
        )
    place = next((n for n in places if said[n] not in cases[n][0]), places[0])
    times, limit = cases[place]
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=f"{_shown(times)}, limit {limit:g} ms: {wanted[place]} MB",
        got=f"{said[place]:g} MB",
        next=hint,
    )


def _shown(times: Times) -> str:
    return ", ".join(f"{size} MB {times[size]:g} ms" for size in sorted(times))


def _mistake(cases: list[Case], said: list[float]) -> tuple[str, str, str]:
    for name, rule, message, hint in _MISTAKES:
        if all(mine == rule(*case) for mine, case in zip(said, cases, strict=True)):
            return name, message, hint
    return (
        "another size",
        "For some curves another size is cheaper within the limit.",
        "Price is size times math.ceil of the time; the least of those that keep the limit.",
    )


def _price(times: Times, size: int) -> tuple[float, float]:
    return size * math.ceil(times[size]), times[size]


def _within(times: Times, limit: float) -> list[int]:
    return [size for size in times if times[size] <= limit] or list(times)


def _cheapest_of_quick(times: Times, limit: float) -> int:
    """Right where something keeps the limit; the cheapest of all where nothing does."""
    return min(_within(times, limit), key=lambda size: _price(times, size))


_MISTAKES: tuple[tuple[str, Rule, str, str], ...] = (
    (
        "the quickest",
        lambda times, limit: min(times, key=lambda size: times[size]),
        "Always the quickest size. What it costs was not asked.",
        "Among those that keep the limit: which one is cheapest?",
    ),
    (
        "the smallest that is quick enough",
        lambda times, limit: (
            min(_within(times, limit))
            if min(times.values()) <= limit
            else min(times, key=lambda size: times[size])
        ),
        "Always the smallest size that keeps the limit. A larger one may be done so much sooner that it "
        "costs less.",
        "Price is memory times time.",
    ),
    (
        "whatever the limit",
        lambda times, limit: min(times, key=lambda size: _price(times, size)),
        "Always the cheapest, also where it takes longer than the limit.",
        "Which sizes may be chosen at all?",
    ),
    (
        "the cheapest of those that are too slow",
        _cheapest_of_quick,
        "Right, except where no size keeps the limit: there you give the cheapest.",
        "Then the quickest.",
    ),
    (
        "a part of a millisecond",
        lambda times, limit: (
            min(_within(times, limit), key=lambda size: size * times[size])
            if min(times.values()) <= limit
            else min(times, key=lambda size: times[size])
        ),
        "Your prices are right to the hundredth of a millisecond. Lambda bills whole ones.",
        "math.ceil(times[size])",
    ),
    (
        "the nearest millisecond",
        lambda times, limit: (
            min(_within(times, limit), key=lambda size: (size * round(times[size]), times[size]))
            if min(times.values()) <= limit
            else min(times, key=lambda size: times[size])
        ),
        "Your prices round to the nearest millisecond. Lambda bills each that has begun.",
        "math.ceil(times[size])",
    ),
    (
        "below the limit",
        lambda times, limit: (
            truth(times, limit)
            if min(times.values()) > limit
            else min(
                [size for size in times if times[size] < limit] or list(times),
                key=lambda size: _price(times, size),
            )
        ),
        "A size that takes exactly the limit is left out.",
        "It stays within the limit.",
    ),
    (
        "the slower of two that cost the same",
        lambda times, limit: (
            min(_within(times, limit), key=lambda size: (size * math.ceil(times[size]), size))
            if min(times.values()) <= limit
            else min(times, key=lambda size: times[size])
        ),
        "Where two sizes cost the same, you give the slower one.",
        "A key of two parts: the price, and then the time.",
    ),
)


def _by_sorting(times: Times, limit: float) -> int:
    ranked = sorted((math.ceil(ms) * size, ms, size) for size, ms in times.items())
    for _, ms, size in ranked:
        if ms <= limit:
            return size
    return min((ms, size) for size, ms in times.items())[1]


def _by_loop(times: Times, limit: float) -> str:
    best = None
    for size, ms in sorted(times.items()):
        cost = size / 1024 * math.ceil(ms) / 1000
        if ms <= limit and (best is None or (cost, ms) < best[:2]):
            best = (cost, ms, size)
    return str(best[2] if best else min(times, key=lambda size: times[size]))


def _largest(times: Times, limit: float) -> int:
    return max(times)


def _largest_then(times: Times, limit: float) -> int:
    return truth(times, limit) if min(times.values()) <= limit else max(times)


def _least_time(times: Times, limit: float) -> float:
    return min(times.values())


def _nothing_then(times: Times, limit: float) -> int | None:
    return truth(times, limit) if min(times.values()) <= limit else None


def _raises_then(times: Times, limit: float) -> int:
    return min(
        (size for size in times if times[size] <= limit), key=lambda size: _price(times, size)
    )


def _wrong_rule(name: str) -> Callable[[Workspace], Any]:
    rule = next(rule for known, rule, _, _ in _MISTAKES if known == name)
    return lambda _: rule


BEST_SIZE = Exercise(
    id="6.7",
    title="The cheapest that is quick enough",
    check=_check,
    solve=lambda _: truth,
    stands=lambda _: True,
    names=lambda _: {"math": math},
    answer_name="best_size",
    solution="""def best_size(times, limit_ms):
    def price(size):
        billed = math.ceil(times[size])
        return size * billed, times[size]

    quick = [size for size in times if times[size] <= limit_ms]
    if quick:
        return min(quick, key=price)
    return min(times, key=times.get)
# Memory times billed milliseconds, and the time itself where two cost the same.""",
    hints=(
        "Which sizes may be chosen at all? And what does a call cost at each?",
        "First leave out what takes longer than limit_ms. Of the others take the least size * "
        "math.ceil(times[size]).",
        "min(quick, key=lambda size: (size * math.ceil(times[size]), times[size])); if quick is empty, "
        "min(times, key=times.get).",
    ),
    proofs=(
        *(
            Proof(name, _wrong_rule(name), says=says)
            for name, says in (
                ("the quickest", "Always the quickest"),
                ("the smallest that is quick enough", "Always the smallest"),
                ("whatever the limit", "longer than the limit"),
                ("the cheapest of those that are too slow", "there you give the cheapest"),
                ("a part of a millisecond", "hundredth of a millisecond"),
                ("the nearest millisecond", "each that has begun"),
                ("below the limit", "exactly the limit"),
                ("the slower of two that cost the same", "the slower one"),
            )
        ),
        Proof("nothing within the limit", lambda _: _nothing_then, says="returns nothing"),
        Proof("it raises", lambda _: _raises_then, says="raises for a curve"),
        Proof("another size", lambda _: _largest, says="another size is cheaper"),
        Proof(
            "another one where none is quick enough", lambda _: _largest_then, says="Right, except"
        ),
        Proof("no size of the list", lambda _: _least_time, says="not one of the memory"),
        Proof("not a function", lambda _: 512, says="function itself"),
        Proof("by sorting", lambda _: _by_sorting, "right"),
        Proof("a loop, as text", lambda _: _by_loop, "right"),
    ),
)
