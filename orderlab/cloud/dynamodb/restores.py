"""Tables made anew from a backup, or from what a table was at some second.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb.background import (
    PORTION,
    PORTION_BYTES,
    VISIBLE_SECONDS,
    BackgroundWork,
)
from orderlab.cloud.dynamodb.backups import Backups
from orderlab.cloud.dynamodb.describing import describe
from orderlab.cloud.dynamodb.errors import (
    InvalidRestoreTime,
    RecoveryUnavailable,
    TableAlreadyExists,
)
from orderlab.cloud.dynamodb.history import History, Items, undone
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.restored_settings import restored_settings
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.table_names import ARN, invalid_arn, table_name
from orderlab.cloud.telemetry.long_work import LongWork

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord


class Restores:
    """RestoreTableFromBackup and RestoreTableToPointInTime.

    What a restored table does not have, as on AWS: stream, time to live, tags, point-in-time
    recovery, policies, protection against deletion.
    """

    def __init__(
        self,
        registry: TableRegistry,
        clock: Clock,
        backups: Backups,
        work: BackgroundWork,
        long_work: LongWork,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._backups = backups
        self._work = work
        self._long_work = long_work
        self.operations: dict[str, Handler] = {
            "RestoreTableFromBackup": self.restore_table_from_backup,
            "RestoreTableToPointInTime": self.restore_table_to_point_in_time,
        }

    def restore_table_from_backup(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html"""
        check_input("dynamodb", call.operation, parameters)
        backup = self._backups.existing(call, parameters)
        record = self._make(call, parameters, backup.table)
        record.restore_summary = {
            "SourceBackupArn": backup.arn,
            "SourceTableArn": backup.table["TableArn"],
            "RestoreDateTime": backup.created,
            "RestoreInProgress": True,
        }
        return self._begin(record, dict(backup.items))

    def restore_table_to_point_in_time(
        self, call: Call, parameters: Parameters
    ) -> Awaitable[Result]:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html"""
        check_input("dynamodb", call.operation, parameters)
        source = self._registry.backed_up(call.region, _source(call, parameters))
        history = source.history
        if history is None:
            raise RecoveryUnavailable(
                f"Point in time recovery is not enabled for table '{source.name}'"
            )
        second = _second(history, parameters)
        record = self._make(call, parameters, describe(source))
        record.restore_summary = {
            "SourceTableArn": source.table_arn,
            "RestoreDateTime": second,
            "RestoreInProgress": True,
        }
        items, changes = source.table.rows.copy(), history.since(second)
        return self._begin_later(record, self._long_work.run(undone, items, changes))

    async def _begin_later(self, record: TableRecord, items: Awaitable[Items]) -> Result:
        return self._begin(record, await items)

    # --- the new table ---

    def _make(self, call: Call, parameters: Parameters, described: dict[str, Any]) -> TableRecord:
        """An empty table with the settings of another one. Raises TableAlreadyExistsException."""
        target = table_name(parameters["TargetTableName"])
        backend = self._registry.backend(call.region)
        settings = restored_settings(described, parameters)
        if target in backend.tables:
            raise TableAlreadyExists(f"Table already exists: {target}")
        record: TableRecord = backend.create_table(target, **settings)
        record.creating = True
        record.on_demand = parameters.get("OnDemandThroughputOverride")
        record.apply_throughput()
        return record

    def _begin(self, record: TableRecord, items: Items) -> Result:
        self._work.start(self._fill(record, items), f"restore {record.name}")
        return {"TableDescription": describe(record)}

    async def _fill(self, record: TableRecord, items: Items) -> None:
        await self._clock.pause(VISIBLE_SECONDS)
        number, size = 0, 0
        for key, stored in items.items():
            _add(record, key, stored)
            number, size = number + 1, size + stored.size
            if number == PORTION or size > PORTION_BYTES:
                number, size = 0, 0
                await asyncio.sleep(0)
        record.restore_summary = {**(record.restore_summary or {}), "RestoreInProgress": False}
        record.creating = False


def _add(record: TableRecord, key: Key, stored: Stored) -> None:
    table = record.table
    partition = key[: 1 + len(table.schema.keys.partition)]
    table.apply(table.change(key, stored, stored.item(), partition))


def _source(call: Call, parameters: Parameters) -> str:
    """The name of the table that a call restores."""
    arn, name = parameters.get("SourceTableArn"), parameters.get("SourceTableName")
    if (arn is None) == (name is None):
        raise ValidationException(
            "One and only one of SourceTableName and SourceTableArn must be specified"
        )
    if arn is None:
        return table_name(name)
    parts = ARN.fullmatch(arn)
    if parts is None or parts["region"] != call.region:
        raise invalid_arn(arn)
    return parts["name"]


def _second(history: History, parameters: Parameters) -> float:
    """The second that is asked for; InvalidRestoreTimeException if it cannot be restored."""
    latest, moment = parameters.get("UseLatestRestorableTime"), parameters.get("RestoreDateTime")
    if bool(latest) == (moment is not None):
        raise ValidationException(
            "One and only one of RestoreDateTime and UseLatestRestorableTime must be specified"
        )
    if moment is None:
        return history.latest
    second = float(int(float(moment)))
    if not history.earliest <= second <= history.latest:
        raise InvalidRestoreTime(
            "An invalid restore time was specified. RestoreDateTime must be between "
            "EarliestRestorableDateTime and LatestRestorableDateTime."
        )
    return second
