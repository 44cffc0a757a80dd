"""A learner's folder of a test's own, and what is done to the clouds of its sessions."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from orderlab import session
from orderlab.lab import Lab


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The process is as before afterwards."""
    before = dict(os.environ)
    monkeypatch.setenv("ORDERLAB_HOME", str(tmp_path))
    yield tmp_path
    if session._current is not None:
        session._current.finish(quiet=True)
    session._current = None
    boto3.DEFAULT_SESSION = None
    os.environ.clear()
    os.environ.update(before)


def start(chapter: int = 0, **how: Any) -> Lab:
    return session.start(chapter, quiet=True, **how)


def kill_the_cloud(lab: Lab) -> None:
    """As when the machine runs out of memory."""
    process = psutil.Process(lab.target.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def took(began: float) -> float:
    return time.monotonic() - began
