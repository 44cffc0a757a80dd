"""The generated page of the score is current."""

from __future__ import annotations

from orderlab.cloud import score


def test_the_page_is_what_tests_and_code_say_now() -> None:
    assert score.PAGE.read_text(encoding="utf-8") == score.page(), "run: make docs"
