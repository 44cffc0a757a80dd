"""When failed deliveries are tried again."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from orderlab.cloud.sns.delivery_policy import (
    RetryPolicy,
    content_type,
    managed_waits,
    read_policy,
    retry_policy,
)
from orderlab.cloud.sns.errors import InvalidParameter


def test_http_endpoints_get_three_retries_twenty_seconds_apart() -> None:
    assert list(RetryPolicy().waits()) == [20, 20, 20]


def test_the_phases_follow_each_other() -> None:
    policy = RetryPolicy(
        minDelayTarget=1,
        maxDelayTarget=10,
        numRetries=9,
        numNoDelayRetries=2,
        numMinDelayRetries=2,
        numMaxDelayRetries=2,
    )
    assert list(policy.waits()) == [0, 0, 1, 1, 1, 5.5, 10, 10, 10]


@pytest.mark.parametrize("backoff", ["linear", "arithmetic", "geometric", "exponential"])
def test_backing_off_goes_from_the_shortest_to_the_longest(backoff: str) -> None:
    policy = RetryPolicy(minDelayTarget=2, maxDelayTarget=40, numRetries=6, backoffFunction=backoff)
    waits = list(policy.waits())
    assert waits == sorted(waits) and len(waits) == 6
    assert waits[0] == pytest.approx(2) and waits[-1] == pytest.approx(40)


def test_functions_are_tried_for_weeks() -> None:
    waits = list(itertools.islice(managed_waits(), 20))
    assert waits[:5] == [0, 0, 0, 1, 1]
    assert waits[5] == 1 and waits[14] == 20 and set(waits[15:]) == {20}
    assert sum(1 for _ in managed_waits()) == 100_015


def test_the_policy_of_a_topic_is_read_too() -> None:
    document = {
        "http": {
            "defaultHealthyRetryPolicy": {"numRetries": 1, "minDelayTarget": 1},
            "defaultRequestPolicy": {"headerContentType": "application/json"},
        }
    }
    assert list(retry_policy(document).waits()) == [1]
    assert content_type(document) == "application/json"


@pytest.mark.parametrize(
    "policy",
    [
        {"numRetries": 101},
        {"numRetries": -1},
        {"numRetries": "3"},
        {"minDelayTarget": 30, "maxDelayTarget": 20},
        {"numRetries": 1, "numNoDelayRetries": 2},
        {"backoffFunction": "random"},
        {"surprise": 1},
    ],
)
def test_a_bad_retry_policy_is_refused(policy: Any) -> None:
    with pytest.raises(InvalidParameter):
        read_policy(json.dumps({"healthyRetryPolicy": policy}))
