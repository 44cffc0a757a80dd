"""The servers that stand in an account's place: those of the page, with who may do what watched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from benchmarks import ministack
from benchmarks.endpoints.account.rights import Rights
from benchmarks.endpoints.servers import SERVERS
from orderlab.aws_target.account import AccountTarget
from orderlab.doctor.account import ROLES


@contextmanager
def _ministack_with_rights() -> Iterator[str]:
    """ministack as its manual makes it ask IAM about each call."""
    with ministack.running(AUTH="true") as target:
        yield target.endpoint


def _besides(learner: AccountTarget) -> list[dict[str, Any]]:
    """ministack leaves a role's path out of its ARN, and asks for all alarms where one is named in
    a list."""
    if os.environ.get("WALK_ALL"):
        return [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    roles = f"arn:aws:iam::{learner.account_id}:role/{learner.marks.prefix}*"
    return [
        {"Effect": "Allow", "Action": list(ROLES), "Resource": roles},
        {"Effect": "Allow", "Action": "cloudwatch:*", "Resource": "*"},
    ]


ACCOUNTS = {
    "ministack": replace(SERVERS["ministack"], running=_ministack_with_rights),
    # moto's server does not ask who may do what
    "moto": SERVERS["moto"],
}
RIGHTS = {
    "ministack": Rights(_besides, {"sns:Publish": "sns:PublishBatch"}),
    "moto": Rights(),
}
