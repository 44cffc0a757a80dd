"""What all execution environments share: how a process is started, and what it needs for that."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from orderlab.cloud.aws_error import AccessDenied, AwsError
from orderlab.cloud.contracts import Credentials, Endpoint, RoleSessions, Traces
from orderlab.cloud.lambda_.code_links import CodeLinks
from orderlab.cloud.lambda_.forking import PYTHON, ForkServer
from orderlab.cloud.lambda_.model import Code, LayerVersion, Version
from orderlab.cloud.lambda_.output import LogLine
from orderlab.cloud.lambda_.package import CodeStore
from orderlab.cloud.lambda_.process import LINUX, FunctionProcess, SpawnedProcess
from orderlab.cloud.lambda_.runtime_api import Listener
from orderlab.cloud.lambda_.unpacker import InACopy
from orderlab.cloud.lambda_.variables import process_variables
from orderlab.cloud.reaping import Reaper

_BOOT = Path(__file__).parent / "runtime" / "boot.py"
TASK_ROOT = "/var/task"
OPT = "/opt"
RUNTIME_ROOT = "/var/runtime"
STANDARD_LIBRARY = str(Path(os.__file__).parent)
LANGUAGE_ROOT = f"/var/lang/lib/{Path(os.__file__).parent.name}"


def which_client() -> str:
    """`aws` where AWS's runtime client is installed, else `own`; the variable is for trying out."""
    forced = os.environ.get("ORDERLAB_RUNTIME_CLIENT")
    if forced in ("aws", "own"):
        return forced
    return "aws" if importlib.util.find_spec("awslambdaric") else "own"


def in_aws_places() -> bool:
    """Whether to try to give processes AWS's folders; the variable is for trying out."""
    return LINUX and os.environ.get("ORDERLAB_PLACES") != "elsewhere"


def by_forking() -> bool:
    """Whether processes are forked from one; the variable is for trying out."""
    return LINUX and os.environ.get("ORDERLAB_START") != "spawn"


class Workshop:
    """Makes processes and folders for environments, and clears them away."""

    def __init__(
        self,
        *,
        folder: Path,
        endpoint: Endpoint,
        roles: RoleSessions,
        reaper: Reaper,
        traces: Callable[[], Traces],
    ) -> None:
        """`traces` is asked when the first traced function starts."""
        self._traces = traces
        self._endpoint, self._roles, self._reaper = endpoint, roles, reaper
        self.listener = Listener()
        self.folder = folder
        self.store = CodeStore(self.folder)
        self.links = CodeLinks(endpoint)
        self._client = which_client()
        self._packages = ""
        self._forks: ForkServer | None = None
        # packages wait for each other, and nobody else for them
        self._unpacking = ThreadPoolExecutor(2, "unpacking")
        self._dying: list[FunctionProcess] = []
        self._chores: set[asyncio.Future[None]] = set()

    async def start(self) -> None:
        """Listen for the Runtime API, and get ready to start processes."""
        # where a process mounts its own view of the file system
        root = self.folder / "root"
        root.mkdir(parents=True, exist_ok=True)
        boto3 = importlib.util.find_spec("boto3")
        assert boto3 is not None and boto3.origin is not None
        self._packages = str(Path(boto3.origin).parent.parent)
        await self.listener.start()
        if by_forking():
            settings = {
                "client": self._client,
                "packages": self._packages,
                "root": str(root) if in_aws_places() else "",
                "store": str(self.folder),
            }
            self._forks = ForkServer(settings, self._began)
            self.store.worker = InACopy(self._forks)

    def prepare(self) -> None:
        """Start the process that functions are forked from, before the first of them needs it."""
        if self._forks is not None:
            self._forks.start()

    async def stop(self) -> None:
        """Wait for what is ending, then clear the folder away."""
        await self.listener.stop()
        dying, self._dying = self._dying, []
        for process in dying:
            await asyncio.to_thread(process.wait, 2.0)
        if self._chores:
            await asyncio.wait(self._chores)
        if self._forks is not None:
            self._forks.close()
            await asyncio.to_thread(self._forks.wait)
        self._unpacking.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self.store.clear)

    # --- packages

    async def unpack(self, zipped: bytes) -> Code:
        """See `CodeStore.add`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._unpacking, self.store.add, zipped
        )

    async def merge(self, layers: Sequence[LayerVersion]) -> Path | None:
        """See `CodeStore.merge`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._unpacking, self.store.merge, layers
        )

    # --- for environments

    def credentials(self, version: Version) -> Credentials:
        """Keys of the function's role; AccessDeniedException if it does not trust Lambda."""
        role, name = version.configuration.role, version.function.name
        try:
            return self._roles.assume_role(role, "lambda.amazonaws.com", name)
        except AwsError:
            raise AccessDenied(
                "The role defined for the function cannot be assumed by Lambda.", status=403
            ) from None

    def forget(self, credentials: Credentials) -> None:
        """Make keys invalid."""
        self._roles.forget(credentials)

    def temporary_folder(self, environment_id: str) -> Path:
        """A new folder, which is the environment's /tmp."""
        folder = self.folder / "tmp" / environment_id
        folder.mkdir(parents=True)
        return folder

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
        """Start a process that begins with Init. See `Workplace.start_process`."""
        variables = process_variables(
            version,
            credentials,
            endpoint=self._endpoint(),
            runtime_api=self.listener.address(token),
            log_stream=log_stream,
            initialization=initialization,
            temporary=temporary,
            daemon_address=self._daemon_address(version),
        )
        mark = self._reaper.new_mark()
        if self._forks is None or not self._forks.works:
            return self._spawn(version, variables, output, mark)
        order = {
            "handler": version.configuration.handler,
            "variables": variables,
            "code": self._stored(version.code.folder),
            "opt": self._stored(version.layers_folder) if version.layers_folder else "",
            "temporary": self._stored(temporary),
        }
        return self._forks.fork(order, output, mark, on_exit)

    def _daemon_address(self, version: Version) -> str:
        traced = version.configuration.tracing_mode == "Active"
        return self._traces().daemon_address() if traced else ""

    def _stored(self, folder: Path) -> str:
        return folder.relative_to(self.folder).as_posix()

    def _spawn(
        self, version: Version, variables: dict[str, str], output: int, mark: int
    ) -> FunctionProcess:
        opt = str(version.layers_folder or "")
        boot = (str(os.getpid()), opt, self._packages, self._client, str(mark))
        variables["_ORDERLAB_BOOT"] = "\n".join(boot)
        command = [*PYTHON, str(_BOOT)]
        process = SpawnedProcess(command, variables, version.code.folder, output, mark)
        self._began(process)
        return process

    def _began(self, process: FunctionProcess) -> None:
        assert process.pid is not None
        if process.mark:
            self._reaper.began(process.pid, process.mark)

    def bury(self, process: FunctionProcess) -> None:
        """Collect a killed process as soon as it is gone."""
        self._dying.append(process)
        self.collect()

    def collect(self) -> None:
        """Collect the killed processes that have ended."""
        dying, self._dying = self._dying, []
        for process in dying:
            if process.exit_status() is None:
                self._dying.append(process)
                continue
            if process.pid is not None:
                self._reaper.ended(process.pid, process.mark)
            process.bury()

    def later(self, function: Callable[[Path], None], folder: Path) -> None:
        """Call a function with a folder on a worker thread, some time."""
        chore = asyncio.get_running_loop().run_in_executor(None, function, folder)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    # --- what is shown

    def with_aws_paths(self, version: Version, body: bytes) -> bytes:
        """An error's body with the paths that it would have on AWS."""
        for here, there in self._paths(version):
            body = body.replace(here.encode(), there.encode())
        return body

    def lines_with_aws_paths(self, version: Version, lines: list[LogLine]) -> list[LogLine]:
        """Log lines with the paths that they would have on AWS."""
        places = self._paths(version)
        whole = "".join(text for _, text in lines)
        for here, there in places:
            if here in whole:
                lines = [(at, text.replace(here, there)) for at, text in lines]
        return lines

    def _paths(self, version: Version) -> list[tuple[str, str]]:
        """Folders here, and those that stand for them on AWS; the longest first."""
        places = [(str(version.code.folder), TASK_ROOT)]
        if version.layers_folder:
            places.append((str(version.layers_folder), OPT))
        return [*places, (self._packages, RUNTIME_ROOT), (STANDARD_LIBRARY, LANGUAGE_ROOT)]
