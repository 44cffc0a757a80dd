"""The policies that decide about calls of an API: its own, and those of authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from orderlab.cloud.patterns.wildcards import Wildcard, parts_of


@lru_cache(maxsize=256)
def invoke_policy(policy: str, api_arn: str) -> str:
    """An API's policy with the short form `execute-api:/stage/...` written out."""
    api = api_arn.rpartition("/")[0]
    return policy.replace('"execute-api:/', f'"{api}/')


def has_conditions(policy: str) -> bool:
    """Whether a policy depends on more than who calls what. Raises ValueError if it is not JSON."""
    document = json.loads(policy)
    if not isinstance(document, dict):
        raise ValueError("a policy is a JSON object")
    return any("Condition" in statement for statement in _listed(document.get("Statement")))


class PolicyUnreadable(ValueError):
    """An authorizer's policy that does not have the form of a policy."""


def decide(policy: Any, arn: str) -> str:
    """`allow`, `deny` or `nothing`: what an authorizer's policy says about a call."""
    if not isinstance(policy, Mapping) or not policy.get("Statement"):
        raise PolicyUnreadable("policyDocument has no Statement")
    verdict = "nothing"
    for statement in _listed(policy["Statement"]):
        if not isinstance(statement, Mapping) or "Condition" in statement:
            raise PolicyUnreadable("statements with conditions are not evaluated here")
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise PolicyUnreadable("Effect must be Allow or Deny")
        if _fits(statement.get("Action"), "execute-api:Invoke", ignore_case=True) and _fits(
            statement.get("Resource"), arn
        ):
            if statement["Effect"] == "Deny":
                return "deny"
            verdict = "allow"
    return verdict


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fits(patterns: Any, value: str, *, ignore_case: bool = False) -> bool:
    return any(
        isinstance(pattern, str) and _compiled(pattern, ignore_case).matches(value)
        for pattern in _listed(patterns)
    )


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> Wildcard:
    return Wildcard(parts_of(pattern), ignore_case=ignore_case)
