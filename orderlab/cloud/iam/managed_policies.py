"""The policies that AWS manages, each loaded when it is first asked for.

moto ships the documents of all of them as one text of several megabytes. Parsing it whole costs
more memory than the rest of IAM, so one policy is cut out of the text at a time.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

PREFIX = "arn:aws:iam::aws:policy/"


@lru_cache(maxsize=256)
def managed_policy(arn: str) -> tuple[str, dict[str, Any]] | None:
    """Name and description of an AWS-managed policy; None if AWS has none of that ARN."""
    if not arn.startswith(PREFIX):
        return None
    path, _, name = arn.removeprefix(PREFIX).rpartition("/")
    description = _description(name)
    expected = f"/{path}/" if path else "/"
    if description is None or description.get("Path", "/") != expected:
        return None
    return name, description


def _description(name: str) -> dict[str, Any] | None:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    # names of policies, and nothing else, stand one space from the margin
    key = f"\n {json.dumps(name)}:"
    at = aws_managed_policies_data.find(key)
    if at < 0 or not name:
        return None
    found, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, at + len(key))
    return dict(found)


def all_managed_policies() -> dict[str, dict[str, Any]]:
    """Every policy that AWS manages, by name."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return dict(json.loads(aws_managed_policies_data))
