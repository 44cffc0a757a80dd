"""Who a resource policy keeps out, as it reads."""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.exercises.engine.doors import keeps_out

SNS = "sns.amazonaws.com"
OURS = "arn:aws:sns:us-east-1:123456789012:order-events"
OTHER = "arn:aws:sns:us-east-1:123456789012:other"


def statement(condition: Any = None, principal: Any = None, effect: str = "Allow") -> Any:
    found = {"Effect": effect, "Principal": principal or {"Service": SNS}}
    return {**found, "Condition": condition} if condition else found


@pytest.mark.parametrize(
    ("condition", "out"),
    [
        (None, False),
        ({"ArnEquals": {"aws:SourceArn": OURS}}, True),
        ({"ArnLike": {"AWS:SourceArn": OURS.replace("us-east-1", "*")}}, True),
        ({"StringEquals": {"aws:SourceArn": [OURS, OTHER]}}, False),
        ({"StringEquals": {"aws:SourceArn": "*"}}, True),
        ({"StringLike": {"aws:SourceArn": "arn:aws:sns:*"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, False),
        ({"ArnNotLike": {"aws:SourceArn": OURS}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}, "ArnLike": {"aws:SourceArn": OURS}}, True),
    ],
)
def test_a_condition_on_the_source_keeps_others_out(condition: Any, out: bool) -> None:
    assert keeps_out([statement(condition)], SNS, OTHER) is out
    assert not keeps_out([statement(condition), statement()], SNS, OTHER)


@pytest.mark.parametrize(
    ("principal", "out"),
    [("*", False), ({"AWS": "*"}, False), ({"Service": ["s3.amazonaws.com", SNS]}, False),
     ({"Service": "s3.amazonaws.com"}, True), ({"AWS": "123456789012"}, True)],
)  # fmt: skip
def test_a_statement_is_for_its_principals(principal: Any, out: bool) -> None:
    assert keeps_out([statement(principal=principal)], SNS, OTHER) is out


def test_no_policy_and_one_that_denies_let_nobody_in() -> None:
    assert keeps_out([], SNS, OTHER)
    assert keeps_out([statement(effect="Deny")], SNS, OTHER)
