"""How the fleet, its environments and their processes know each other.

Each is written against these Protocols, so that each can be read, and tested, without the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from orderlab.cloud.contracts import Credentials
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.outcome import Outcome, Work
from orderlab.cloud.lambda_.output import LogLine
from orderlab.cloud.lambda_.process import FunctionProcess
from orderlab.cloud.lambda_.runtime_api import Listener
from orderlab.cloud.lambda_.states import State

# Writes lines to the log stream of an environment of a version.
WriteLog = Callable[[Version, str, Sequence[LogLine]], None]


class Workplace(Protocol):
    """What an environment and its process use of the workshop."""

    listener: Listener

    def credentials(self, version: Version) -> Credentials:
        """Keys of the function's role; AccessDeniedException if it does not trust Lambda."""

    def forget(self, credentials: Credentials) -> None:
        """Make keys invalid."""

    def temporary_folder(self, environment_id: str) -> Path:
        """A new folder, which is the environment's /tmp."""

    def later(self, function: Callable[[Path], None], folder: Path) -> None:
        """Call a function with a folder on a worker thread, some time."""

    def start_process(
        self,
        version: Version,
        credentials: Credentials,
        temporary: Path,
        output: int,
        token: str,
        log_stream: str,
        initialization: str,
        on_exit: Callable[[], None],
    ) -> FunctionProcess:
        """Start a process that begins with Init, which is of the type `initialization`.

        It writes to the file descriptor `output`, and asks the Runtime API for events with `token`.
        `on_exit` is called when it ends, where the system tells.
        """

    def bury(self, process: FunctionProcess) -> None:
        """Collect a killed process as soon as it has ended."""

    def with_aws_paths(self, version: Version, body: bytes) -> bytes:
        """An error's body with the paths that it would have on AWS."""

    def lines_with_aws_paths(self, version: Version, lines: list[LogLine]) -> list[LogLine]:
        """Log lines with the paths that they would have on AWS."""


class Member(Protocol):
    """What the fleet uses of an environment, and what is shown of it."""

    id: str
    version: Version
    state: State
    log_stream: str
    # how often it was invoked, and how often a process of it was started
    invocations: int
    inits: int
    # seconds since 1970
    created: float
    # set when it must not be used again once it is done
    retired: bool
    # one of a version's environments is not; the others give way when they work
    further: bool
    # whether it is there beforehand, as provisioned concurrency
    provisioned: bool
    # how long its last Init took
    init_ms: float

    @property
    def pid(self) -> int | None:
        """The id of its process; None without one."""

    def resident_bytes(self) -> int:
        """The memory that its process uses now."""

    async def run(self, work: Work, hold_back_seconds: float = 0.0, dies: bool = False) -> Outcome:
        """Work on one event. With `dies` the process is ended before its answer is taken."""

    async def prepare(self) -> bool:
        """Run Init before there is an event; False if it failed."""

    def watch(self) -> None:
        """Look after a working process: its memory, its processor time, whether it lives."""

    def end(self) -> None:
        """Take it out of service at once; a second call does nothing."""

    def kill(self) -> None:
        """End its process abruptly, as a failing host would; it is not used again."""
