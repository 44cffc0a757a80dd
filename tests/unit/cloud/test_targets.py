"""What rules, pipes and schedules share: expressions, paths, templates, retries.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orderlab.cloud.events.event import Event
from orderlab.cloud.events.model import Archive
from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.json_paths import MISSING, value_at
from orderlab.cloud.targets.retries import RetryPolicy, wait_before
from orderlab.cloud.targets.schedule_expressions import InvalidExpression, read_expression
from orderlab.cloud.targets.templates import InvalidTemplate, Template, minified

THURSDAY = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)


def due(text: str, times: int = 2, zone: str = "UTC") -> list[str]:
    """When a schedule that begins at `THURSDAY` is due."""
    schedule = read_expression(text, zone=ZoneInfo(zone), one_time=True)
    start = moment = THURSDAY.timestamp()
    found: list[str] = []
    for _ in range(times):
        after = schedule.next_after(moment, start)
        if after is None:
            break
        moment = after
        found.append(datetime.fromtimestamp(after, UTC).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("rate(1 minute)", ["2026-11-26 19:01", "2026-11-26 19:02"]),
        ("rate(2 hours)", ["2026-11-26 21:00", "2026-11-26 23:00"]),
        ("cron(0 10 * * ? *)", ["2026-11-27 10:00", "2026-11-28 10:00"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-11-27 18:00", "2026-11-30 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-12-01 08:00", "2027-01-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-11-26 19:15", "2026-11-26 19:30"]),
        ("cron(0 20 ? * FRI-MON *)", ["2026-11-27 20:00", "2026-11-28 20:00"]),
        ("cron(0 8 L * ? *)", ["2026-11-30 08:00", "2026-12-31 08:00"]),
        ("cron(0 8 LW * ? *)", ["2026-11-30 08:00", "2026-12-31 08:00"]),
        ("cron(0 8 15W * ? *)", ["2026-12-15 08:00", "2027-01-15 08:00"]),
        ("cron(0 8 ? * 6L *)", ["2026-11-27 08:00", "2026-12-25 08:00"]),
        ("cron(0 8 ? * 3#2 *)", ["2026-12-08 08:00", "2027-01-12 08:00"]),
        ("cron(0 0 29 2 ? *)", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("cron(0 0 1 1 ? 2026)", []),
        ("at(2026-12-01T09:30:00)", ["2026-12-01 09:30"]),
        ("at(2020-01-01T00:00:00)", []),
    ],
)
def test_when_a_schedule_is_due(text: str, wanted: list[str]) -> None:
    assert due(text) == wanted


def test_summer_time_moves_a_schedule_in_its_time_zone() -> None:
    assert due("cron(0 9 28 3 ? 2027)", 1, "Europe/Berlin") == ["2027-03-28 07:00"]
    assert due("cron(0 9 27 3 ? 2027)", 1, "Europe/Berlin") == ["2027-03-27 08:00"]


@pytest.mark.parametrize(
    "text",
    [
        "", "rate()", "rate(2 minute)", "rate(0 hours)", "rate(-1 days)",
        "rate(1 second)", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)", "cron(0 12 * * ?)",
        "cron(60 12 * * ? *)", "cron(0 24 * * ? *)", "cron(0 12 32 * ? *)", "cron(0 12 * 13 ? *)",
        "cron(0 12 ? * 8 *)", "cron(0 12 * * ? 1969)", "cron(0 12 x * ? *)",
        "at(2026-02-30T00:00:00)",
        "at(2026-12-01)",
    ],
)  # fmt: skip
def test_what_is_no_schedule(text: str) -> None:
    with pytest.raises(InvalidExpression):
        read_expression(text, one_time=True)


def test_one_of_a_plural_is_for_the_scheduler_only() -> None:
    """https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based"""
    read_expression("rate(1 hours)", one_time=True)
    with pytest.raises(InvalidExpression):
        read_expression("rate(1 hours)")


def test_at_is_for_the_scheduler_only() -> None:
    with pytest.raises(InvalidExpression):
        read_expression("at(2026-12-01T09:30:00)")


EVENT = {"detail-type": "Order", "resources": ["a", "b"], "detail": {"lines": [{"s": 1}, {"s": 2}]}}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("$", EVENT),
        ("$.detail-type", "Order"),
        ("$['detail-type']", "Order"),
        ("$.resources[1]", "b"),
        ("$.resources[-1]", "b"),
        ("$.detail.lines[*].s", [1, 2]),
        ("$.resources[2]", MISSING),
        ("$.detail.gone.more", MISSING),
    ],
)
def test_paths(path: str, wanted: Any) -> None:
    assert value_at(path, EVENT) == wanted


@pytest.mark.parametrize("path", ["detail", "$detail", "$.", "$.a[", "$.a[x]", "$..a b"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match=r"JSON path|begin with"):
        value_at(path, EVENT)


VALUES = {"text": 'Say "hi"\n', "number": 1.5, "list": ["a", "b"], "object": {"k": "v"}, "no": None}


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("<text>", r'"Say \"hi\"\n"'),
        ('{"t": <text>, "n": <number>}', r'{"t": "Say \"hi\"\n", "n": 1.5}'),
        ('"<number> and <text>"', r'"1.5 and Say \"hi\"\n"'),
        ('"<list> <object> <no>"', '"[a,b] {k:v} null"'),
        ('{"l": <list>, "o": <object>, "z": <no>}', '{"l": ["a","b"], "o": {"k":"v"}, "z": null}'),
        ('{"quoted": "\\"<number>\\""}', '{"quoted": "\\"1.5\\""}'),
        ('{"gone": <gone>, "in": "-<gone>-"}', '{"gone": "", "in": "--"}'),
        ('"1 <other> 2"', '"1 <other> 2"'),
    ],
)
def test_templates(template: str, wanted: str) -> None:
    made = Template(template, lambda name: name in VALUES or name == "gone")
    made.check()
    filled = made.fill(lambda name: VALUES.get(name, MISSING))
    assert filled == wanted
    json.loads(filled)


@pytest.mark.parametrize("template", ["", "text", '{"a": <unknown>}', '"a" 1', '{"a": "<text>'])
def test_what_is_no_template(template: str) -> None:
    with pytest.raises(InvalidTemplate):
        Template(template, VALUES.__contains__).check()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{ "a b" : [ 1.50, " \\" x " ],\n "c": {} }', '{"a b":[1.50," \\" x "],"c":{}}'),
        ('"first line"\n"second line"', '"first line"\n"second line"'),
        ("[ 1 , 2 ]", "[1,2]"),
    ],
)
def test_json_is_minified(text: str, wanted: str) -> None:
    assert minified(text) == wanted


def test_a_long_template_takes_linear_time() -> None:
    template = Template("<" * 4_000 + '"' * 4_000, VALUES.__contains__)
    assert template.fill(lambda name: MISSING)


def test_a_template_does_not_make_much_of_little() -> None:
    template = Template('"' + "<text>" * 1_000 + '"', VALUES.__contains__)
    with pytest.raises(TargetFailure, match="too large"):
        template.fill(lambda name: "x" * 100_000)


def test_waits_between_attempts_double_up_to_ten_minutes() -> None:
    waits = [wait_before(retry, random.Random(1)) for retry in range(1, 186)]
    assert 0.75 <= waits[0] <= 1
    assert 1.5 <= waits[1] <= 2
    assert max(waits) <= 600
    # the default policy is as long as AWS says: a day
    assert 80_000 < sum(waits) < 110_000


def test_what_ends_a_retry() -> None:
    policy = RetryPolicy.of({"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60})
    assert policy.exhausted(1, 10, 2) is None
    assert policy.exhausted(2, 10, 2) == "MaximumRetryAttempts"
    assert policy.exhausted(1, 59, 2) == "MaximumEventAgeInSeconds"


def test_an_archive_forgets_after_its_retention() -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive-event.html"""
    archive = Archive("a", "arn", "source", 0.0, retention_days=2)
    day = 86_400.0
    for age in (0.0, day):
        archive.add(Event({"id": "x"}, age, age, 100), age)
    archive.forget_expired(2 * day - 1)
    assert len(archive.events) == 2
    archive.forget_expired(2 * day)
    assert (len(archive.events), archive.size) == (1, 100)
    archive.retention_days = 0
    archive.forget_expired(1000 * day)
    assert len(archive.events) == 1
