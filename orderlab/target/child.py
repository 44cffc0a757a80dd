"""`python -m orderlab.cloud` as a child that cannot outlive us."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from orderlab.errors import LabError, LearnerError
from orderlab.target.session import closed_session

STOP_SECONDS = 10


class CloudProcess:
    """One running cloud. It ends when its standard input closes, so it ends with this process."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orderlab.cloud"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**_own_environment(), "ORDERLAB_CLOUD": json.dumps(dict(settings))},
        )
        atexit.register(self.stop)
        try:
            # both take most of a second: boto3 is loaded here while the cloud starts there
            closed_session()
            self.ready = self._first_line()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def _first_line(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise LabError("The local cloud ended while it started; its messages are above.")
        ready: dict[str, Any] = json.loads(line)
        if "error" in ready:
            raise LearnerError(ready["error"])
        return ready

    def stop(self) -> None:
        """Close its input, wait, and kill it if it does not go. A second call does nothing."""
        atexit.unregister(self.stop)
        process = self._process
        assert process.stdin and process.stdout
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _own_environment() -> dict[str, str]:
    """Ours without the user's AWS settings: a profile or endpoint of theirs must not leak in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}
