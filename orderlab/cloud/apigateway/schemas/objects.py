"""The keywords about objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.schemas.run import Measured, Run, Schema, SchemaCheck, names, shown
from orderlab.cloud.patterns.expressions import expression

_KEYWORDS = ("properties", "patternProperties", "additionalProperties", "required", "dependencies")


def object_check(schema: Schema, inner: Callable[[Schema], Measured]) -> SchemaCheck | None:
    """All keywords about an object's members; `inner` compiles the schemas inside."""
    if not any(keyword in schema for keyword in _KEYWORDS):
        return None
    dependencies = (schema.get("dependencies") or {}).items()
    found = [_required(schema.get("required") or []), _properties(schema, inner)]
    found += [_dependency(name, needed, inner) for name, needed in dependencies]
    checks = [check for check in found if check is not None]

    def check(value: Any, run: Run) -> None:
        if isinstance(value, dict):
            for each in checks:
                each(value, run)

    return check


def _required(wanted: list[str]) -> SchemaCheck | None:
    if not wanted:
        return None
    needed = frozenset(wanted)

    def check(value: Any, run: Run) -> None:
        if not needed <= value.keys():
            run.budget.spend(len(needed))
            missing = [name for name in wanted if name not in value]
            run.fail(lambda: f"object has missing required properties ({names(missing)})")

    return check


def _properties(schema: Schema, inner: Callable[[Schema], Measured]) -> SchemaCheck | None:
    known = {name: inner(each)[0] for name, each in (schema.get("properties") or {}).items()}
    patterns = [
        (expression(pattern).occurs_in, *inner(each))
        for pattern, each in (schema.get("patternProperties") or {}).items()
    ]
    additional = schema.get("additionalProperties", True)
    other, cost = inner(additional) if isinstance(additional, dict) else (None, 0)
    cost += 1 + sum(each for _, _, each in patterns) + len(patterns)
    if not patterns and additional is True:
        return _known_only(known)

    def check(value: Any, run: Run) -> None:
        extra: list[str] = []
        run.budget.spend(cost * len(value))
        for name, each in value.items():
            found = [known[name]] if name in known else []
            found += [below for occurs_in, below, _ in patterns if occurs_in(name)]
            if not found and other is not None:
                found = [other]
            if not found and additional is False:
                extra.append(name)
            for below in found:
                below(each, run)
        if extra:
            run.fail(
                lambda: (
                    "object instance has properties which are not allowed by the schema: "
                    f"{names(extra)}"
                )
            )

    return check


def _known_only(known: dict[str, SchemaCheck]) -> SchemaCheck | None:
    if not known:
        return None
    places = list(known.items())

    def check(value: Any, run: Run) -> None:
        for name, below in places:
            if name in value:
                below(value[name], run)

    return check


def _dependency(name: str, needed: Any, inner: Callable[[Schema], Measured]) -> SchemaCheck:
    if isinstance(needed, dict):
        whole, _ = inner(needed)

        def check_whole(value: Any, run: Run) -> None:
            if name in value:
                whole(value, run)

        return check_whole

    def check(value: Any, run: Run) -> None:
        missing = [each for each in needed if each not in value] if name in value else []
        if missing:
            run.fail(
                lambda: (
                    f"property {shown(name)} of object has missing property dependencies "
                    f"(schema requires {names(needed)}; missing: {names(missing)})"
                )
            )

    return check
