"""The score: which tests count for which service, and by which page of AWS."""

from __future__ import annotations

import ast

import pytest

from orderlab.cloud.score import pages_of, section_of, section_of_page, tried

GUIDE = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"


@pytest.mark.parametrize(
    ("file", "section"),
    [
        ("test_sqs_fifo", "sqs"),
        ("test_lambda_async", "lambda_"),
        ("test_events_put", "events"),
        ("test_event_sources_sqs", "event_sources"),
        ("test_logs", "logs"),
        ("test_pipes", "pipes"),
        ("test_clock", None),
        ("test_eventsomething", None),
    ],
)
def test_the_name_of_a_file_says_which_service_it_tests(file: str, section: str | None) -> None:
    assert section_of(file) == section


def test_a_test_counts_by_its_own_page_or_by_that_of_its_file() -> None:
    module = ast.parse(
        f'''"""Queues.\n\n{GUIDE}a.html\n"""
def test_one() -> None:
    """{GUIDE}b.html#part."""
def test_two() -> None: ...
def helper() -> None: ...
'''
    )
    assert list(pages_of(module)) == [f"{GUIDE}b.html#part", f"{GUIDE}a.html"]


def test_a_test_without_a_page_does_not_count() -> None:
    assert list(pages_of(ast.parse("def test_one() -> None: ..."))) == []


def test_tests_of_several_services_count_where_their_page_belongs() -> None:
    assert section_of_page(f"{GUIDE}a.html") == "sqs"
    dax = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html"
    assert section_of_page(dax) == "dax"
    assert section_of_page("https://docs.aws.amazon.com/ecs/") is None


def test_every_service_has_behaviours_that_are_tried() -> None:
    assert [name for name, each in tried().items() if not each.count] == []
