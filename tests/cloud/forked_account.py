"""Builds and teardowns in processes of their own, forked from one that has loaded their code.

Each is a process that can be killed, and knows of the others only what the account tells. A start
of Python takes longer than the build of a chapter does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.cloud.account_kit import ROOT, account

LOADED = ("lambda", "sqs", "sns", "dynamodb", "apigateway", "iam", "logs", "cloudwatch", "events",
          "scheduler", "pipes", "schemas", "dax", "s3", "sts")  # fmt: skip


class Forks:
    """`with Forks() as forks: forks.run("build", endpoint, "anna", 4, 17)`; the exit status, below
    0 the number of a signal."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cloud.forked_account"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        )  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, task: str, *arguments: Any) -> int:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([task, *arguments]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def build(endpoint: str, learner: str, chapter: int, answers: int) -> None:
    """Build a chapter and die, as a machine does, once so many answers have come."""
    from orderlab.orders import architecture

    target = account(endpoint, chapter=chapter, learner=learner)
    come = 0

    def count(**_: Any) -> None:
        nonlocal come
        come += 1
        if come == answers:
            os.kill(os.getpid(), signal.SIGKILL)

    make = target._make

    def counted(*service: Any, **how: Any) -> Any:
        client = make(*service, **how)
        client.meta.events.register("after-call", count)
        return client

    target._make = counted  # type: ignore[method-assign]
    architecture.build(target, chapter=chapter)


def tear_down(endpoint: str, learner: str) -> None:
    from orderlab.teardown.teardown import teardown

    target = account(endpoint, learner=learner)
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert not torn.left, str(torn)


TASKS: dict[str, Callable[..., object]] = {"build": build, "teardown": tear_down}


def _serve() -> None:
    from orderlab.orders import architecture  # noqa: F401
    from orderlab.teardown import teardown  # noqa: F401

    session = _shared_session()
    for service in LOADED:  # the descriptions of the services are read once
        session.client(service, endpoint_url="http://127.0.0.1:9")
    for line in sys.stdin:
        task, *arguments = json.loads(line)
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            os._exit(_done(task, arguments))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _done(task: str, arguments: list[Any]) -> int:
    try:
        TASKS[task](*arguments)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _shared_session() -> Any:
    """The session that every account of a fork works with."""
    import boto3

    from tests.cloud.account_kit import KEYS

    keys: dict[str, Any] = dict(KEYS)
    session = boto3.Session(**keys)
    # forks have its descriptions in memory
    boto3.Session = lambda **_: session  # type: ignore[assignment, misc]
    return session


if __name__ == "__main__":
    _serve()
