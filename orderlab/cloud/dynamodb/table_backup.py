"""One backup of a table, and how calls show it.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDescription.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orderlab.cloud.dynamodb.history import Items

# what an item takes besides its own bytes
_ITEM_BYTES = 100
_FEATURES = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes", "SSEDescription")


@dataclass(frozen=True)
class TableBackup:
    """One backup. `created` is in seconds since 1970; `table` is the table's description then."""

    arn: str
    name: str
    kind: str
    created: float
    table: dict[str, Any]
    time_to_live: dict[str, Any]
    items: Items

    @property
    def region(self) -> str:
        """The Region of its table."""
        return self.arn.split(":")[3]

    @property
    def kept_bytes(self) -> int:
        """What it takes of the room for backups."""
        return int(self.table["TableSizeBytes"]) + _ITEM_BYTES * len(self.items)

    def details(self, status: str = "AVAILABLE") -> dict[str, Any]:
        """The API's BackupDetails."""
        return {
            "BackupArn": self.arn,
            "BackupName": self.name,
            "BackupSizeBytes": self.table["TableSizeBytes"],
            "BackupStatus": status,
            "BackupType": self.kind,
            "BackupCreationDateTime": self.created,
        }

    def summary(self) -> dict[str, Any]:
        """The API's BackupSummary."""
        names = ("TableName", "TableId", "TableArn")
        return {**{name: self.table[name] for name in names}, **self.details()}

    def description(self, status: str = "AVAILABLE") -> dict[str, Any]:
        """The API's BackupDescription."""
        table = self.table
        source = {
            "TableName": table["TableName"],
            "TableId": table["TableId"],
            "TableArn": table["TableArn"],
            "TableSizeBytes": table["TableSizeBytes"],
            "KeySchema": table["KeySchema"],
            "TableCreationDateTime": table["CreationDateTime"],
            "ProvisionedThroughput": {
                unit: table["ProvisionedThroughput"][unit]
                for unit in ("ReadCapacityUnits", "WriteCapacityUnits")
            },
            "ItemCount": table["ItemCount"],
            "BillingMode": billing_mode(table),
        }
        features = {name: table[name] for name in _FEATURES if name in table}
        if "StreamSpecification" in table:
            features["StreamDescription"] = table["StreamSpecification"]
        features["TimeToLiveDescription"] = self.time_to_live
        return {
            "BackupDetails": self.details(status),
            "SourceTableDetails": source,
            "SourceTableFeatureDetails": features,
        }


def billing_mode(described: dict[str, Any]) -> str:
    """The billing mode of a table, from its description."""
    summary = described.get("BillingModeSummary") or {}
    return str(summary.get("BillingMode", "PROVISIONED"))
