"""7.6: what a fidelity score says of the calls that you use."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.exercises.engine.answers import CannotRead, listing, not_run, number
from orderlab.exercises.engine.own_function import no_function

Tests = list[tuple[str, bool]]
Function = Callable[[Tests, list[str]], Any]
_LOOKED = (
    "reports of my own of 60 to 200 tests, and lists of calls, of which some are used often and one "
    "or two are in no test"
)


def _score(
    tests: Tests, used: list[str], *, every: bool = False, by_call: bool = False
) -> tuple[float, list[str]]:
    """Share of passed tests among those of the used calls; and used calls without a test."""
    mine = [passed for call, passed in tests if every or call in used]
    untested = sorted(set(used) - {call for call, _ in tests})
    if by_call:
        calls = sorted({call for call, _ in tests if call in used})
        shares = []
        for each in calls:
            of_it = [passed for call, passed in tests if call == each]
            shares.append(sum(of_it) / len(of_it))
        return sum(shares) / len(shares), untested
    return sum(mine) / len(mine), untested


def _case() -> tuple[Tests, list[str]]:
    """Unused calls pass nearly always, used ones less often: as it is with what is new."""
    calls = [f"service:Call{number}" for number in range(14)]
    used = calls[2:8]
    gone = [f"service:New{secrets.token_hex(2)}" for _ in range(2)]
    tests: Tests = []
    for place, call in enumerate(calls):
        for turn in range(4 + place + secrets.randbelow(6)):
            good = 95 if call not in used else 20 + 12 * (place - 2)
            tests.append((call, turn == 0 or (turn > 1 and secrets.randbelow(100) < good)))
    secrets.SystemRandom().shuffle(tests)
    # what is used often is named often
    return tests, [*used, *used[:2], *gone]


def _check(workspace: Workspace) -> Outcome:
    answer = workspace.answer
    missing = no_function(answer, "my_score(tests, used)", "I call it with reports of my own")
    if missing is not None:
        return missing
    cases = [_case() for _ in range(4)]
    said = []
    for tests, used in cases:
        try:
            said.append(answer(list(tests), list(used)))
        except Exception as error:
            return wrong(
                "it raises",
                "The function raises.",
                looked_at=_LOOKED,
                got=f"{type(error).__name__}: {error}"[:120],
                next="A call that is used may be in no test at all."
                if isinstance(error, KeyError)
                else 'Call it yourself: my_score(tests, ["sqs:SendMessage"]).',
            )
    if all(each is None for each in said):
        return untouched("The function returns nothing yet.", next="return share, untested")
    if why := not_run(said[0]):
        return wrong("nothing was run", why, next="Return a pair.")
    return _judge(cases, [_read(each) for each in said])


def _read(given: Any) -> tuple[float, list[str]]:
    parts = listing(given, "a pair: the share, and the calls without a test")
    if len(parts) != 2:
        raise CannotRead(
            "I expected a pair: the share, and all calls without a test together; yours has "
            f"{len(parts)} parts."
        )
    share = number(parts[0], "a share")
    return share, [str(each) for each in listing(parts[1], "a list of calls")]


def _judge(cases: list[tuple[Tests, list[str]]], said: list[tuple[float, list[str]]]) -> Outcome:
    def shares(rule: Callable[[Tests, list[str]], float]) -> bool:
        return all(_same(mine, rule(*case)) for (mine, _), case in zip(said, cases, strict=True))

    tests, used = cases[0]
    wanted, untested = _score(tests, used)
    expected = f"{wanted:.4f}, and without a test: {', '.join(untested)}"
    got = f"{said[0][0]:.4f}, and {', '.join(said[0][1]) or 'no call'}"
    for name, rule, message, hint in _MISTAKES:
        if shares(rule):
            return wrong(name, message, looked_at=_LOOKED, expected=expected, got=got, next=hint)
    if not shares(lambda tests, used: _score(tests, used)[0]):
        return wrong(
            "another share",
            "That is not the share of passed tests among those of the calls that are used.",
            looked_at=_LOOKED,
            expected=expected,
            got=got,
            next="Keep the tests whose call is in `used`; how many of them passed?",
        )
    if any(
        set(mine) != set(_score(*case)[1]) or len(mine) != len(set(mine))
        for (_, mine), case in zip(said, cases, strict=True)
    ):
        return wrong(
            "what nobody tested",
            "The share is right. The second value isn't the used calls that are in no test, each once.",
            looked_at=_LOOKED,
            expected=expected,
            got=got,
            next="set(used) less the calls that have a test.",
        )
    return right(
        "A score is a mean over tests that somebody else chose. What counts for you is the part that "
        "you use, and what is in no test at all is not known, neither good nor bad.",
        looked_at=_LOOKED,
        got="for each report your share, and what is in no test",
    )


def _same(mine: float, share: float) -> bool:
    """The same share, also if it was rounded to two places or more."""
    return abs(mine - share) < 1e-4 or any(abs(mine - round(share, n)) < 1e-9 for n in (2, 3))


def _named_twice(tests: Tests, used: list[str]) -> float:
    mine = [passed for name in used for call, passed in tests if call == name]
    return sum(mine) / len(mine)


def _last_ones(tests: Tests, used: list[str]) -> float:
    mine = [passed for call, passed in dict(tests).items() if call in used]
    return sum(mine) / len(mine)


_MISTAKES: tuple[tuple[str, Callable[[Tests, list[str]], float], str, str], ...] = (
    (
        "everybody's score",
        lambda tests, used: _score(tests, used, every=True)[0],
        "That is the score of all tests, as it is published. Most of them are of calls that your "
        "system never makes.",
        "Keep the tests of calls in `used` only.",
    ),
    (
        "a mean of means",
        lambda tests, used: _score(tests, used, by_call=True)[0],
        "You averaged the calls' shares. A call with one test counts as much as one with thirty then.",
        "Passed tests by tests, both counted over all used calls together.",
    ),
    (
        "untested counts as failed",
        lambda tests, used: (
            sum(p for c, p in tests if c in used)
            / (sum(c in used for c, _ in tests) + len(_score(tests, used)[1]))
        ),
        "Calls without a test are counted as failed. They are neither failed nor passed.",
        "They belong into the second value, and into no share.",
    ),
    (
        "of all tests",
        lambda tests, used: sum(p for c, p in tests if c in used) / len(tests),
        "Passed tests of your calls, divided by the tests of everybody's.",
        "Count above and below the line the same tests: those of calls in `used`.",
    ),
    (
        "named twice, counted twice",
        _named_twice,
        "A call that `used` names twice is counted twice.",
        "Ask of each test whether its call is in `used`, and not of each name for its tests.",
    ),
    (
        "one test for each call",
        _last_ones,
        "You kept one test of each call, the last. A dictionary has a name only once.",
        "Go through the list of tests itself: a call has several.",
    ),
    (
        "per cent",
        lambda tests, used: 100 * _score(tests, used)[0],
        "The share is in per cent.",
        "A share is from 0 to 1.",
    ),
    (
        "the share that fails",
        lambda tests, used: 1 - _score(tests, used)[0],
        "That is the share of tests that fail.",
        "Count those that passed.",
    ),
)


def _function(rule: Callable[[Tests, list[str]], Any]) -> Callable[[Workspace], Function]:
    return lambda _: rule


def _sum(tests: Tests, used: list[str]) -> tuple[str, set[str]]:
    """With a share as text, and a set."""
    known: dict[str, list[bool]] = {}
    for call, passed in tests:
        known.setdefault(call, []).append(passed)
    mine = [passed for call in set(used) for passed in known.get(call, [])]
    return f"{mine.count(True) / len(mine):.6f}", {call for call in used if call not in known}


SCORE = Exercise(
    id="7.6",
    title="What a score says of your calls",
    check=_check,
    solve=lambda _: _score,
    stands=lambda _: True,
    answer_name="my_score",
    solution="""def my_score(tests, used):
    mine = [passed for call, passed in tests if call in used]
    untested = set(used) - {call for call, _ in tests}
    return sum(mine) / len(mine), untested
# True counts as 1. What has no test goes into no share.""",
    hints=(
        "Which of the tests are about your system at all?",
        "A list of `passed` for the tests whose call is in `used`, and a set of used calls less a set "
        "of tested ones.",
        "mine = [passed for call, passed in tests if call in used]; return sum(mine) / len(mine), "
        "set(used) - {call for call, _ in tests}",
    ),
    proofs=(
        Proof(
            "everybody's score",
            _function(lambda t, u: _score(t, u, every=True)),
            says="as it is published",
        ),
        Proof(
            "a mean of means",
            _function(lambda t, u: _score(t, u, by_call=True)),
            says="averaged the calls",
        ),
        Proof(
            "untested counts as failed",
            _function(lambda t, u: (_MISTAKES[2][1](t, u), _score(t, u)[1])),
            says="neither failed nor passed",
        ),
        Proof(
            "per cent",
            _function(lambda t, u: (100 * _score(t, u)[0], _score(t, u)[1])),
            says="in per cent",
        ),
        Proof(
            "the share that fails",
            _function(lambda t, u: (1 - _score(t, u)[0], _score(t, u)[1])),
            says="tests that fail",
        ),
        Proof(
            "what nobody tested",
            _function(lambda t, u: (_score(t, u)[0], [])),
            says="in no test, each once",
        ),
        Proof(
            "another share", _function(lambda t, u: (0.5, _score(t, u)[1])), says="not the share"
        ),
        Proof(
            "of all tests",
            _function(lambda t, u: (sum(p for c, p in t if c in u) / len(t), _score(t, u)[1])),
            says="everybody's",
        ),
        Proof(
            "named twice, counted twice",
            _function(lambda t, u: (_named_twice(t, u), _score(t, u)[1])),
            says="names twice",
        ),
        Proof(
            "one test for each call",
            _function(lambda t, u: (_last_ones(t, u), _score(t, u)[1])),
            says="the last",
        ),
        Proof("an answer that cannot be read", _function(lambda t, u: ()), says="yours has 0"),
        Proof("rounded to two places", _function(
            lambda t, u: (round(_score(t, u)[0], 2), _score(t, u)[1])), "right"),
        Proof("as text, and a set", _function(_sum), "right"),
        Proof("a list in the other order", _function(
            lambda t, u: [_score(t, u)[0], _score(t, u)[1][::-1]]), "right"),
    ),
)  # fmt: skip
