"""Who a resource policy keeps out, as it reads.

A check tries a door by sending somebody else through it. On AWS, whoever gets in is let in by the
policy. Some servers of others' ask no policy at all: there everybody gets in, and only reading
tells a narrow policy from a wide one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

_PATTERNS = ("ArnLike", "ArnEquals", "StringLike")
_EXACT = ("StringEquals",)


def keeps_out(statements: Iterable[Mapping[str, Any]], service: str, source_arn: str) -> bool:
    """Whether no statement lets `service` (`sns.amazonaws.com`) in on behalf of the source.

    A condition that can't be read here counts as one that lets in: a check then keeps to what it
    saw.
    """
    return not any(
        _is_for(each, service) and not _conditions_keep_out(each, source_arn)
        for each in statements
        if each.get("Effect") == "Allow"
    )


def _is_for(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping):
        return principal == "*"
    named = [*_listed(principal.get("Service", ())), *_listed(principal.get("AWS", ()))]
    return service in named or "*" in named


def _conditions_keep_out(statement: Mapping[str, Any], source_arn: str) -> bool:
    """Whether a condition on the source's ARN names only others."""
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, values in keys.items():
            if key.lower() != "aws:sourcearn":
                continue
            wanted = _listed(values)
            if operator in _EXACT and source_arn not in wanted:
                return True
            if operator in _PATTERNS and not any(fnmatchcase(source_arn, each) for each in wanted):
                return True
    return False


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
