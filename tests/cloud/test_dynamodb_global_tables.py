"""Tables with replicas in other Regions (version 2019.11.21 of global tables).

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.cloud.event_source_kit import Kit, until
from tests.cloud.notes import NOTE
from tests.cloud.tables_support import describe, index, make_table, refused, wait_for, wire

# notes of each record the Region and the item
NOTING = (
    NOTE
    + """
def handler(event, context):
    note({"records": [[each["awsRegion"], each["dynamodb"]["Keys"]["pk"]["S"]]
                      for each in event["Records"]]})
"""
)
EUROPE, ASIA = "eu-west-1", "ap-southeast-1"
ITEM = wire(pk="A-1")


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def europe(cloud: Any) -> Any:
    return replace(cloud, region=EUROPE).client("dynamodb")


@pytest.fixture(scope="module")
def asia(cloud: Any) -> Any:
    return replace(cloud, region=ASIA).client("dynamodb")


def update(dynamodb: Any, table: str, kind: str, region: str = EUROPE, **more: Any) -> Any:
    updates = [{kind: {"RegionName": region, **more}}]
    return dynamodb.update_table(TableName=table, ReplicaUpdates=updates)["TableDescription"]


def replicas(dynamodb: Any, table: str) -> dict[str, str]:
    found = describe(dynamodb, table).get("Replicas", ())
    return {each["RegionName"]: each["ReplicaStatus"] for each in found}


def is_ready(dynamodb: Any, table: str) -> bool:
    return set(replicas(dynamodb, table).values()) <= {"ACTIVE"}


def replicated(dynamodb: Any, *regions: str, **more: Any) -> str:
    """A table with replicas in Europe, or other Regions."""
    table = make_table(dynamodb, "pk", **more)
    for region in regions or (EUROPE,):
        update(dynamodb, table, "Create", region)
        wait_for(lambda: is_ready(dynamodb, table))
    return table


def put(dynamodb: Any, table: str, note: str, pk: str = "A-1") -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk=pk, note=note))


def note(dynamodb: Any, table: str, pk: str = "A-1") -> str | None:
    found = dynamodb.get_item(TableName=table, Key=wire(pk=pk), ConsistentRead=True)
    item = found.get("Item")
    return None if item is None else str(item["note"]["S"])


@contextmanager
def cut(cloud: Any, table: str) -> Iterator[None]:
    """Nothing is replicated meanwhile."""
    target = f"replication/{table}"
    cloud.page("faults", "POST", {"kind": "cut", "target": target})
    try:
        yield
    finally:
        cloud.page(f"faults?target={target}", "DELETE")


def test_a_replica_is_made_with_what_the_table_holds(dynamodb: Any, europe: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables.tutorial.html"""
    table = make_table(
        dynamodb, "pk", types={"g": "S"}, GlobalSecondaryIndexes=[index("by-g", "g")]
    )
    for number in range(250):
        dynamodb.put_item(TableName=table, Item=wire(pk=str(number), g="all", note="before"))
    answer = update(dynamodb, table, "Create")
    assert answer["TableStatus"] == "UPDATING"
    assert [(r["RegionName"], r["ReplicaStatus"]) for r in answer["Replicas"]] == [
        (EUROPE, "CREATING")
    ]
    assert describe(europe, table)["TableStatus"] == "CREATING"
    assert refused(europe.scan, TableName=table)[0] == "ResourceNotFoundException"
    wait_for(lambda: is_ready(dynamodb, table))
    here, there = describe(dynamodb, table), describe(europe, table)
    assert here["TableStatus"] == there["TableStatus"] == "ACTIVE"
    assert here["GlobalTableVersion"] == there["GlobalTableVersion"] == "2019.11.21"
    assert replicas(europe, table) == {"us-east-1": "ACTIVE"}
    assert f":{EUROPE}:" in there["TableArn"]
    # streams come with replication
    for shown in (here, there):
        assert shown["StreamSpecification"] == {
            "StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES",
        }  # fmt: skip
    query = europe.query(
        TableName=table,
        IndexName="by-g",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues=wire(**{":g": "all"}),
        Select="COUNT",
    )
    assert query["Count"] == 250


def test_each_region_reads_what_the_other_writes(dynamodb: Any, europe: Any) -> None:
    table = replicated(dynamodb)
    put(dynamodb, table, "from here")
    wait_for(lambda: note(europe, table) == "from here")
    put(europe, table, "from there")
    wait_for(lambda: note(dynamodb, table) == "from there")
    europe.delete_item(TableName=table, Key=ITEM)
    wait_for(lambda: note(dynamodb, table) is None)


def test_a_replica_is_behind_and_catches_up(cloud: Any, dynamodb: Any, europe: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html#V2globaltables_HowItWorks.consistency-modes"""
    table = replicated(dynamodb)
    put(dynamodb, table, "old")
    wait_for(lambda: note(europe, table) == "old")
    with cut(cloud, table):
        put(dynamodb, table, "new")
        # a strongly consistent read sees what its own Region has
        assert (note(dynamodb, table), note(europe, table)) == ("new", "old")
    wait_for(lambda: note(europe, table) == "new")


def test_the_last_writer_wins(cloud: Any, dynamodb: Any, europe: Any, asia: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html#V2globaltables_HowItWorks.conflict-resolution"""
    table = replicated(dynamodb, EUROPE, ASIA)
    everywhere = (dynamodb, europe, asia)
    with cut(cloud, table):
        put(europe, table, "first")
        put(dynamodb, table, "second")
        put(asia, table, "last")
        assert [note(each, table) for each in everywhere] == ["second", "first", "last"]
    wait_for(lambda: all(note(each, table) == "last" for each in everywhere))


def test_conditions_are_checked_against_the_regions_own_version(
    cloud: Any, dynamodb: Any, europe: Any
) -> None:
    table = replicated(dynamodb)
    with cut(cloud, table):
        for each in (dynamodb, europe):
            each.put_item(
                TableName=table,
                Item=wire(pk="A-1", note=each.meta.region_name),
                ConditionExpression="attribute_not_exists(pk)",
            )
    wait_for(lambda: note(dynamodb, table) == note(europe, table) == EUROPE)


def test_what_arrives_is_in_the_replicas_stream(cloud: Any, dynamodb: Any, europe: Any) -> None:
    table = replicated(dynamodb)
    put(dynamodb, table, "x")
    wait_for(lambda: note(europe, table) == "x")
    streams = replace(cloud, region=EUROPE).client("dynamodbstreams")
    arn = describe(europe, table)["LatestStreamArn"]
    assert f":{EUROPE}:" in arn
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    at = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    [record] = streams.get_records(ShardIterator=at)["Records"]
    assert (record["eventName"], record["awsRegion"]) == ("INSERT", EUROPE)


def test_a_function_in_the_other_region_reads_its_replicas_stream(
    cloud: Any, dynamodb: Any, europe: Any
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    kit = Kit(replace(cloud, region=EUROPE))
    try:
        table = replicated(dynamodb)
        function = kit.function(NOTING)
        arn = describe(europe, table)["LatestStreamArn"]
        kit.mapping(function, arn, StartingPosition="TRIM_HORIZON")
        put(dynamodb, table, "x")
        until(lambda: len(function.events()) == 1)
        [seen] = function.events()
        assert seen["records"] == [[EUROPE, "A-1"]]
    finally:
        kit.close()


def test_a_replica_is_deleted_and_the_table_goes_on(dynamodb: Any, europe: Any) -> None:
    table = replicated(dynamodb)
    put(dynamodb, table, "x")
    assert update(dynamodb, table, "Delete")["Replicas"][0]["ReplicaStatus"] == "DELETING"
    wait_for(lambda: not replicas(dynamodb, table))
    assert refused(europe.describe_table, TableName=table)[0] == "ResourceNotFoundException"
    put(dynamodb, table, "y")
    assert "GlobalTableVersion" not in describe(dynamodb, table)
    update(dynamodb, table, "Create")
    wait_for(lambda: is_ready(dynamodb, table))
    assert note(europe, table) == "y"
    put(dynamodb, table, "z")
    wait_for(lambda: note(europe, table) == "z")


def test_a_table_that_is_deleted_leaves_its_replicas(dynamodb: Any, europe: Any) -> None:
    table = replicated(dynamodb)
    put(dynamodb, table, "x")
    wait_for(lambda: note(europe, table) == "x")
    dynamodb.delete_table(TableName=table)
    assert note(europe, table) == "x"
    assert not replicas(europe, table)


def test_settings_that_replicas_share_and_those_of_their_own(dynamodb: Any, europe: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html#V2globaltables_HowItWorks.setting-synchronization"""
    table = replicated(dynamodb, Tags=[{"Key": "team", "Value": "orders"}])
    europe.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "gone_at"}
    )
    here = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert here == {"TimeToLiveStatus": "ENABLED", "AttributeName": "gone_at"}
    dynamodb.update_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index("by-g", "g")}],
    )
    wait_for(
        lambda: describe(europe, table)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    )
    arn = describe(europe, table)["TableArn"]
    assert europe.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    assert describe(europe, table)["DeletionProtectionEnabled"] is False
    europe.update_table(TableName=table, DeletionProtectionEnabled=True)
    code, message = refused(update, dynamodb=dynamodb, table=table, kind="Delete")
    assert code == "ValidationException"
    assert "protected against deletion" in message


def test_an_item_expires_in_all_regions(dynamodb: Any, europe: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html"""
    table = make_table(dynamodb, "pk")
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "gone_at"}
    )
    update(dynamodb, table, "Create")
    wait_for(lambda: is_ready(dynamodb, table))
    europe.put_item(TableName=table, Item=wire(pk="A-1", note="x", gone_at=1_700_000_000))
    both = (dynamodb, europe)
    wait_for(lambda: not any(each.scan(TableName=table)["Count"] for each in both))


def test_how_long_replication_took_is_a_metric(cloud: Any, dynamodb: Any, europe: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"""
    table = replicated(dynamodb)
    put(dynamodb, table, "x")
    wait_for(lambda: note(europe, table) == "x")
    cloudwatch = cloud.client("cloudwatch")

    def found() -> list[Any]:
        return list(
            cloudwatch.list_metrics(
                Namespace="AWS/DynamoDB",
                MetricName="ReplicationLatency",
                Dimensions=[
                    {"Name": "TableName", "Value": table},
                    {"Name": "ReceivingRegion", "Value": EUROPE},
                ],
            )["Metrics"]
        )

    wait_for(lambda: bool(found()))


def test_replicas_that_cannot_be(dynamodb: Any, europe: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html"""
    table = replicated(dynamodb)
    cases = [
        (
            ("Create", "us-east-1"),
            "Cannot add, delete, or update the local region through ReplicaUpdates. Use "
            "CreateTable, DeleteTable, or UpdateTable as required.",
        ),
        (
            ("Create", EUROPE),
            f"Failed to create a the new replica of table with name: '{table}' because one or "
            "more replicas already existed as tables.",
        ),
        (
            ("Delete", ASIA),
            "Update global table operation failed because one or more replicas were not part of "
            "the global table.",
        ),
    ]
    for (kind, region), message in cases:
        assert refused(update, dynamodb=dynamodb, table=table, kind=kind, region=region) == (
            "ValidationException",
            message,
        )
    code, _ = refused(update, dynamodb=dynamodb, table=table, kind="Create", region="mars-east-1")
    assert code == "ValidationException"
    assert refused(
        dynamodb.update_table, TableName=table, StreamSpecification={"StreamEnabled": False}
    ) == (
        "ValidationException",
        "One or more parameter values were invalid: Disabling Stream is not allowed for a Global "
        "Table replica.",
    )
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    provisioned = make_table(dynamodb, "pk", BillingMode="PROVISIONED", ProvisionedThroughput=units)
    assert refused(update, dynamodb=dynamodb, table=provisioned, kind="Create") == (
        "ValidationException",
        "Table write capacity should either be Pay-Per-Request or AutoScaled.",
    )
    keys_only = make_table(
        dynamodb, "pk", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    assert refused(update, dynamodb=dynamodb, table=keys_only, kind="Create")[0] == (
        "ValidationException"
    )
    assert (
        refused(update, dynamodb=dynamodb, table="no-such-table", kind="Create")[0]
        == "ResourceNotFoundException"
    )


def test_one_change_of_replicas_at_a_time(dynamodb: Any) -> None:
    table = make_table(dynamodb, "pk")
    update(dynamodb, table, "Create", EUROPE)
    assert refused(update, dynamodb=dynamodb, table=table, kind="Create", region=ASIA) == (
        "ResourceInUseException",
        f"Attempt to change a resource which is still in use: Table is being updated: {table}",
    )
    wait_for(lambda: is_ready(dynamodb, table))


def test_strong_consistency_between_regions_is_refused_by_name(dynamodb: Any) -> None:
    table = make_table(dynamodb, "pk")
    with pytest.raises(dynamodb.exceptions.ClientError) as error:
        dynamodb.update_table(
            TableName=table,
            ReplicaUpdates=[{"Create": {"RegionName": EUROPE}}],
            MultiRegionConsistency="STRONG",
        )
    assert error.value.response["Error"]["Code"] == "NotImplementedByOrderlab"
