"""Regular expressions that callers give: what they match, and that they hold nothing up."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlab.cloud.patterns import workers
from orderlab.cloud.patterns.allowance import Allowance
from orderlab.cloud.patterns.expressions import Expression, expression
from orderlab.cloud.patterns.syntax import ExpressionError
from orderlab.cloud.patterns.workers import OutOfTime

# backtracks for hours in `re`; RE2 has no lookahead, so the second has to run in `re`
CATASTROPHE = r"^(a+)+$"
BACKTRACKING_CATASTROPHE = r"^(?=.)(a+)+$"
VICTIM = "a" * 60 + "!"


@pytest.fixture(scope="module", autouse=True)
def end_workers() -> Iterator[None]:
    yield
    workers.WORKERS.end()


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{1,2}"])).map(
            "(?:{0[0]}){0[1]}".format
        ),
        inner.map("({})".format),
    )


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "^", r"\b", "1"]),
    combined,
    max_leaves=6,
)
TEXTS = st.text("ab1 \n", max_size=8)


@given(EXPRESSIONS, st.sampled_from(["", "$"]), TEXTS)
@settings(max_examples=500)
def test_an_expression_finds_what_re_finds(start: str, end: str, text: str) -> None:
    pattern = start + end
    ours, theirs = Expression(pattern), re.compile(pattern, re.ASCII)
    match, expected = ours.search(text), theirs.search(text)
    assert (match is None) is (expected is None)
    assert ours.occurs_in(text) is (expected is not None)
    assert ours.matches(text) is (theirs.fullmatch(text) is not None)
    if match is not None and expected is not None and not end:
        assert match.span() == expected.span()


@given(EXPRESSIONS, TEXTS)
def test_all_places_are_those_that_re_finds(pattern: str, text: str) -> None:
    expected = [match.span() for match in re.compile(pattern, re.ASCII).finditer(text)]
    # after an empty match Python looks again at the same place, and Java does not
    if all(start < end for start, end in expected):
        assert [match.span() for match in Expression(pattern).all(text)] == expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"\p{Alpha}+", "abc", True),
        (r"[\p{Digit}_]+", "1_2", True),
        (r"\P{Upper}", "a", True),
        (r"\p{L}+", "Zürich", True),
        (r"\Qa.b\E+", "a.bbb", True),
        (r"\Qa.b\E", "axb", False),
        (r"a\hb", "a\tb", True),
        (r"\s", "\x0b", True),
        (r"\w+", "ü", False),
        (r"é", "é", True),
        (r"\u0041\x42\0103", "ABC", True),
        (r"[\u0041-\u0043]+", "ABC", True),
        (r"\x{1F600}", "😀", True),
        (r"a\Rb", "a\r\nb", True),
        (r"(?i)abc", "ABC", True),
        (r"(?s)a.b", "a\nb", True),
        (r"a.b", "a\nb", False),
        (r"\{\"a\"\}", '{"a"}', True),
        (r"\/orders\/\d+", "/orders/12", True),
        (r"[[]a[]]", "[a]", True),
        (r"2\d{2}", "200", True),
        (r"(?<first>a)\k<first>", "aa", True),
        (r"(a|b)\1", "ab", False),
        (r"a++b", "aab", True),
        (r"a++a", "aa", False),
        (r"(?>a+)b", "aab", True),
        (r"^(?!.*error).*$", "an error", False),
        (r"^(?=.*[A-Z])(?=.*\d).{4,}$", "Abc1", True),
        (r"a{1,5000}", "a" * 4000, True),
        (r"^[a-z]+$(?!\n)", "abc", True),
        (".", "\ud800", True),
    ],
)
def test_expressions_of_java(pattern: str, text: str, expected: bool) -> None:
    assert expression(pattern).matches(text) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [("a$", "a\n", True), ("a$", "a\n\n", False), (r"a\z", "a\n", False), (r"a\Z", "a\n", True),
     (r"a$(?!\n)", "a\n", False), (r"a$(?!\n)", "a", True), ("(?m)a$", "a\nb", True)],
)  # fmt: skip
def test_the_end_of_a_text_is_before_its_last_line_end(
    pattern: str, text: str, expected: bool
) -> None:
    assert expression(pattern).occurs_in(text) is expected
    assert (expression(pattern).search(text) is not None) is expected


def test_groups_have_names_and_may_be_missing() -> None:
    found = expression("(?<id>[0-9]+)(-(?<part>[a-z]))?").search("order 17")
    assert found is not None
    assert found.groups() == ["17", None, None]
    names = expression("(?<to>[0-9]+)(-(?<at>[a-z]))?").group_names
    assert list(names.items()) == [("to", 1), ("at", 3)]


@pytest.mark.parametrize(
    "pattern",
    ["(", "[a", "a**", "\\", r"\k<a", r"\x{zz}", r"\y", "a" * 8_193, "(?=" * 3_000, "(a",
     "(?=a)" + "b" * 2_000, r"(?i)(?=a)[\x00-\x{10ffff}]{2}", "(" * 5_000 + ")" * 3_000],
)  # fmt: skip
def test_what_is_no_expression_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError):
        Expression(pattern)


@pytest.mark.parametrize("pattern", ["(?=a)a", r"(a)\1", "a++", "a{2000}", "(a{1000}){1000}"])
def test_only_regular_expressions_can_be_asked_for(pattern: str) -> None:
    with pytest.raises(ExpressionError):
        Expression(pattern, regular_only=True)


@given(st.text("()[]{}|*+?\\^$.-:<>=!PkQEpab1,\n", max_size=14), TEXTS)
@settings(max_examples=500)
def test_any_text_is_an_expression_or_is_refused(pattern: str, text: str) -> None:
    try:
        found = Expression(pattern)
    except ExpressionError:
        return
    if found._regular:
        assert found.matches(text) in (True, False)
        assert len(found.all(text)) <= len(text) + 1


def test_a_long_text_takes_linear_time() -> None:
    assert not expression(CATASTROPHE).occurs_in("a" * 100_000 + "!")


def test_an_expression_that_backtracks_for_ever_runs_out_of_time() -> None:
    async def call() -> None:
        with pytest.raises(OutOfTime):
            await Allowance(0.2).run(expression(BACKTRACKING_CATASTROPHE).matches, VICTIM)

    asyncio.run(call())


def test_the_event_loop_goes_on_meanwhile() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def call() -> None:
        task = asyncio.create_task(others())
        with pytest.raises(OutOfTime):
            await Allowance(0.3).run(expression(BACKTRACKING_CATASTROPHE).matches, VICTIM)
        task.cancel()

    asyncio.run(call())
    assert turns > 50


def test_a_call_has_one_allowance_for_all_its_expressions() -> None:
    async def call() -> int:
        allowance, done = Allowance(0.3), 0
        with pytest.raises(OutOfTime):
            for _ in range(1_000):
                await allowance.run(expression(r"^(?=.)(a+)+$").matches, "a" * 21 + "!")
                done += 1
        return done

    assert 0 < asyncio.run(call()) < 1_000


def test_nothing_is_waited_for_on_an_event_loop_that_cannot_be_left() -> None:
    async def call() -> None:
        with pytest.raises(OutOfTime):
            expression(BACKTRACKING_CATASTROPHE).matches(VICTIM)

    asyncio.run(call())


def test_a_process_that_ran_out_of_time_is_replaced() -> None:
    async def call() -> bool:
        with pytest.raises(OutOfTime):
            await Allowance(0.1).run(expression(BACKTRACKING_CATASTROPHE).matches, VICTIM)
        return await Allowance().run(expression("(?=a)a").matches, "a")

    assert asyncio.run(call()) is True


def test_more_places_than_an_answer_holds_are_refused() -> None:
    async def call() -> None:
        with pytest.raises(OutOfTime):
            await Allowance(30).run(expression("(?=a)" + "(a)?" * 90).all, "a" * 3_000_000)

    asyncio.run(call())


def test_much_work_in_linear_time_is_done_elsewhere_and_done() -> None:
    async def call() -> int:
        found = await Allowance(60).run(expression(r"\s+").all, "word  " * 100_000)
        return len(found)

    assert asyncio.run(call()) == 100_000
