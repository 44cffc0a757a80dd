"""`python -m orderlab.cloud` as a child that cannot outlive us, and that no interrupt reaches.

A notebook's interrupt goes to the kernel and to all processes of its group: the child leaves that
group, so that the interrupt stops the cell and not the cloud. It still ends with us, since the pipe
to it closes when we go, however we go.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any, Protocol

from orderlab.aws_target.session import closed_session
from orderlab.cloud.process_identity import identity
from orderlab.errors import LabError, LearnerError

STOP_SECONDS = 10.0
# Jupyter waits two and a half seconds for a kernel that is to end, and ends it then.
STOP_SECONDS_OF_A_KERNEL = 1.5
# The variable that tells, from outside, whose cloud a process is.
PARENT = "ORDERLAB_PARENT"


class Launched(Protocol):
    """A process of a cloud, as far as `CloudProcess` uses what `subprocess.Popen` gives."""

    pid: int

    @property
    def stdin(self) -> IO[bytes] | None: ...

    @property
    def stdout(self) -> IO[bytes] | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def kill(self) -> None: ...


# gets the environment variables of the new process
Launch = Callable[[Mapping[str, str]], Launched]


def launched(environment: Mapping[str, str]) -> Launched:
    """A cloud's process with these variables, out of reach of a terminal's interrupt."""
    return subprocess.Popen(
        [sys.executable, "-m", "orderlab.cloud"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=dict(environment),
        **out_of_our_group(),
    )


class CloudProcess:
    """One running cloud. It ends when its standard input closes, so it ends with this process."""

    def __init__(self, settings: Mapping[str, Any], launch: Launch = launched) -> None:
        self._process = launch(
            {
                **_own_environment(),
                "ORDERLAB_CLOUD": json.dumps(dict(settings)),
                PARENT: identity(),
            }
        )
        try:
            atexit.register(self.stop)
            # both take most of a second: boto3 is loaded here while the cloud starts there
            closed_session()
            self.ready = self._first_line()
        except BaseException:
            self.stop(patience_seconds=1.0)
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def _first_line(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise LabError("The local cloud ended while it started; its messages are above.")
        ready: dict[str, Any] = json.loads(line)
        if "error" in ready:
            raise LearnerError(ready["error"])
        return ready

    def stop(self, patience_seconds: float | None = None) -> None:
        """Close its input, wait, and kill it if it does not go. A second call does nothing."""
        atexit.unregister(self.stop)
        process = self._process
        assert process.stdin and process.stdout
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(stop_seconds() if patience_seconds is None else patience_seconds)
        except BaseException as reason:
            # it took too long, or our own wait was interrupted: either way it goes now
            process.kill()
            process.wait()
            if not isinstance(reason, subprocess.TimeoutExpired):
                raise
        finally:
            process.stdout.close()


def stop_seconds() -> float:
    """How long to wait for a child that is told to end."""
    return STOP_SECONDS_OF_A_KERNEL if "ipykernel" in sys.modules else STOP_SECONDS


def out_of_our_group() -> dict[str, Any]:
    """Options of Popen that keep interrupts from a child: the terminal's, and the notebook's."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _own_environment() -> dict[str, str]:
    """Ours without the user's AWS settings: a profile or endpoint of theirs must not leak in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}
