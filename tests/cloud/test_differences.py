"""The generated page of differences is current, and says what the code says."""

from __future__ import annotations

import pytest

from orderlab.cloud import differences


@pytest.fixture(scope="module")
def page() -> str:
    return differences.page()


def test_the_page_is_what_the_code_says_now(page: str) -> None:
    assert differences.PAGE.read_text(encoding="utf-8") == page, "run: make docs"


def test_a_line_of_a_docstring_a_refusal_and_a_refused_call_are_found(page: str) -> None:
    lambda_part = page.partition("## Lambda")[2].partition("\n## ")[0]
    assert "- *Asynchronous invocation*: the queue is lost when the cloud stops" in lambda_part
    assert "- functions from container images" in lambda_part
    assert "AddLayerVersionPermission" in lambda_part


def test_a_call_that_is_served_is_not_named_as_refused(page: str) -> None:
    for name in ("PutItem", "CreateEventSourceMapping", "CreateRestApi", "ReceiveMessage"):
        assert f" {name}," not in page, name
