"""A policy document, read once into statements that are quick to ask.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from orderlab.cloud.iam.conditions import Condition, read_conditions
from orderlab.cloud.iam.patterns import PatternSet


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement of a resource policy is about: kind (AWS, Service ...) and names."""

    names: tuple[tuple[str, str], ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: what it allows or denies, on what, to whom, and when.

    `principals` is None in policies that belong to a role, user or group.
    """

    allow: bool
    actions: PatternSet
    not_actions: bool
    resources: PatternSet
    not_resources: bool
    principals: Principals | None
    conditions: tuple[Condition, ...]

    @property
    def fixed(self) -> bool:
        """Whether it says the same each time about the same caller, action and resource."""
        return not self.conditions


@dataclass(frozen=True, slots=True)
class Document:
    """All statements of a policy."""

    statements: tuple[Statement, ...]

    @property
    def denies_something(self) -> bool:
        """Whether a statement of it has the effect Deny."""
        return any(not statement.allow for statement in self.statements)


NOTHING = Document(())


def read_document(policy: str | Mapping[str, Any] | None) -> Document:
    """A policy as text or as a mapping. What cannot be read grants nothing."""
    if not policy:
        return NOTHING
    return _read(policy if isinstance(policy, str) else json.dumps(policy))


@lru_cache(maxsize=2048)
def _read(text: str) -> Document:
    try:
        return parse_document(json.loads(text))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return NOTHING


def parse_document(content: Mapping[str, Any]) -> Document:
    """As `read_document`, but raises ValueError, TypeError or KeyError if it is invalid."""
    statements = content.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    return Document(tuple(map(_statement, statements)))


def _statement(content: Mapping[str, Any]) -> Statement:
    actions = content.get("Action", content.get("NotAction", []))
    resources = content.get("Resource", content.get("NotResource"))
    return Statement(
        allow=content["Effect"] == "Allow",
        actions=PatternSet(_list(actions), ignore_case=True),
        not_actions="NotAction" in content,
        # a trust policy, and many a resource policy, names no resource: its own is meant
        resources=PatternSet(["*"] if resources is None else _list(resources)),
        not_resources="NotResource" in content,
        principals=_principals(content),
        conditions=read_conditions(content.get("Condition") or {}),
    )


def _principals(content: Mapping[str, Any]) -> Principals | None:
    negated = "NotPrincipal" in content
    block = content.get("NotPrincipal" if negated else "Principal")
    if block is None:
        return None
    if isinstance(block, str):
        block = {"AWS": block}
    names = ((kind, str(name)) for kind, found in block.items() for name in _list(found))
    return Principals(tuple(names), negated)


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
