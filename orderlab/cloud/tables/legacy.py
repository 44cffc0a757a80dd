"""The parameters that expressions replaced in 2014; refused rather than half understood."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import NotDoneYet

LEGACY = frozenset(
    {
        "AttributesToGet",
        "AttributeUpdates",
        "ConditionalOperator",
        "Expected",
        "KeyConditions",
        "QueryFilter",
        "ScanFilter",
    }
)


def refuse_legacy(parameters: dict[str, Any]) -> None:
    for name in parameters.keys() & LEGACY:
        raise NotDoneYet(f"the legacy parameter {name} (DynamoDB's expressions replace it)")
