"""Wildcards: the same answers as a regular expression, in linear time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.patterns.wildcards import Wild, Wildcard, captured, parts_of

PATTERNS = st.text("ab*?", max_size=12)
TEXTS = st.text("abB\n", max_size=16)


def as_expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(c, re.escape(c)) for c in pattern), re.DOTALL | flags)


@given(PATTERNS, TEXTS)
def test_a_wildcard_matches_what_its_regular_expression_matches(pattern: str, text: str) -> None:
    expected = as_expression(pattern).fullmatch(text) is not None
    assert Wildcard(parts_of(pattern)).matches(text) is expected


@given(PATTERNS, TEXTS)
def test_case_can_be_ignored(pattern: str, text: str) -> None:
    expected = as_expression(pattern, re.IGNORECASE).fullmatch(text) is not None
    assert Wildcard(parts_of(pattern), ignore_case=True).matches(text) is expected


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=5), TEXTS)
def test_captured_texts_are_those_of_lazy_groups(pieces: list[str], text: str) -> None:
    ends_open = len(pieces) > 1 and not pieces[-1]
    expression = re.compile("(.*?)".join(map(re.escape, pieces)) + "$" * ends_open, re.DOTALL)
    match = expression.search(text)
    assert captured(pieces, text) == (match and list(match.groups()))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("arn:aws:sqs:*:*:orders-*", "arn:aws:sqs:us-east-1:123456789012:orders-inbox", True),
        ("ab*ba", "aba", False),
        ("a?c", "abc", True),
        ("*a?c*d?f", "xxabcxxdef", True),
        ("*?", "", False),
        ("??*", "ab", True),
    ],
)
def test_wildcards(pattern: str, text: str, expected: bool) -> None:
    assert Wildcard(parts_of(pattern)).matches(text) is expected


def test_a_question_mark_can_be_an_ordinary_character() -> None:
    wildcard = Wildcard(parts_of("what?*", question_mark=False))
    assert wildcard.matches("what? now")
    assert not wildcard.matches("whatever")


def test_parts_can_hold_stars_that_stand_for_themselves() -> None:
    wildcard = Wildcard(["a", "*", Wild.MANY, "b"])
    assert wildcard.matches("a*--b")
    assert not wildcard.matches("a--b")


@pytest.mark.parametrize(
    "pattern", ["*a" * 2_000 + "*b", "*a?a" * 2_000 + "*b", "a?" * 2_000 + "b"]
)
def test_many_stars_do_not_make_a_long_text_slow(pattern: str) -> None:
    # with backtracking, the pattern that ends in `b` would outlast the test's time limit
    assert not Wildcard(parts_of(pattern)).matches("a" * 100_000)
    assert captured(["a"] * 2_000 + ["b"], "a" * 100_000) is None
