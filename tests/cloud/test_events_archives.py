"""Archives, replays and scheduled rules.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, error_of, name_of

HERE = f"arn:aws:events:us-east-1:{ACCOUNT}"
HOUR = timedelta(hours=1)


@pytest.fixture
def kit(cloud: Any) -> Iterator[EventKit]:
    made = EventKit(cloud)
    yield made
    made.close()


def archived(kit: EventKit, bus: str, **given: Any) -> str:
    """The name of a new archive of a bus."""
    name = name_of("archive")
    kit.events.create_archive(ArchiveName=name, EventSourceArn=f"{HERE}:event-bus/{bus}", **given)
    return name


def count(kit: EventKit, archive: str) -> int:
    return int(kit.events.describe_archive(ArchiveName=archive)["EventCount"])


def replay(kit: EventKit, bus: str, archive: str, **given: Any) -> str:
    """The name of a new replay, which is over."""
    name = name_of("replay")
    now = datetime.now(UTC)
    destination = {"Arn": f"{HERE}:event-bus/{bus}", **given.pop("destination", {})}
    settings = {"EventStartTime": now - HOUR, "EventEndTime": now + HOUR, **given}
    made = kit.events.start_replay(
        ReplayName=name, EventSourceArn=f"{HERE}:archive/{archive}", Destination=destination,
        **settings,
    )  # fmt: skip
    assert (made["ReplayArn"], made["State"]) == (f"{HERE}:replay/{name}", "STARTING")
    assert kit.eventually(
        lambda: kit.events.describe_replay(ReplayName=name)["State"] == "COMPLETED"
    )
    return name


def test_an_archive_keeps_what_its_pattern_wants(kit: EventKit) -> None:
    bus = kit.bus()
    name = archived(
        kit, bus, EventPattern=json.dumps({"source": ["shop"]}), RetentionDays=7, Description="all"
    )
    kit.put({"total": 1}, bus=bus)
    kit.put({"total": 2}, bus=bus, Source="else")
    assert kit.eventually(lambda: count(kit, name) == 1)
    found = kit.events.describe_archive(ArchiveName=name)
    assert (found["State"], found["RetentionDays"], found["Description"]) == ("ENABLED", 7, "all")
    assert found["SizeBytes"] > 0
    kit.events.update_archive(ArchiveName=name, RetentionDays=1)
    [listed] = kit.events.list_archives(NamePrefix=name)["Archives"]
    assert (listed["ArchiveName"], listed["RetentionDays"], listed["EventCount"]) == (name, 1, 1)
    kit.events.delete_archive(ArchiveName=name)
    gone = error_of(lambda: kit.events.describe_archive(ArchiveName=name))
    assert gone == ("ResourceNotFoundException", f"Archive {name} does not exist.")


def test_archives_that_are_not_in_order_are_refused(kit: EventKit) -> None:
    bus = kit.bus()
    name = archived(kit, bus)
    arn = f"{HERE}:event-bus/{bus}"
    again = error_of(lambda: kit.events.create_archive(ArchiveName=name, EventSourceArn=arn))
    assert again == ("ResourceAlreadyExistsException", f"Archive {name} already exists.")
    gone = error_of(lambda: kit.events.create_archive(ArchiveName="a", EventSourceArn=f"{arn}-no"))
    assert gone == ("ResourceNotFoundException", f"Event bus {bus}-no does not exist.")
    wrong = error_of(
        lambda: kit.events.create_archive(
            ArchiveName="a", EventSourceArn=arn, EventPattern='{"source": 1}'
        )
    )
    assert wrong[0] == "InvalidEventPatternException"


def test_a_replay_sends_events_once_more_and_names_itself(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html"""
    bus, url = kit.bus(), kit.open_queue()
    archive = archived(kit, bus)
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    put = kit.put({"total": 1}, bus=bus)
    [first] = kit.bodies(url)
    assert "replay-name" not in first
    name = replay(kit, bus, archive)
    [again] = kit.bodies(url)
    assert again == {**first, "replay-name": name}
    assert again["id"] == put["EventId"]
    found = kit.events.describe_replay(ReplayName=name)
    assert found["ReplayEndTime"] >= found["ReplayStartTime"]
    assert found["EventLastReplayedTime"] <= datetime.now(UTC)
    # what is replayed is not kept a second time
    assert count(kit, archive) == 1


def test_a_replay_keeps_to_its_times_and_its_rules(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.open_queue()
    archive = archived(kit, bus)
    target = {"Arn": kit.arn(url), "InputPath": "$.detail.n"}
    wanted = kit.rule({"replay-name": [{"exists": True}]}, target, bus=bus)
    kit.rule({"source": ["shop"], "replay-name": [{"exists": True}]}, target, bus=bus)
    long_ago = datetime.now(UTC) - timedelta(days=2)
    kit.put({"n": 1}, bus=bus, Time=long_ago)
    kit.put({"n": 2}, bus=bus)
    assert kit.eventually(lambda: count(kit, archive) == 2)
    rule = f"{HERE}:rule/{bus}/{wanted}"
    replay(
        kit, bus, archive, EventStartTime=long_ago - HOUR, EventEndTime=long_ago + HOUR,
        destination={"FilterArns": [rule]},
    )  # fmt: skip
    assert kit.bodies(url) == [1]


def test_replays_that_are_not_in_order_are_refused(kit: EventKit) -> None:
    bus, other = kit.bus(), kit.bus()
    archive = archived(kit, bus)
    now = datetime.now(UTC)
    right = {
        "ReplayName": name_of("replay"),
        "EventSourceArn": f"{HERE}:archive/{archive}",
        "EventStartTime": now - HOUR,
        "EventEndTime": now,
        "Destination": {"Arn": f"{HERE}:event-bus/{bus}"},
    }

    def refused(**change: Any) -> tuple[str, str]:
        return error_of(lambda: kit.events.start_replay(**{**right, **change}))

    assert refused(EventSourceArn=f"{HERE}:archive/gone") == (
        "ValidationException",
        "Parameter EventSourceArn is not valid. Reason: Archive gone does not exist.",
    )
    assert refused(EventEndTime=now - 2 * HOUR) == (
        "ValidationException",
        "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
    )
    assert refused(Destination={"Arn": f"{HERE}:event-bus/{other}"}) == (
        "ValidationException",
        "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.",
    )
    assert refused(Destination={"Arn": f"{HERE}:event-bus/gone"})[0] == "ResourceNotFoundException"
    name = replay(kit, bus, archive)
    assert refused(ReplayName=name) == (
        "ResourceAlreadyExistsException", f"Replay {name} already exists.",
    )  # fmt: skip
    over = error_of(lambda: kit.events.cancel_replay(ReplayName=name))
    assert over[0] == "IllegalStatusException"
    [listed] = kit.events.list_replays(NamePrefix=name)["Replays"]
    assert (listed["ReplayName"], listed["State"]) == (name, "COMPLETED")


def test_a_replay_can_be_cancelled(kit: EventKit) -> None:
    bus = kit.bus()
    archive = archived(kit, bus)
    name, now = name_of("replay"), datetime.now(UTC)
    kit.events.start_replay(
        ReplayName=name, EventSourceArn=f"{HERE}:archive/{archive}", EventStartTime=now - HOUR,
        EventEndTime=now, Destination={"Arn": f"{HERE}:event-bus/{bus}"},
    )  # fmt: skip
    assert kit.events.cancel_replay(ReplayName=name)["State"] == "CANCELLING"
    assert kit.eventually(
        lambda: kit.events.describe_replay(ReplayName=name)["State"] == "CANCELLED"
    )


# --- schedules --------------------------------------------------------------------------------


def scheduled(kit: EventKit, when: str, url: str, **target: Any) -> str:
    name = name_of("scheduled")
    kit.events.put_rule(Name=name, ScheduleExpression=when)
    kit.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": kit.arn(url), **target}])
    return name


def end(kit: EventKit, name: str) -> None:
    kit.events.remove_targets(Rule=name, Ids=["1"])
    kit.events.delete_rule(Name=name)


def test_a_rate_triggers_again_and_again(kit: EventKit) -> None:
    """The tests' cloud runs ten times as fast: a minute passes in six seconds."""
    url = kit.open_queue()
    name = scheduled(kit, "rate(1 minute)", url)
    first, second = sorted(kit.bodies(url, 2, seconds=20), key=lambda event: event["time"])
    end(kit, name)
    assert (first["source"], first["detail-type"]) == ("aws.events", "Scheduled Event")
    assert first["resources"] == [f"{HERE}:rule/{name}"]
    assert first["detail"] == {}
    times = [datetime.fromisoformat(event["time"]) for event in (first, second)]
    assert times[1] - times[0] == timedelta(minutes=1)


def test_cron_triggers_at_the_minute(kit: EventKit) -> None:
    url = kit.open_queue()
    name = scheduled(kit, "cron(* * * * ? *)", url, InputPath="$.time")
    found = kit.bodies(url, seconds=15)
    end(kit, name)
    assert found[0].endswith(":00Z")


def test_a_rule_that_is_off_is_not_triggered(kit: EventKit) -> None:
    url = kit.open_queue()
    name = scheduled(kit, "rate(1 minute)", url, Input='"due"')
    kit.events.disable_rule(Name=name)
    assert kit.bodies(url, 0, seconds=8) == []
    kit.events.enable_rule(Name=name)
    assert kit.bodies(url, seconds=12) == ["due"]
    end(kit, name)
