"""The keywords about the items of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.schemas.run import Measured, Run, Schema, SchemaCheck


def array_check(schema: Schema, inner: Callable[[Schema], Measured]) -> SchemaCheck | None:
    """`items` and `additionalItems`; `inner` compiles the schemas inside."""
    items = schema.get("items")
    if isinstance(items, dict):
        return _each(*inner(items))
    if isinstance(items, list):
        return _by_place([inner(each)[0] for each in items], schema.get("additionalItems"), inner)
    return None


def _each(below: SchemaCheck, cost: int) -> SchemaCheck:
    def check(value: Any, run: Run) -> None:
        if isinstance(value, list):
            run.budget.spend(cost * len(value))
            for item in value:
                below(item, run)

    return check


def _by_place(
    places: list[SchemaCheck], additional: Any, inner: Callable[[Schema], Measured]
) -> SchemaCheck:
    rest, cost = inner(additional) if isinstance(additional, dict) else (None, 0)

    def check(value: Any, run: Run) -> None:
        if not isinstance(value, list):
            return
        for below, item in zip(places, value, strict=False):
            below(item, run)
        if rest is not None:
            run.budget.spend(cost * len(value))
            for item in value[len(places) :]:
                rest(item, run)
        elif additional is False and len(value) > len(places):
            run.fail(
                lambda: (
                    "array instance has too many elements "
                    f"(found {len(value)} but schema requires no more than {len(places)})"
                )
            )

    return check
