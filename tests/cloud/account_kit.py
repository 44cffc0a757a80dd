"""A local cloud in the place of an account; nothing here can reach a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.costly import COSTLY
from orderlab.aws_target.loopback import is_loopback

ROOT = Path(__file__).parents[2]
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


def account(
    endpoint: str,
    *,
    learner: str = "anna",
    chapter: int = 4,
    allow: Collection[str] = tuple(COSTLY),
    **keys: str,
) -> AccountTarget:
    assert is_loopback(endpoint)
    used: dict[str, Any] = {**KEYS, **keys}
    return AccountTarget(learner=learner, chapter=chapter, endpoint=endpoint, allow=allow, **used)


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own."""
    kept: dict[str, Any] = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True, text=True, cwd=ROOT, env=kept, timeout=120,
    )  # fmt: skip
