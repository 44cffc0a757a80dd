"""The bystander notices what it is for."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import pytest

from tests.cloud.bystander import bystander


def test_the_bystander_is_content_with_a_cloud_that_answers(cloud: Any) -> None:
    with bystander(cloud) as seen:
        while len(seen.waits) < 5:
            time.sleep(0.01)
    assert seen.failures == []


@pytest.mark.skipif(sys.platform == "win32", reason="a process is held by a signal")
def test_the_bystander_notices_a_cloud_that_is_held(own_cloud: Any) -> None:
    with (
        own_cloud() as cloud,
        pytest.raises(AssertionError, match="waited for"),
        bystander(cloud, most_seconds=0.3),
    ):
        os.kill(cloud.pid, signal.SIGSTOP)
        time.sleep(1)
        os.kill(cloud.pid, signal.SIGCONT)


@pytest.mark.skipif(sys.platform == "win32", reason="a process is ended by a signal")
def test_the_bystander_notices_a_cloud_that_is_gone(own_cloud: Any) -> None:
    with own_cloud() as cloud, pytest.raises(AssertionError, match="refused"), bystander(cloud):
        os.kill(cloud.pid, signal.SIGKILL)
