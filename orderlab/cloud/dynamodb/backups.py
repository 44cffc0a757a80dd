"""On-demand backups: what a table was when each was made.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup.Tutorial.html
Differs from AWS: a backup is AVAILABLE at once; all backups of a cloud take at most 256 MB.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb.describing import describe
from orderlab.cloud.dynamodb.errors import BackupNotFound, LimitExceeded
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.table_backup import TableBackup
from orderlab.cloud.dynamodb.table_names import table_name

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

MAX_BYTES = 256 * 1024 * 1024
MAX_LISTED = 100


class Backups:
    """CreateBackup, DescribeBackup, ListBackups and DeleteBackup."""

    def __init__(self, registry: TableRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.operations: dict[str, Handler] = {
            "CreateBackup": self.create_backup,
            "DescribeBackup": self.describe_backup,
            "ListBackups": self.list_backups,
            "DeleteBackup": self.delete_backup,
        }

    def create_backup(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateBackup.html"""
        check_input("dynamodb", call.operation, parameters)
        record = self._registry.backed_up(call.region, parameters["TableName"])
        return {"BackupDetails": self.make(record, parameters["BackupName"]).details()}

    def make(self, record: TableRecord, name: str, kind: str = "USER") -> TableBackup:
        """Back a table up; LimitExceededException if there is no room."""
        created = self._clock.wall()
        backup = TableBackup(
            f"{record.table_arn}/backup/{int(created * 1000):014d}-{uuid.uuid4().hex[:8]}",
            name,
            kind,
            created,
            describe(record),
            dict(record.ttl),
            record.table.rows.copy(),
        )
        kept = self._registry.backups
        if backup.kept_bytes + sum(each.kept_bytes for each in kept.values()) > MAX_BYTES:
            raise LimitExceeded(
                "Subscriber limit exceeded: all backups of this cloud take at most "
                f"{MAX_BYTES // 1024**2} MB"
            )
        kept[backup.arn] = backup
        return backup

    def describe_backup(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeBackup.html"""
        check_input("dynamodb", call.operation, parameters)
        return {"BackupDescription": self.existing(call, parameters).description()}

    def delete_backup(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteBackup.html"""
        check_input("dynamodb", call.operation, parameters)
        backup = self.existing(call, parameters)
        del self._registry.backups[backup.arn]
        return {"BackupDescription": backup.description("DELETED")}

    def existing(self, call: Call, parameters: Parameters) -> TableBackup:
        """The backup with the BackupArn of a call. Raises BackupNotFoundException."""
        arn = parameters["BackupArn"]
        found: TableBackup | None = self._registry.backups.get(arn)
        if found is None or found.region != call.region:
            raise BackupNotFound(f"Backup not found: {arn}")
        return found

    def list_backups(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html"""
        check_input("dynamodb", call.operation, parameters)
        found = [each for each in self._listed(call, parameters)]
        limit = min(parameters.get("Limit", MAX_LISTED), MAX_LISTED)
        shown: dict[str, Any] = {"BackupSummaries": [each.summary() for each in found[:limit]]}
        if len(found) > limit:
            shown["LastEvaluatedBackupArn"] = found[limit - 1].arn
        return shown

    def _listed(self, call: Call, parameters: Parameters) -> list[TableBackup]:
        kind = parameters.get("BackupType", "ALL")
        name = table_name(parameters["TableName"]) if "TableName" in parameters else None
        low = parameters.get("TimeRangeLowerBound", 0)
        high = parameters.get("TimeRangeUpperBound", float("inf"))
        found = [
            each
            for each in self._registry.backups.values()
            if each.region == call.region
            and kind in ("ALL", each.kind)
            and name in (None, each.table["TableName"])
            and low <= each.created < high
        ]
        after = parameters.get("ExclusiveStartBackupArn")
        arns = [each.arn for each in found]
        return found[arns.index(after) + 1 :] if after in arns else found
