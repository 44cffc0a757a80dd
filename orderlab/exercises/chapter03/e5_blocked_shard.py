"""3.5: one record that fails holds up all that come after it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.notebook_names import names
from orderlab.exercises.chapter03.probes import until, url_of
from orderlab.exercises.chapter03.returns_desk import (
    BATCH,
    FAILED,
    FUNCTION,
    NOTED,
    TABLE,
    clear_away,
    lay_out,
    mapping,
    noted,
    package,
    write,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.names import queue_arn
from orderlab.orders.parts.packages import code_sha256
from orderlab.practice.functions import zipped

_DEFAULTS = {
    "BatchSize": BATCH,
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "ParallelizationFactor": 1,
    "FunctionResponseTypes": [],
}
_LOOKED = "wrote three good returns and two bad ones between them, all at once, and waited"
_EXPECTED = "the three good ones noted; of each bad one a message in returns-failed"
GOOD = 3


def _set_aside(target: Target) -> int:
    url = url_of(target, FAILED)
    if url is None:
        return 0
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def _undo(workspace: Workspace) -> None:
    clear_away(workspace.target)


def _stands(workspace: Workspace) -> bool:
    found = mapping(workspace.target)
    return found is not None and not _as_it_came(found)


def _check(workspace: Workspace) -> Outcome:
    try:
        outcome = _look(workspace.target)
        if outcome.kind == "wrong":
            return replace(
                outcome,
                stands="The mapping stands as you left it. Each setting that you name is changed, "
                "the others stay; `ex.again()` lays out the returns desk anew.",
            )
        return outcome
    except ClientError as error:
        return wrong(
            "something is gone",
            "A table, the function or its role is not there any more, so nothing can be noted.",
            looked_at=_LOOKED,
            got=str(error)[:160],
            next="ex.again() lays out the returns desk anew.",
        )


def _look(target: Target) -> Outcome:
    until(lambda: _settled(mapping(target)), 3.0)
    reader = mapping(target)
    if reader is None or reader["State"] in ("Disabled", "Disabling", "Deleting"):
        return wrong(
            "nobody reads",
            "The mapping is gone, or switched off: no bad return fails, and no good one is noted.",
            looked_at="the event source mappings of note-returns",
            expected="one that is enabled",
            next="update_event_source_mapping changes the one that is there; Enabled=True.",
        )
    if _as_it_came(reader) and _code_as_it_came(target):
        return untouched(
            "The mapping is as it was; r-2 is tried again and again, and r-3 waits behind it.",
            next="functions.update_event_source_mapping, as for tell, with other settings.",
        )
    if not _code_as_it_came(target):
        return wrong(
            "the function was changed",
            "note-returns has other code than it came with.",
            looked_at="the digest of its code",
            expected="the same function, and another mapping",
            got="other code",
            next="The next function will fail on something else. Let the mapping cope.",
        )
    run = f"r-x{secrets.token_hex(4)}"
    good, bad = [f"{run}-1", f"{run}-3", f"{run}-5"], [f"{run}-2", f"{run}-4"]
    before = _set_aside(target)
    write(target, good, bad)
    done = until(
        lambda: set(good) <= noted(target) and _set_aside(target) >= before + len(bad), 8.0
    )
    passed, aside = noted(target) & set(good), _set_aside(target) - before
    skipped = not until(lambda: "r-3" in noted(target), 0.5)
    _tidy(target, good + bad)
    return _judge(reader, len(passed), done or aside > 0, skipped)


def _settled(reader: dict[str, Any] | None) -> bool:
    return reader is None or reader["State"] not in ("Creating", "Updating", "Enabling", "Deleting")


def _as_it_came(reader: dict[str, Any]) -> bool:
    on_failure = reader.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    same = all((reader.get(name) or value) == value for name, value in _DEFAULTS.items())
    return same and not on_failure and not reader.get("FilterCriteria")


def _code_as_it_came(target: Target) -> bool:
    found = target.client("lambda").get_function(FunctionName=target.name(FUNCTION))
    return bool(found["Configuration"]["CodeSha256"] == code_sha256(package()))


def _tidy(target: Target, ids: list[str]) -> None:
    dynamodb = target.client("dynamodb")
    for table in (TABLE, NOTED):
        for each in ids:
            dynamodb.delete_item(TableName=target.name(table), Key={"return_id": {"S": each}})


def _judge(reader: dict[str, Any], good: int, aside: bool, skipped: bool) -> Outcome:
    got = f"{good} of {GOOD} good ones noted; the bad ones {'' if aside else 'not '}set aside"
    if good == GOOD and skipped:
        return wrong(
            "skipped what waited",
            "New returns flow, but r-3, which waited behind the bad one, was never noted.",
            looked_at=_LOOKED + "; and r-3, from before",
            expected="r-3 noted too",
            got="r-3 not noted",
            next="A mapping at LATEST begins behind all that waited. Change the one that was there, or "
            "begin at TRIM_HORIZON.",
        )
    if good == GOOD and aside:
        return right(
            "The bad record is set aside with its place in the stream, and nobody waits for it. Its "
            "data are still in the stream for 24 hours, and in the table: the message says where.",
            looked_at=_LOOKED,
            got=got,
        )
    name, message, hint = _mistake(reader, good)
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=hint)


def _mistake(reader: dict[str, Any], good: int) -> tuple[str, str, str]:
    retries = reader.get("MaximumRetryAttempts", _DEFAULTS["MaximumRetryAttempts"])
    age = reader.get("MaximumRecordAgeInSeconds", _DEFAULTS["MaximumRecordAgeInSeconds"])
    destination = reader.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if good == GOOD:
        if destination:
            return (
                "set aside elsewhere",
                "All is noted, but nothing came to returns-failed.",
                "Is DestinationConfig the queue returns-failed, and does the bad record reach it?",
            )
        return (
            "thrown away without a word",
            "The stream flows again, and the bad return is gone: no one will ever refund that "
            "customer, because no one knows.",
            "DestinationConfig with OnFailure names a queue for what is given up.",
        )
    if reader.get("FilterCriteria") and not destination:
        return (
            "filtered away",
            "The mapping has filter criteria: what they leave out is neither noted nor set aside.",
            "Let every return through, and let what fails go to returns-failed.",
        )
    if retries == -1 and age == -1:
        if reader.get("BisectBatchOnFunctionError"):
            return (
                "split, and never given up",
                "The batch is halved until the bad record is alone; then that one is tried for ever, "
                "24 hours at least, and what comes after it waits.",
                "How often may one record be tried? MaximumRetryAttempts.",
            )
        return (
            "never given up",
            "Nothing limits the tries: the first failure is still being repeated, and a destination "
            "gets only what was given up.",
            "MaximumRetryAttempts is -1: until the record is 24 hours old.",
        )
    if retries == -1 and age <= 300:
        return (
            "until it is old",
            f"The tries end when a record is {age} s old, and until then those behind it wait: "
            f"after 8 s {good} of the good ones were noted.",
            "A record that failed 3 times for its content will fail the fourth time: "
            "MaximumRetryAttempts.",
        )
    if retries > 10 or (retries == -1 and age > 300):
        return (
            "too patient",
            "The tries have a limit, but it is far away: each try waits longer than the last.",
            "A record that failed 3 times for its content will fail the fourth time.",
        )
    return (
        "the good thrown out with the bad",
        "A batch is tried as a whole and given up as a whole: the good returns in it were not noted.",
        "BisectBatchOnFunctionError halves a failing batch until the bad one is alone.",
    )


def _update(**changes: Any) -> Any:
    def attempt(workspace: Workspace) -> None:
        found = mapping(workspace.target)
        settings = dict(changes)
        if settings.pop("aside", False):
            destination = {"Destination": queue_arn(workspace.target, FAILED)}
            settings["DestinationConfig"] = {"OnFailure": destination}
        workspace.client("lambda").update_event_source_mapping(
            UUID=(found or {})["UUID"], **settings
        )

    return attempt


def _remove(workspace: Workspace) -> None:
    found = mapping(workspace.target)
    workspace.client("lambda").delete_event_source_mapping(UUID=(found or {})["UUID"])


def _anew(position: str) -> Any:
    """Another mapping in place of the first, with the right settings."""

    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        until(lambda: "r-1" in noted(target), 10.0)
        old = mapping(target) or {}
        client = workspace.client("lambda")
        client.delete_event_source_mapping(UUID=old["UUID"])
        until(lambda: mapping(target) is None, 10.0)
        client.create_event_source_mapping(
            FunctionName=target.name(FUNCTION),
            EventSourceArn=old["EventSourceArn"],
            StartingPosition=position,
            BisectBatchOnFunctionError=True,
            MaximumRetryAttempts=1,
            DestinationConfig={"OnFailure": {"Destination": queue_arn(target, FAILED)}},
        )

    return attempt


def _other_code(workspace: Workspace) -> None:
    client, name = workspace.client("lambda"), workspace.name(FUNCTION)
    code = "def handler(event, context):\n    return None\n"
    client.update_function_code(FunctionName=name, ZipFile=zipped({"note_returns.py": code}))
    client.get_waiter("function_updated_v2").wait(FunctionName=name)


def _names(workspace: Workspace) -> dict[str, Any]:
    return {**names(workspace), "reader": mapping(workspace.target)}


BLOCKED_SHARD = Exercise(
    id="3.5",
    title="A blocked shard",
    check=_check,
    prepare=lay_out,
    undo=_undo,
    stands=_stands,
    names=_names,
    solve=_update(BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, aside=True),
    solution="""functions.update_event_source_mapping(
    UUID=reader["UUID"],
    BisectBatchOnFunctionError=True,
    MaximumRetryAttempts=2,
    DestinationConfig={"OnFailure": {"Destination": arn("sqs", "returns-failed")}},
)
# Bisecting finds the bad record, the limit ends its tries, the destination keeps its place.
# Each of the three alone leaves something to be lost or to wait.""",
    equivalent={"2 -> 3": "any small number of tries will do"},
    hints=(
        "A batch fails as a whole. What finds the one bad record in it, what ends its tries, and "
        "where does it go then?",
        "Three settings of the mapping: BisectBatchOnFunctionError, MaximumRetryAttempts, "
        "DestinationConfig.",
        'BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, and {"OnFailure": '
        '{"Destination": arn("sqs", "returns-failed")}} as DestinationConfig.',
    ),
    waits=True,
    proofs=(
        Proof("the function was changed", _other_code, says="other code"),
        Proof("nobody reads", _remove, says="gone, or switched off"),
        Proof("never given up", _update(aside=True), says="Nothing limits the tries"),
        Proof(
            "split, and never given up",
            _update(BisectBatchOnFunctionError=True, aside=True),
            says="tried for ever",
        ),
        Proof(
            "thrown away without a word",
            _update(BisectBatchOnFunctionError=True, MaximumRetryAttempts=2),
            says="no one knows",
        ),
        Proof(
            "until it is old",
            _update(BisectBatchOnFunctionError=True, MaximumRecordAgeInSeconds=60, aside=True),
            says="is 60 s old",
        ),
        Proof("too patient", _update(MaximumRetryAttempts=100, aside=True), says="far away"),
        Proof(
            "the good thrown out with the bad",
            _update(MaximumRetryAttempts=1, aside=True),
            says="given up as a whole",
        ),
        Proof("skipped what waited", _anew("LATEST"), says="never noted"),
        Proof("another mapping, from the oldest record", _anew("TRIM_HORIZON"), "right"),
        Proof(
            "one record a batch, one try more",
            _update(BatchSize=1, MaximumRetryAttempts=1, aside=True),
            "right",
        ),
    ),
)
