"""Whoever has the rights that `orderlab doctor` prints, and no others, can do the whole course.

The local cloud stands in the account's place and enforces the policy of a user with keys of its
own. https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.base import NotHere
from orderlab.doctor.least_policy import policy
from orderlab.errors import LearnerError
from orderlab.exercises import registry
from orderlab.exercises.engine.attempt import Attempt
from orderlab.exercises.engine.exercise import Workspace
from orderlab.orders import architecture
from orderlab.progress import Progress
from orderlab.teardown.teardown import teardown
from tests.cloud import every_kind
from tests.cloud.account_kit import account
from tests.cloud.every_kind import TRUST


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


class Learner:
    """A user with the printed policy alone; `denied` says which calls were refused to it."""

    def __init__(self, endpoint: str, name: str, chapter: int = 1) -> None:
        self.root = account(endpoint, learner=name)
        self.denied: list[str] = []
        iam = self.root.unmarked("iam")
        iam.create_user(UserName=name)
        document = json.dumps(policy(self.root))
        made = iam.create_policy(PolicyName=f"least-{name}", PolicyDocument=document)["Policy"]
        iam.attach_user_policy(UserName=name, PolicyArn=made["Arn"])
        keys = iam.create_access_key(UserName=name)["AccessKey"]
        self.target = account(
            endpoint,
            learner=name,
            chapter=chapter,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
        )
        self._watch(self.target, f":user/{name} ")

    def _watch(self, target: AccountTarget, who: str) -> None:
        make = target._make

        def watched(*service: Any, **how: Any) -> Any:
            client = make(*service, **how)
            client.meta.events.register("after-call", note)
            return client

        def note(parsed: Any, **_: Any) -> None:
            told = parsed.get("Error", {}).get("Message", "") if isinstance(parsed, dict) else ""
            if who in told and "not authorized" in told:
                self.denied.append(told)

        target._make = watched  # type: ignore[method-assign]

    def tears_down(self) -> bool:
        """Whether everything of the learner's is gone, as the learner itself sees it."""
        client, marks = self.target.unmarked, self.target.marks
        torn = teardown(client, marks, agree=lambda _: True, say=lambda _: None)
        assert torn.proven, str(torn)
        return bool(torn.found)


def test_all_chapters_are_built_and_taken_away(endpoint: str) -> None:
    learner = Learner(endpoint, "builds")
    learner.target.prepare()
    for chapter in architecture.CHAPTERS:
        if chapter:
            architecture.build(learner.target, chapter=chapter)
    assert learner.tears_down()
    assert learner.denied == []


def test_one_of_each_kind_is_made_and_taken_away(endpoint: str) -> None:
    learner = Learner(endpoint, "kinds")
    every_kind.make(learner.target)
    assert learner.tears_down()
    assert learner.denied == []


@pytest.mark.timeout(500)
@pytest.mark.parametrize("chapter", [1, 2, 3, 4, 5, 6, 7])
def test_the_exercises_of_a_chapter_are_solved(endpoint: str, chapter: int, tmp_path: Path) -> None:
    learner = Learner(endpoint, f"solves{chapter}", chapter)
    if chapter > 1:
        architecture.build(learner.target, min(chapter - 1, architecture.CHAPTERS[-1]))
    progress = Progress(tmp_path)
    for exercise in registry.exercises(chapter):
        # what needs the local cloud's window is left out, as in an account
        with contextlib.suppress(NotHere, LearnerError):
            attempt = Attempt(exercise, Workspace(learner.target), progress)
            attempt.catch_up()
            attempt.check()
    assert learner.tears_down()
    assert learner.denied == []


def test_what_others_have_is_out_of_reach(endpoint: str) -> None:
    learner = Learner(endpoint, "narrow")
    learner.target.prepare()
    client = learner.target.unmarked
    theirs = learner.root.unmarked("sqs").create_queue(QueueName="theirs")["QueueUrl"]
    boundary = learner.target.boundary.arn
    everything = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
        }
    )
    role = {"RoleName": "orderlab-narrow-r", "AssumeRolePolicyDocument": TRUST}
    for service, call, how in (
        ("sqs", "delete_queue", {"QueueUrl": theirs}),
        ("sqs", "create_queue", {"QueueName": "orderlab-narrower"}),
        ("iam", "create_user", {"UserName": "another"}),
        ("iam", "create_role", role),
        ("iam", "create_role", {**role, "Path": "/orderlab/narrow/"}),
        ("iam", "create_role", {**role, "PermissionsBoundary": boundary}),
        ("iam", "create_policy_version", {"PolicyArn": boundary, "PolicyDocument": everything}),
        ("iam", "put_user_policy",
         {"UserName": "narrow", "PolicyName": "p", "PolicyDocument": everything}),
    ):  # fmt: skip
        with pytest.raises(ClientError, match="not authorized"):
            getattr(client(service), call)(**how)
