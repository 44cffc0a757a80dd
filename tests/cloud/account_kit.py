"""A local cloud in the place of an account; nothing here can reach a real one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.loopback import is_loopback

ROOT = Path(__file__).parents[2]
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}

# builds a chapter and dies, as a machine does, once so many answers have come
BUILD = """
import os, signal, sys
from orderlab.orders import architecture
from tests.cloud.account_kit import account
answers = 0
def count(**_):
    global answers
    answers += 1
    if answers == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
target = account(sys.argv[1], chapter=int(sys.argv[2]), learner="anna")
make = target._make
def counted(*service, **how):
    client = make(*service, **how)
    client.meta.events.register("after-call", count)
    return client
target._make = counted
architecture.build(target, chapter=int(sys.argv[2]))
print(answers)
"""


def account(endpoint: str, *, learner: str = "anna", chapter: int = 4) -> AccountTarget:
    assert is_loopback(endpoint)
    return AccountTarget(learner=learner, chapter=chapter, endpoint=endpoint, **KEYS)


def build_until(endpoint: str, chapter: int, answers: int) -> int:
    """Build in another process, which is killed after so many answers; 0 lets it finish.

    Returns how many answers there were if it finished, else 0.
    """
    done = run(BUILD, endpoint, str(chapter), str(answers))
    if answers and done.returncode == -signal.SIGKILL:
        return 0
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own."""
    kept: dict[str, Any] = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True, text=True, cwd=ROOT, env=kept, timeout=120,
    )  # fmt: skip
