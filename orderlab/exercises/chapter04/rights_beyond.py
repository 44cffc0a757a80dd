"""What a role may do beyond its task, as its policies say: found by asking for what they name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from orderlab.exercises.chapter01.policies import allows, listed

# asked for whatever the policies name, since a pattern such as sqs:* names none of them
_USUAL = (
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:PurgeQueue",
    "sqs:SetQueueAttributes",
    "sqs:GetQueueAttributes",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:Scan",
    "dynamodb:Query",
    "sns:Publish",
    "lambda:InvokeFunction",
    "s3:GetObject",
)
# a name that a pattern such as orders* matches too
_MORE = "-probe"

Right = tuple[str, str]


def beyond(
    statements: list[dict[str, Any]], wanted: Collection[Right], *, harmless: Collection[str] = ()
) -> list[str]:
    """The rights that the statements give beyond `wanted`, a few words each.

    `harmless` holds actions, or services with a colon behind, that nobody minds.
    """
    meant = {(action.lower(), resource) for action, resource in wanted}
    found: list[str] = []
    for action in _actions(statements):
        service = action.partition(":")[0]
        if action.lower() in _lower(harmless) or f"{service}:" in harmless:
            continue
        for resource in _resources(statements, service, [each for _, each in wanted]):
            if (action.lower(), resource) not in meant and allows(statements, action, resource):
                found.append(f"{action} on {_short(resource)}")
                break
    return found


def _lower(words: Collection[str]) -> set[str]:
    return {each.lower() for each in words}


def _actions(statements: list[dict[str, Any]]) -> list[str]:
    """The usual actions, and those that the statements spell out."""
    found = {each.lower(): each for each in _USUAL}
    for statement in statements:
        for each in listed(statement.get("Action", [])):
            if "*" not in each and "?" not in each:
                found.setdefault(each.lower(), each)
    return list(found.values())


def _resources(
    statements: list[dict[str, Any]], service: str, wanted: list[str]
) -> dict[str, None]:
    """ARNs of a service: the wanted ones, their neighbours, and those that are named."""
    known = dict.fromkeys(each for each in wanted if each.split(":")[2] == service)
    for each in list(known):
        known[each + _MORE] = None
    for statement in statements:
        for pattern in listed(statement.get("Resource", [])):
            parts = pattern.split(":")
            if pattern == "*" or (len(parts) > 2 and parts[2] in (service, "*")):
                known[_made(pattern, service)] = None
    return known


def _made(pattern: str, service: str) -> str:
    """An ARN that a pattern matches."""
    if pattern == "*":
        return f"arn:aws:{service}:us-east-1:123456789012:probe"
    return pattern.replace("*", _MORE.strip("-")).replace("?", "x")


def _short(resource: str) -> str:
    name = ":".join(resource.split(":")[5:]) or resource
    if name.endswith(_MORE):
        return f"whatever begins with {name.removesuffix(_MORE)}"
    return "anything" if name == "probe" else name
