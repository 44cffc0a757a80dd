"""The policies that AWS manages, each loaded when it is first asked for.

moto ships the documents of all of them as one text of several megabytes. Parsing it whole costs
more memory than the rest of IAM, so one policy is cut out of the text at a time.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

PREFIX = "arn:aws:iam::aws:policy/"
# names of policies, and nothing else, stand one space from the margin; their members two
_NAME_OR_PATH = re.compile(r'\n "(?P<name>[^"]+)": ?(?=\{)|\n  "Path": ?"(?P<path>[^"]*)"')


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


@lru_cache(maxsize=1)
def paths() -> dict[str, str]:
    """Every policy that AWS manages, by name, with its path."""
    return {name: place.path for name, place in _places().items()}


def described(name: str) -> dict[str, Any]:
    """The description of a policy that is in `paths`."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    at = _places()[name].at
    return dict(json.JSONDecoder().raw_decode(aws_managed_policies_data, at)[0])


class _Place(NamedTuple):
    path: str
    at: int


@lru_cache(maxsize=1)
def _places() -> dict[str, _Place]:
    """Where each policy stands in the text, by name."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    found: dict[str, _Place] = {}
    name = ""
    for line in _NAME_OR_PATH.finditer(aws_managed_policies_data):
        if line["name"] is not None:
            name = line["name"]
            found[name] = _Place("/", line.end())
        elif name:
            found[name] = found[name]._replace(path=line["path"])
    return found
