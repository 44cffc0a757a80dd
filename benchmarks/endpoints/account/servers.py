"""The servers that stand in an account's place: those of the page, with who may do what watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from benchmarks import ministack
from benchmarks.endpoints.account.rights import Rights
from benchmarks.endpoints.servers import SERVERS
from orderlab.aws_target.account import AccountTarget
from orderlab.doctor.least_policy import policy


@contextmanager
def _ministack_with_rights() -> Iterator[str]:
    """ministack as its manual makes it ask IAM about each call."""
    with ministack.running(AUTH="true") as target:
        yield target.endpoint


def _besides(learner: AccountTarget) -> list[dict[str, Any]]:
    """The actions of the printed policy, with all resources: ministack derives from many a request
    another resource than AWS does (a role's ARN without its path, none for a new function)."""
    printed = [action for each in policy(learner)["Statement"] for action in each["Action"]]
    return [{"Effect": "Allow", "Action": sorted({*printed}), "Resource": "*"}]


ACCOUNTS = {
    "ministack": replace(SERVERS["ministack"], running=_ministack_with_rights),
    # moto's server does not ask who may do what
    "moto": SERVERS["moto"],
}
RIGHTS = {
    "ministack": Rights(_besides, {"sns:Publish": "sns:PublishBatch"}),
    "moto": Rights(),
}
