"""Point-in-time recovery, switched on and off.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb.history import History
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

MOST_DAYS = 35


class ContinuousBackups:
    """UpdateContinuousBackups and DescribeContinuousBackups."""

    def __init__(self, registry: TableRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.operations: dict[str, Handler] = {
            "UpdateContinuousBackups": self.update_continuous_backups,
            "DescribeContinuousBackups": self.describe_continuous_backups,
        }

    def update_continuous_backups(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html"""
        check_input("dynamodb", call.operation, parameters)
        wanted = parameters["PointInTimeRecoverySpecification"]
        days = wanted.get("RecoveryPeriodInDays")
        record = self._registry.backed_up(call.region, parameters["TableName"])
        if not wanted["PointInTimeRecoveryEnabled"]:
            if days is not None:
                raise ValidationException(
                    "RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is "
                    "true"
                )
            record.keep_history(None)
        elif record.history is None:
            record.keep_history(History(self._clock, days or MOST_DAYS))
        elif days is not None:
            record.history.days = days
        return described(record)

    def describe_continuous_backups(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html"""
        check_input("dynamodb", call.operation, parameters)
        return described(self._registry.backed_up(call.region, parameters["TableName"]))


def described(record: TableRecord) -> dict[str, Any]:
    """The API's answer about a table's continuous backups."""
    history = record.history
    recovery: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if history is not None:
        recovery = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": history.days,
            "EarliestRestorableDateTime": history.earliest,
            "LatestRestorableDateTime": history.latest,
        }
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
    }
