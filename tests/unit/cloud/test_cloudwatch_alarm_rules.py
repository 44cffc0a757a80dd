"""Rules of composite alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.cloudwatch.alarm_rule import AlarmRule

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
STATES = {"hot": "ALARM", "slow disk": "OK", "cold": "OK", "new": "INSUFFICIENT_DATA"}


def rule(text: str) -> AlarmRule:
    return AlarmRule(text, ARN)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("TRUE", True),
        ("false", False),
        ("ALARM(hot)", True),
        ('ALARM ( "slow disk" )', False),
        (f"OK({ARN}cold)", True),
        ("INSUFFICIENT_DATA(new)", True),
        ("NOT ALARM(hot)", False),
        ("NOT NOT ALARM(hot)", True),
        ("ALARM(hot) AND NOT ALARM(cold)", True),
        ("TRUE OR FALSE AND FALSE", True),
        ("(TRUE OR FALSE) AND FALSE", False),
        ("NOT (FALSE OR ALARM(cold)) AND OK(cold)", True),
        ("(ALARM(hot) OR ALARM(new)) AND OK(cold)", True),
        ("AT_LEAST(2, OK, (cold, \"slow disk\", hot))", True),
        ("AT_LEAST(75%, OK, (cold, \"slow disk\", hot))", False),
        ("AT_LEAST(1, NOT ALARM, (hot, new)) AND TRUE", True),
    ],
)  # fmt: skip
def test_a_rule_holds_or_not(text: str, holds: bool) -> None:
    assert rule(text).holds(STATES.__getitem__) is holds


def test_a_rule_names_each_of_its_alarms_once() -> None:
    found = rule(f'ALARM(a) OR OK("b c") OR OK({ARN}a) OR AT_LEAST(1, OK, (d, a))')
    assert found.children == ("a", "b c", "d")


@pytest.mark.parametrize(
    "text",
    [
        *("ALARM()", "ALARM(a", "ALARM(a))", "(ALARM(a)", "ALARM(a) OK(b)", "AND ALARM(a)"),
        *("ALARM(a) AND", "ALARM(a) OR AND OK(a)", "NOT", "ALARM(a) XOR OK(b)", "()", "a"),
        *(" TRUE", "TRUE ", "ALARM(a) NOT OK(a)", "AT_LEAST(3, OK, (a, b))", "TRUEFALSE"),
        "AT_LEAST(0, OK, (a, b))",
        " OR ".join(f"ALARM(a{number})" for number in range(101)),
        " OR ".join(["TRUE"] * 501),
    ],
)
def test_a_wrong_rule_is_refused(text: str) -> None:
    with pytest.raises(AwsError) as error:
        rule(text)
    assert error.value.code == "ValidationError"


def test_many_parentheses_are_no_trouble() -> None:
    assert rule("(" * 249 + "TRUE" + ")" * 249).holds(STATES.__getitem__)
    with pytest.raises(AwsError):
        rule("(" * 5000)
