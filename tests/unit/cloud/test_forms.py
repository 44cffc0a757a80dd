"""The fast reader of forms says what the standard library says."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlab.cloud.protocols.forms import form_fields


def by_the_library(form: str) -> list[tuple[str, str]]:
    return parse_qsl(form, keep_blank_values=True)


@given(st.lists(st.tuples(st.text(), st.text(max_size=300)), max_size=4))
def test_what_was_quoted_comes_back(fields: list[tuple[str, str]]) -> None:
    form = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    padded = form + "&pad=" + "x" * 200
    assert form_fields(padded) == by_the_library(padded)


@given(st.text(alphabet="ab=&%+ 2F_\r\n\té", max_size=400))
def test_odd_forms_are_read_alike(form: str) -> None:
    padded = "x" * 200 + form
    assert form_fields(padded) == by_the_library(padded)


@pytest.mark.parametrize("end", ["%", "%4", "%zz", "=", "&&", "&a", "a=b=c", "+%20+", "%00", "%C3"])
def test_the_known_traps(end: str) -> None:
    form = "name=" + "%7B" * 100 + end
    assert form_fields(form) == by_the_library(form)
