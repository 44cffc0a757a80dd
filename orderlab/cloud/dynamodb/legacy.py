"""The parameters that expressions replaced in 2014; refused rather than half understood."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.aws_error import NotDoneYet, ValidationException

LEGACY = (
    "AttributesToGet",
    "AttributeUpdates",
    "QueryFilter",
    "ScanFilter",
    "Expected",
    "ConditionalOperator",
    "KeyConditions",
)
_ANY = frozenset(LEGACY)
EXPRESSIONS = (
    "ProjectionExpression",
    "FilterExpression",
    "UpdateExpression",
    "ConditionExpression",
    "KeyConditionExpression",
)


def refuse_legacy(parameters: dict[str, Any]) -> None:
    """ValidationException where they are mixed with expressions; NotDoneYet where they are not."""
    if _ANY.isdisjoint(parameters):
        return
    check_not_mixed(parameters)
    found = next(name for name in LEGACY if name in parameters)
    raise NotDoneYet(f"the legacy parameter {found} (DynamoDB's expressions replace it)")


def check_not_mixed(parameters: dict[str, Any]) -> None:
    """Raise ValidationException if expressions and the older parameters are both given."""
    if _ANY.isdisjoint(parameters):
        return
    old = [name for name in LEGACY if name in parameters]
    new = [name for name in EXPRESSIONS if name in parameters]
    if old and new:
        raise ValidationException(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(old)}}} "
            f"Expression parameters: {{{', '.join(new)}}}"
        )
