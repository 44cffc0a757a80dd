"""`allOf`, `anyOf`, `oneOf` and `not`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.schemas.run import Measured, Run, Schema, SchemaCheck

Inner = Callable[[Schema], Measured]


def _fitting(run: Run, checks: list[SchemaCheck], value: Any) -> int:
    return sum(run.fits(each, value) for each in checks)


def all_of(schemas: list[Schema], inner: Inner) -> SchemaCheck:
    """`allOf`: the value must fit every schema."""
    checks = [inner(each)[0] for each in schemas]

    def check(value: Any, run: Run) -> None:
        if not all(run.fits(each, value) for each in checks):
            run.fail(
                lambda: (
                    "instance failed to match all required schemas "
                    f"(matched only {_fitting(run, checks, value)} out of {len(checks)})"
                )
            )

    return check


def any_of(schemas: list[Schema], inner: Inner) -> SchemaCheck:
    """`anyOf`: the value must fit at least one schema."""
    checks = [inner(each)[0] for each in schemas]

    def check(value: Any, run: Run) -> None:
        if not any(run.fits(each, value) for each in checks):
            run.fail(
                lambda: f"instance failed to match at least one required schema among {len(checks)}"
            )

    return check


def one_of(schemas: list[Schema], inner: Inner) -> SchemaCheck:
    """`oneOf`: the value must fit exactly one schema."""
    checks = [inner(each)[0] for each in schemas]

    def check(value: Any, run: Run) -> None:
        matched = _fitting(run, checks, value)
        if matched != 1:
            run.fail(
                lambda: (
                    "instance failed to match exactly one schema "
                    f"(matched {matched} out of {len(checks)})"
                )
            )

    return check


def none_of(schema: Schema, inner: Inner) -> SchemaCheck:
    """`not`: the value must not fit the schema."""
    refused, _ = inner(schema)

    def check(value: Any, run: Run) -> None:
        if run.fits(refused, value):
            run.fail(lambda: "instance matched a schema which it should not have")

    return check


COMBINATIONS: dict[str, Callable[[Any, Inner], SchemaCheck]] = {
    "allOf": all_of,
    "anyOf": any_of,
    "oneOf": one_of,
    "not": none_of,
}
