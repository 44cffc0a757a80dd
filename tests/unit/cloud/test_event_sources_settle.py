"""Partial batch responses and what follows from a failed batch of a stream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.cloud.event_sources.retry import (
    BatchRecord,
    Part,
    RetryPolicy,
    split_expired,
)
from orderlab.cloud.event_sources.settle import failed_identifiers, first_failure

KNOWN = {"a", "b", "c"}


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"{}", b'{"batchItemFailures": []}', b'{"batchItemFailures": null}']
)
def test_an_answer_without_failures_is_a_success(payload: bytes) -> None:
    assert failed_identifiers(payload, KNOWN) == set()


@pytest.mark.parametrize(
    "payload",
    [
        b"{not json",
        b'"text"',
        b"[]",
        b'{"batchItemFailures": {}}',
        b'{"batchItemFailures": ["a"]}',
        b'{"batchItemFailures": [{"itemIdentifier": ""}]}',
        b'{"batchItemFailures": [{"itemIdentifier": null}]}',
        b'{"batchItemFailures": [{"wrongKey": "a"}]}',
        b'{"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "unknown"}]}',
    ],
)
def test_an_answer_that_cannot_be_trusted_fails_the_whole_batch(payload: bytes) -> None:
    assert failed_identifiers(payload, KNOWN) == KNOWN


def test_the_failures_that_are_named_fail() -> None:
    payload = json.dumps({"batchItemFailures": [{"itemIdentifier": "b"}]}).encode()
    assert failed_identifiers(payload, KNOWN) == {"b"}


def test_a_stream_goes_on_from_the_lowest_sequence_number() -> None:
    payload = json.dumps(
        {"batchItemFailures": [{"itemIdentifier": "30"}, {"itemIdentifier": "20"}]}
    ).encode()
    assert first_failure(payload, ["10", "20", "30"]) == 1
    assert first_failure(b"{}", ["10"]) is None


def part(count: int, **counts: int) -> Part:
    return Part(tuple(BatchRecord(i, str(i), 0.0, 0.0, b"{}") for i in range(count)), **counts)


def indices(parts: Any) -> list[list[int]]:
    return [[record.index for record in each.records] for each in parts]


def test_a_failed_batch_is_tried_again_whole_and_without_end() -> None:
    tried = part(3)
    for _ in range(50):
        (tried,) = RetryPolicy().after_failure(tried) or ()
    assert indices([tried]) == [[0, 1, 2]]
    assert tried.failures == 50


def test_a_batch_is_given_up_after_its_retries() -> None:
    policy = RetryPolicy(maximum_attempts=1)
    (again,) = policy.after_failure(part(3)) or ()
    assert policy.after_failure(again) is None
    assert RetryPolicy(maximum_attempts=0).after_failure(part(1)) is None


def test_bisecting_halves_the_batch_and_costs_no_retry() -> None:
    policy = RetryPolicy(maximum_attempts=0, bisect=True)
    halves = policy.after_failure(part(5))
    assert indices(halves) == [[0, 1, 2], [3, 4]]
    assert [half.failures for half in halves or ()] == [0, 0]
    assert policy.after_failure(part(1)) is None


def test_a_partial_failure_leaves_the_records_from_the_first_that_failed() -> None:
    (rest,) = RetryPolicy().after_failure(part(4), failed_at=2) or ()
    assert indices([rest]) == [[2, 3]]


def test_with_bisecting_a_batch_is_cut_at_the_record_that_failed() -> None:
    policy = RetryPolicy(maximum_attempts=0, bisect=True)
    assert indices(policy.after_failure(part(4), failed_at=2)) == [[2, 3]]
    assert indices(policy.after_failure(part(2), failed_at=0)) == [[0], [1]]


def test_records_beyond_their_age_are_parted_from_the_rest() -> None:
    records = part(3).records
    expired, live = split_expired(records, [70.0, 61.0, 5.0], 60.0)
    assert [len(expired), len(live)] == [2, 1]
    assert RetryPolicy(maximum_age_seconds=60).age_limit == 60
    assert RetryPolicy().age_limit == 86_400
