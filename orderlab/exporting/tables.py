"""DynamoDB's tables, without their items.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import picked, tag_list


def read_tables(found: Reading) -> None:
    """Add the tables, with their indexes, streams and times to live."""
    dynamodb = found.client("dynamodb")
    pages = dynamodb.get_paginator("list_tables").paginate()
    for name in sorted(each for page in pages for each in page["TableNames"]):
        if found.is_ours(name):
            _add(found, dynamodb.describe_table(TableName=name)["Table"])


def _add(found: Reading, table: Mapping[str, Any]) -> None:
    name, arn = table["TableName"], table["TableArn"]
    properties = {
        "TableName": name,
        **picked(table, "KeySchema", "DeletionProtectionEnabled", "OnDemandThroughput"),
        "AttributeDefinitions": sorted(
            table["AttributeDefinitions"], key=lambda each: str(each["AttributeName"])
        ),
        **_throughput(table),
        "GlobalSecondaryIndexes": _indexes(table, "GlobalSecondaryIndexes"),
        "LocalSecondaryIndexes": _indexes(table, "LocalSecondaryIndexes"),
        "TableClass": (table.get("TableClassSummary") or {}).get("TableClass"),
        **_stream(table),
        **_asked(found, name),
    }
    if not properties.get("DeletionProtectionEnabled"):
        properties.pop("DeletionProtectionEnabled", None)
    tags = found.asked(found.client("dynamodb").list_tags_of_resource, ResourceArn=arn) or {}
    properties["Tags"] = tag_list(tags.get("Tags"))
    identifier = found.template.add(
        "AWS::DynamoDB::Table", found.friendly(name), properties, arn=arn
    )
    if table.get("LatestStreamArn") and "StreamSpecification" in properties:
        found.template.references.known[table["LatestStreamArn"]] = To(identifier, "StreamArn")
    if table.get("Replicas"):
        found.template.left_out.append(f"The replicas of the table {name} in other Regions.")


def _throughput(table: Mapping[str, Any]) -> dict[str, Any]:
    mode = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    if mode == "PAY_PER_REQUEST":
        return {"BillingMode": mode}
    return {"ProvisionedThroughput": _units(table)}


def _units(table: Mapping[str, Any]) -> dict[str, Any]:
    return picked(table["ProvisionedThroughput"], "ReadCapacityUnits", "WriteCapacityUnits")


def _indexes(table: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    provisioned = "BillingMode" not in _throughput(table) and kind.startswith("Global")
    return [
        {
            **picked(index, "IndexName", "KeySchema", "Projection"),
            **({"ProvisionedThroughput": _units(index)} if provisioned else {}),
        }
        for index in sorted(table.get(kind) or (), key=lambda each: str(each["IndexName"]))
    ]


def _stream(table: Mapping[str, Any]) -> dict[str, Any]:
    stream = table.get("StreamSpecification") or {}
    if not stream.get("StreamEnabled"):
        return {}
    return {"StreamSpecification": picked(stream, "StreamViewType")}


def _asked(found: Reading, name: str) -> dict[str, Any]:
    """What DescribeTable does not tell."""
    dynamodb, properties = found.client("dynamodb"), {}
    answer = found.asked(dynamodb.describe_time_to_live, TableName=name) or {}
    life = answer.get("TimeToLiveDescription") or {}
    if life.get("TimeToLiveStatus") in ("ENABLED", "ENABLING"):
        kept = {"AttributeName": life["AttributeName"], "Enabled": True}
        properties["TimeToLiveSpecification"] = kept
    answer = found.asked(dynamodb.describe_continuous_backups, TableName=name) or {}
    backups = answer.get("ContinuousBackupsDescription") or {}
    recovery = backups.get("PointInTimeRecoveryDescription") or {}
    if recovery.get("PointInTimeRecoveryStatus") == "ENABLED":
        properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
    return properties
