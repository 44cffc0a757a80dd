"""The pure parts of Pipes: filters, templates, retries, partial answers.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.cloud.pipes import retry
from orderlab.cloud.pipes.filters import PipeFilter
from orderlab.cloud.pipes.flow import FlowFailed, Record, _failures
from orderlab.cloud.pipes.input_template import InputTemplate, dynamic
from orderlab.cloud.pipes.pipe import Pipe

QUEUE, STREAM = "arn:aws:sqs:us-east-1:1:q", "arn:aws:dynamodb:us-east-1:1:table/t/stream/1"


def pipe(source: str = QUEUE, **settings: Any) -> Pipe:
    given = {"Source": source, "Target": QUEUE, "RoleArn": "arn:aws:iam::1:role/r", **settings}
    return Pipe("p", "arn:aws:pipes:us-east-1:1:pipe/p", given, "RUNNING", 0.0, 0.0)


def message(body: str) -> dict[str, Any]:
    return {"messageId": "1", "body": body, "eventSource": "aws:sqs"}


@pytest.mark.parametrize(
    ("pattern", "body", "wanted"),
    [
        ({"body": {"id": [1]}}, '{"id": 1}', True),
        ({"body": {"id": [1]}}, '{"id": 2}', False),
        ({"body": {"id": [1]}}, "plain", False),
        ({"body": ["plain"]}, "plain", True),
        ({"body": ["plain"]}, '{"id": 1}', False),
        ({"messageId": ["1"]}, "whatever", True),
        ({"body.id": [1]}, '{"id": 1}', True),
        ({"$or": [{"body": {"id": [1]}}, {"messageId": ["2"]}]}, '{"id": 1}', True),
    ],
)
def test_filters_look_into_bodies(pattern: Any, body: str, wanted: bool) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html"""
    assert PipeFilter([json.dumps(pattern)]).passes(message(body)) is wanted


def test_without_filters_all_passes() -> None:
    found = PipeFilter([])
    assert not found
    assert found.passes(message("x"))


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        (None, '{"messageId":"1","body":"{\\"id\\": 7, \\"to\\": {\\"city\\": \\"Oslo\\"}}",'
               '"eventSource":"aws:sqs"}'),
        ("<$.body.id>", "7"),
        ('{"city": <$.body.to.city>}', '{"city": "Oslo"}'),
        ('"<$.body.id> in <$.body.to.city>"', '"7 in Oslo"'),
        ("<$.body>", '{"id":7,"to":{"city":"Oslo"}}'),
        ('{"gone": <$.body.gone>}', '{"gone": ""}'),
        ("<aws.pipes.pipe-name>", '"p"'),
        ("plain text", "plain text"),
    ],
)  # fmt: skip
def test_templates_of_messages(template: str | None, wanted: str) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html"""
    event = message('{"id": 7, "to": {"city": "Oslo"}}')
    assert InputTemplate(template, pipe()).fill(event) == wanted


def test_parameters_may_be_paths() -> None:
    event = message('{"id": 7}')
    assert dynamic("$.body.id", event) == "7"
    assert dynamic("$.messageId", event) == "1"
    assert dynamic("$.gone", event) is None
    assert dynamic("fixed", event) == "fixed"


def test_defaults_of_sources() -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeSourceDynamoDBStreamParameters.html"""
    assert pipe().source_settings == {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0}
    stream = {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}
    found = pipe(STREAM, SourceParameters=stream).source_settings
    assert found["BatchSize"] == 100
    assert (found["MaximumRetryAttempts"], found["MaximumRecordAgeInSeconds"]) == (-1, -1)
    assert pipe(STREAM).ordered
    assert pipe(f"{QUEUE}.fifo").ordered
    assert not pipe().ordered


def part(*names: str, failures: int = 0) -> retry.Part:
    records = [
        retry.PipeRecord(place, Record(name, {}, "{}"), 0.0, 0.0)
        for place, name in enumerate(names)
    ]
    return retry.Part(tuple(records), failures)


def names(found: retry.Part) -> list[str]:
    return [each.record.id for each in found.records]


def test_a_batch_is_tried_as_often_as_it_may() -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    again = retry.after_failure(part("a", "b"), 1, bisect=False)
    assert again is not None
    assert [(names(each), each.failures) for each in again] == [(["a", "b"], 1)]
    assert retry.after_failure(again[0], 1, bisect=False) is None
    assert retry.after_failure(part("a", failures=99), -1, bisect=False) is not None


def test_a_batch_is_split_without_counting() -> None:
    halves = retry.after_failure(part("a", "b", "c"), 0, bisect=True)
    assert halves is not None
    assert [(names(each), each.failures) for each in halves] == [(["a", "b"], 0), (["c"], 0)]
    assert retry.after_failure(part("a"), 0, bisect=True) is None


def test_old_records_are_told_from_the_rest() -> None:
    expired, live = retry.split_expired(part("a", "b", "c"), [90.0, 61.0, 10.0], 60)
    assert (names(expired), names(live)) == (["a", "b"], ["c"])
    expired, live = retry.split_expired(part("a"), [80_000.0], -1)
    assert (names(expired), names(live)) == ([], ["a"])


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("", set()),
        ("null", set()),
        ('"done"', set()),
        ('{"batchItemFailures": []}', set()),
        ('{"batchItemFailures": [{"itemIdentifier": "a"}]}', {"a"}),
    ],
)
def test_partial_answers(answer: str, wanted: set[str]) -> None:
    assert _failures(answer.encode(), {"a", "b"}) == wanted


@pytest.mark.parametrize("identifier", ['"c"', '""', "null"])
def test_an_answer_that_names_something_unknown_fails_the_batch(identifier: str) -> None:
    answer = f'{{"batchItemFailures": [{{"itemIdentifier": {identifier}}}]}}'
    with pytest.raises(FlowFailed):
        _failures(answer.encode(), {"a", "b"})
