"""Who may do what while the course is taken through an account.

The learner is a user with the policy that `orderlab doctor --target aws` prints. A server that asks
for more than AWS does, or names a resource otherwise, is given that besides, and the page says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.account import AccountTarget
from orderlab.doctor.least_policy import policy

_LOOK_SECONDS = 0.5
_GRANTED = "asked-by-the-stand-in"


@dataclass(frozen=True)
class Rights:
    """What a server asks for otherwise than AWS: statements `besides` the printed policy, and by
    an action of AWS's the one that the server has `instead`."""

    besides: Callable[[AccountTarget], list[dict[str, Any]]] = lambda _: []
    instead: Mapping[str, str] = field(default_factory=dict)


def learner_keys(root: AccountTarget, besides: Sequence[dict[str, Any]]) -> dict[str, str]:
    """A new user named after the learner: the variables of its keys."""
    iam, name = root.unmarked("iam"), root.marks.learner
    iam.create_user(UserName=name)
    printed = policy(root)
    statements = [*printed["Statement"], *besides]
    for number, statement in enumerate(statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        made = iam.create_policy(PolicyName=f"course-{number}", PolicyDocument=document)
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@contextmanager
def granting(root: AccountTarget, more: dict[str, str]) -> Iterator[None]:
    """Give each role of the learner's that may do one thing what the server asks for in its place.

    `more` is by AWS's action: `sns:Publish` is all that AWS asks for a batch, too.
    """
    done = threading.Event()

    def watch() -> None:
        granted: set[tuple[str, str]] = set()
        while more and not done.wait(_LOOK_SECONDS):
            try:
                _grant(root, more, granted)
            except ClientError:
                continue  # a role went while it was read

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _grant(root: AccountTarget, more: dict[str, str], granted: set[tuple[str, str]]) -> None:
    iam = root.unmarked("iam")
    roles = iam.list_roles(PathPrefix=root.marks.role_path)["Roles"]
    for role in roles:
        name = role["RoleName"]
        if (name, role["RoleId"]) in granted:
            continue
        wanted = [
            {**each, "Action": more[action]}
            for each in _statements(iam, name)
            for action in _texts(each["Action"])
            if action in more
        ]
        if wanted:
            document = json.dumps({"Version": "2012-10-17", "Statement": wanted})
            iam.put_role_policy(RoleName=name, PolicyName=_GRANTED, PolicyDocument=document)
            granted.add((name, role["RoleId"]))


def _statements(iam: Any, role: str) -> Iterator[dict[str, Any]]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        found = document["Statement"]
        yield from found if isinstance(found, list) else [found]


def _texts(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)
