"""IAM: what functions and caches do besides being called, read from what their roles allow.

A policy that names a resource says what the function means to use. A policy for `*` says nothing;
then a resource that the function's own variables name counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from orderlab.drawing.discovery.inventory import Inventory
from orderlab.drawing.graph import Node

# The kind of edge that an action makes; the first that is allowed names the edge.
USES = {
    "table": (
        ("writes", ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate")),
        ("reads", ("GetItem", "Query", "Scan", "BatchGetItem")),
    ),
    "topic": (("publishes", ("Publish", "PublishBatch")),),
    "queue": (("sends", ("SendMessage",)),),
    "dead-letters": (("sends", ("SendMessage",)),),
    "function": (("invokes", ("InvokeFunction",)),),
    "cache": (
        ("writes", ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")),
        ("reads", ("GetItem", "Query", "Scan", "BatchGetItem")),
    ),
}
SERVICES = {
    "table": "dynamodb",
    "topic": "sns",
    "queue": "sqs",
    "dead-letters": "sqs",
    "function": "lambda",
    "cache": "dax",
}


def read_roles(
    found: Inventory, functions: Mapping[str, Mapping[str, Any]], caches: Mapping[str, str]
) -> None:
    """Connect functions with what they use, and caches with the tables that they are for.

    `caches` are the roles of caches by their ARNs. One call lists every role with its policies.
    """
    if not functions and not caches:
        return
    iam = found.target.client("iam")
    pages = iam.get_paginator("get_account_authorization_details")
    roles: dict[str, list[Any]] = {}
    managed: dict[str, Any] = {}
    for page in pages.paginate(Filter=["Role", "LocalManagedPolicy"]):
        for policy in page.get("Policies", ()):
            managed[policy["Arn"]] = next(
                (v["Document"] for v in policy["PolicyVersionList"] if v["IsDefaultVersion"]), {}
            )
        for role in page["RoleDetailList"]:
            own = [policy["PolicyDocument"] for policy in role.get("RolePolicyList", ())]
            attached = [a["PolicyArn"] for a in role.get("AttachedManagedPolicies", ())]
            roles[role["Arn"]] = [*own, *attached]

    def documents(role: str) -> list[Any]:
        return [
            managed.get(each, {}) if isinstance(each, str) else each for each in roles.get(role, ())
        ]

    for arn, configuration in functions.items():
        _connect(found, arn, configuration, documents(configuration["Role"]))
    for arn, role in caches.items():
        _connect_cache(found, arn, documents(role))


def _connect(
    found: Inventory, function: str, configuration: Mapping[str, Any], documents: Iterable[Any]
) -> None:
    statements = _allowing(documents)
    variables = configuration.get("Environment", {}).get("Variables", {}).values()
    named = re.split(r"[\s,;]+", " ".join(variables))
    failures = {t for s, t, k in found.connections() if s == function and k == "failure"}
    for node in list(found.nodes.values()):
        # leave to send to a failure destination is for Lambda itself
        if node.kind not in USES or node.arn == function or node.arn in failures:
            continue
        mentioned = _mentions(named, node, found)
        for kind in _uses(statements, node, mentioned=mentioned):
            found.connect(function, node.arn, kind)


def _connect_cache(found: Inventory, cache: str, documents: Iterable[Any]) -> None:
    """A cache is for every table that its role may reach, also where that is all of them."""
    statements = _allowing(documents)
    for node in found.of_kind("table"):
        for kind in _uses(statements, node, mentioned=True):
            found.connect(cache, node.arn, kind)


def _allowing(documents: Iterable[Any]) -> list[Any]:
    return [
        statement
        for document in documents
        for statement in _list(document.get("Statement", ()))
        if statement.get("Effect") == "Allow"
    ]


def _uses(statements: list[Any], node: Node, *, mentioned: bool) -> list[str]:
    service = SERVICES[node.kind]
    allowed = [
        action.lower()
        for statement in statements
        if _covers(_list(statement.get("Resource", ())), node.arn, mentioned=mentioned)
        for action in _list(statement.get("Action", ()))
    ]
    kinds = [
        kind
        for kind, actions in USES[node.kind]
        if any(
            fnmatchcase(f"{service}:{action}".lower(), pattern)
            for action in actions
            for pattern in allowed
        )
    ]
    # whoever writes may read as well to do so: one edge is enough
    return kinds[:1]


def _covers(resources: list[str], arn: str, *, mentioned: bool) -> bool:
    return any(
        fnmatchcase(arn, pattern)
        if not _says_nothing(pattern)
        else mentioned and fnmatchcase(arn, pattern)
        for pattern in (str(resource) for resource in resources)
    )


def _says_nothing(pattern: str) -> bool:
    """Whether a pattern names no resource: `*`, or a whole account's queues, say."""
    return re.split(r"[:/]", pattern)[-1] == "*" and "index/" not in pattern


def _mentions(named: list[str], node: Node, found: Inventory) -> bool:
    name = found.prefix + node.name
    return any(
        each in (name, node.arn)
        or each.endswith(f"/{name}")
        or found.addresses.get(each) == node.arn
        for each in named
    )


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
