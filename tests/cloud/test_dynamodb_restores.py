"""Tables restored to a second, and from backups.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup.Tutorial.html
"""

from __future__ import annotations

import datetime
import itertools
import time
from typing import Any

import pytest

from tests.cloud.tables_support import describe, index, make_table, refused, wait_for, wire

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


def target() -> str:
    return f"restored-{next(_numbers)}-{time.time_ns()}"


def protect(dynamodb: Any, table: str, *, enabled: bool = True, **more: Any) -> dict[str, Any]:
    answer = dynamodb.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled, **more},
    )
    return dict(answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"])


def protected(dynamodb: Any, **more: Any) -> str:
    table = make_table(dynamodb, **more)
    protect(dynamodb, table)
    return table


def put(dynamodb: Any, table: str, sk: str, note: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="p", sk=sk, note=note))


def content(dynamodb: Any, table: str) -> dict[str, str]:
    items = dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
    return {item["sk"]["S"]: item["note"]["S"] for item in items}


def next_second() -> datetime.datetime:
    """The present second, when it is over: boto3 sends whole seconds."""
    now = time.time()
    time.sleep(int(now) + 1.05 - now)
    return datetime.datetime.fromtimestamp(int(now), datetime.UTC)


def made(dynamodb: Any, table: str) -> dict[str, Any]:
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    return dict(describe(dynamodb, table))


# --- point-in-time recovery ---


def test_recovery_is_switched_on_and_off(dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html"""
    table = make_table(dynamodb)
    described = dynamodb.describe_continuous_backups(TableName=table)
    assert described["ContinuousBackupsDescription"] == {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }
    shown = protect(dynamodb, table)
    assert (shown["PointInTimeRecoveryStatus"], shown["RecoveryPeriodInDays"]) == ("ENABLED", 35)
    assert shown["EarliestRestorableDateTime"] <= shown["LatestRestorableDateTime"]
    assert protect(dynamodb, table, RecoveryPeriodInDays=7)["RecoveryPeriodInDays"] == 7
    code, _ = refused(protect, dynamodb=dynamodb, table=table, RecoveryPeriodInDays=36)
    assert code == "ValidationException"
    assert protect(dynamodb, table, enabled=False) == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_a_table_as_it_was_before_a_mistake(dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html"""
    table = protected(dynamodb)
    for sk in ("1", "2", "3"):
        put(dynamodb, table, sk, "right")
    before = next_second()
    put(dynamodb, table, "1", "wrong")
    dynamodb.delete_item(TableName=table, Key=wire(pk="p", sk="2"))
    put(dynamodb, table, "4", "new")
    restored = target()
    answer = dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=restored, RestoreDateTime=before
    )["TableDescription"]
    assert answer["TableStatus"] == "CREATING"
    assert answer["RestoreSummary"]["RestoreInProgress"] is True
    assert answer["RestoreSummary"]["RestoreDateTime"] == before
    summary = made(dynamodb, restored)["RestoreSummary"]
    assert summary["RestoreInProgress"] is False
    assert summary["SourceTableArn"] == describe(dynamodb, table)["TableArn"]
    assert content(dynamodb, restored) == dict.fromkeys("123", "right")
    assert content(dynamodb, table) == {"1": "wrong", "3": "right", "4": "new"}


def test_the_latest_restorable_time(dynamodb: Any) -> None:
    table = protected(dynamodb)
    put(dynamodb, table, "1", "here")
    restored = target()
    dynamodb.restore_table_to_point_in_time(
        SourceTableArn=describe(dynamodb, table)["TableArn"],
        TargetTableName=restored,
        UseLatestRestorableTime=True,
    )
    made(dynamodb, restored)
    assert content(dynamodb, restored) == {"1": "here"}


def test_a_table_is_not_there_while_it_is_restored(dynamodb: Any) -> None:
    table, restored = protected(dynamodb), target()
    parameters = {"SourceTableName": table, "UseLatestRestorableTime": True}
    dynamodb.restore_table_to_point_in_time(TargetTableName=restored, **parameters)
    assert describe(dynamodb, restored)["TableStatus"] == "CREATING"
    assert refused(dynamodb.scan, TableName=restored)[0] == "ResourceNotFoundException"
    assert refused(dynamodb.delete_table, TableName=restored) == (
        "ResourceInUseException",
        "Attempt to change a resource which is still in use: Table is being created: " + restored,
    )
    assert refused(
        dynamodb.restore_table_to_point_in_time, TargetTableName=restored, **parameters
    ) == ("TableAlreadyExistsException", f"Table already exists: {restored}")
    made(dynamodb, restored)
    assert content(dynamodb, restored) == {}


def test_what_cannot_be_restored(dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html"""
    restore = dynamodb.restore_table_to_point_in_time
    plain, table = make_table(dynamodb), protected(dynamodb)
    latest = {"TargetTableName": target(), "UseLatestRestorableTime": True}
    code, _ = refused(restore, SourceTableName=plain, **latest)
    assert code == "PointInTimeRecoveryUnavailableException"
    assert refused(restore, SourceTableName="no-such-table", **latest)[0] == (
        "TableNotFoundException"
    )
    now = datetime.datetime.now(datetime.UTC)
    for moment in (now - datetime.timedelta(hours=1), now + datetime.timedelta(hours=1)):
        code, message = refused(
            restore, SourceTableName=table, TargetTableName=target(), RestoreDateTime=moment
        )
        assert code == "InvalidRestoreTimeException"
        assert "EarliestRestorableDateTime" in message
    for more in ({}, {**latest, "RestoreDateTime": now}):
        parameters = {"SourceTableName": table, "TargetTableName": target(), **more}
        assert refused(restore, **parameters)[0] == "ValidationException"


def test_what_a_restored_table_takes_over(dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html"""
    table = protected(
        dynamodb,
        types={"g": "S", "l": "N"},
        GlobalSecondaryIndexes=[index("by-g", "g"), index("by-g-sk", "g sk")],
        LocalSecondaryIndexes=[index("by-l", "pk l")],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        Tags=[{"Key": "team", "Value": "orders"}],
        DeletionProtectionEnabled=True,
    )
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "gone_at"}
    )
    dynamodb.put_item(TableName=table, Item=wire(pk="p", sk="1", g="group", l=1, note="x"))
    latest = {"SourceTableName": table, "UseLatestRestorableTime": True}
    whole, lean = target(), target()
    dynamodb.restore_table_to_point_in_time(TargetTableName=whole, **latest)
    dynamodb.restore_table_to_point_in_time(
        TargetTableName=lean,
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride={"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        GlobalSecondaryIndexOverride=[
            {
                **index("by-g", "g"),
                "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8},
            }
        ],
        LocalSecondaryIndexOverride=[],
        **latest,
    )
    found = made(dynamodb, whole)
    assert [each["IndexName"] for each in found["GlobalSecondaryIndexes"]] == ["by-g", "by-g-sk"]
    assert [each["ItemCount"] for each in found["LocalSecondaryIndexes"]] == [1]
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "LatestStreamArn" not in found
    assert found["DeletionProtectionEnabled"] is False
    assert dynamodb.list_tags_of_resource(ResourceArn=found["TableArn"])["Tags"] == []
    ttl = dynamodb.describe_time_to_live(TableName=whole)["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "DISABLED"
    described = dynamodb.describe_continuous_backups(TableName=whole)
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"
    found = made(dynamodb, lean)
    assert found["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    assert "LocalSecondaryIndexes" not in found
    [shared] = found["GlobalSecondaryIndexes"]
    assert shared["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
    query = dynamodb.query(
        TableName=lean,
        IndexName="by-g",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues=wire(**{":g": "group"}),
    )
    assert query["Count"] == 1
    code, _ = refused(
        dynamodb.restore_table_to_point_in_time,
        TargetTableName=target(),
        GlobalSecondaryIndexOverride=[index("another", "g")],
        **latest,
    )
    assert code == "ValidationException"


def test_a_deleted_table_leaves_a_backup_if_it_was_protected(dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html"""
    table = protected(dynamodb)
    put(dynamodb, table, "1", "kept")
    dynamodb.delete_table(TableName=table)
    [backup] = dynamodb.list_backups(TableName=table, BackupType="SYSTEM")["BackupSummaries"]
    assert backup["BackupName"] == f"{table}$DeletedTableBackup"
    dynamodb.restore_table_from_backup(TargetTableName=table, BackupArn=backup["BackupArn"])
    made(dynamodb, table)
    assert content(dynamodb, table) == {"1": "kept"}


# --- backups ---


def test_a_backup_is_described_listed_restored_and_deleted(dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html"""
    table = make_table(dynamodb)
    put(dynamodb, table, "1", "then")
    backup = dynamodb.create_backup(TableName=table, BackupName="first")["BackupDetails"]
    arn = backup["BackupArn"]
    assert (backup["BackupStatus"], backup["BackupType"]) == ("AVAILABLE", "USER")
    put(dynamodb, table, "1", "now")
    put(dynamodb, table, "2", "now")
    second = dynamodb.create_backup(TableName=table, BackupName="second")["BackupDetails"]
    listed = dynamodb.list_backups(TableName=table)["BackupSummaries"]
    assert [each["BackupArn"] for each in listed] == [arn, second["BackupArn"]]
    page = dynamodb.list_backups(TableName=table, Limit=1)
    assert page["LastEvaluatedBackupArn"] == arn
    rest = dynamodb.list_backups(TableName=table, ExclusiveStartBackupArn=arn)["BackupSummaries"]
    assert [each["BackupName"] for each in rest] == ["second"]
    described = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    source = described["SourceTableDetails"]
    assert (source["TableName"], source["ItemCount"]) == (table, 1)
    assert source["BillingMode"] == "PAY_PER_REQUEST"
    assert described["BackupDetails"]["BackupSizeBytes"] == source["TableSizeBytes"] > 0
    restored = target()
    answer = dynamodb.restore_table_from_backup(TargetTableName=restored, BackupArn=arn)
    assert answer["TableDescription"]["RestoreSummary"]["SourceBackupArn"] == arn
    made(dynamodb, restored)
    assert content(dynamodb, restored) == {"1": "then"}
    deleted = dynamodb.delete_backup(BackupArn=arn)["BackupDescription"]
    assert deleted["BackupDetails"]["BackupStatus"] == "DELETED"
    for call, more in (
        (dynamodb.describe_backup, {}),
        (dynamodb.delete_backup, {}),
        (dynamodb.restore_table_from_backup, {"TargetTableName": target()}),
    ):
        assert refused(call, BackupArn=arn, **more) == (
            "BackupNotFoundException",
            f"Backup not found: {arn}",
        )
    assert refused(dynamodb.create_backup, TableName="no-such-table", BackupName="first") == (
        "TableNotFoundException",
        "Table not found: no-such-table",
    )


def test_a_large_table_is_restored_while_others_are_served(dynamodb: Any) -> None:
    table = make_table(dynamodb)
    for start in range(0, 1000, 25):
        puts = [
            {"PutRequest": {"Item": wire(pk="p", sk=f"{number:04}", note="n" * 500)}}
            for number in range(start, start + 25)
        ]
        dynamodb.batch_write_item(RequestItems={table: puts})
    backup = dynamodb.create_backup(TableName=table, BackupName="large")["BackupDetails"]
    restored = target()
    dynamodb.restore_table_from_backup(TargetTableName=restored, BackupArn=backup["BackupArn"])
    wait_for(lambda: describe(dynamodb, restored)["TableStatus"] == "ACTIVE")
    assert describe(dynamodb, restored)["ItemCount"] == 1000
