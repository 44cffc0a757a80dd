"""What every test may use: a running cloud, and clients that point at it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling

from orderlab.aws_target.child import Launched
from orderlab.aws_target.forked import forked

# how long an example takes says how busy the machine is, and nothing of the code
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@cache
def _own_session() -> boto3.Session:
    """Not boto3's default one, which a lab that was opened in this process has made its own."""
    return boto3.Session()


@dataclass(frozen=True)
class RunningCloud:
    """A cloud in a process of its own, as `orderlab cloud` runs it."""

    endpoint: str
    pid: int
    region: str = "us-east-1"
    access_key_id: str = "test"
    secret_access_key: str = "test"

    def client(self, service: str, **config: Any) -> Any:
        config.setdefault("retries", {"max_attempts": 0})
        connect: Callable[..., Any] = _own_session().client
        return connect(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(**config),
        )

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        """A page of `/_orderlab/`: recorder, meter, faults ..."""
        import urllib.request

        # not urlopen, which keeps for the whole process what proxies the first call of it found
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(
            f"{self.endpoint}/_orderlab/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"x-orderlab-key": self.secret_access_key},
        )
        with opener.open(request) as response:
            return json.load(response)


# Files whose tests share nothing, each taking tens of seconds: workers take these one by one.
_ONE_BY_ONE = ("tests/notebooks/",)


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests run in one worker, which then shares its fixtures, except for those above."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(_ONE_BY_ONE) else nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread notebooks, which wait two thirds of their time, over the tests that keep processors
    busy; whole chapters before single exercises. The order is the same in every worker."""
    waiting = [item for item in reversed(items) if item.nodeid.startswith(_ONE_BY_ONE)]
    files = [list(of) for _, of in groupby(
        (item for item in items if not item.nodeid.startswith(_ONE_BY_ONE)),
        lambda item: item.nodeid.partition("::")[0],
    )]  # fmt: skip
    if not waiting or not files:
        return
    items[:] = []
    for number, of_file in enumerate(files):
        already, due = (each * len(waiting) // len(files) for each in (number, number + 1))
        items += [*waiting[already:due], *of_file]


def pytest_configure() -> None:
    """A run in the background of a shell ignores interrupts; tests of interrupts need them."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _ByFile(config, log)


@contextmanager
def run_cloud(
    *, before: Callable[[], None] | None = None, stderr: Any = None, **settings: Any
) -> Iterator[RunningCloud]:
    """Start a cloud with settings of one's own. `before` runs in its process before it starts."""
    chosen = {"access_key_id": "test", "secret_access_key": "test", "seed": 1, **settings}
    environment = {**os.environ, "ORDERLAB_CLOUD": json.dumps(chosen)}
    process: Launched = (
        subprocess.Popen(
            [sys.executable, "-m", "orderlab.cloud"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            preexec_fn=before,
            env=environment,
        )
        if before or stderr
        else forked(environment)
    )
    assert process.stdin and process.stdout
    try:
        ready = json.loads(process.stdout.readline())
        assert "error" not in ready, ready["error"]
        yield RunningCloud(ready["endpoint"], ready["pid"])
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(scope="module", autouse=True)
def boto3_as_before() -> Iterator[None]:
    """A lab that a file opens points plain boto3 at its cloud: not so for the next file's tests."""
    session = boto3.DEFAULT_SESSION
    settings = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    yield
    boto3.DEFAULT_SESSION = session
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(settings)


@pytest.fixture(scope="session")
def cloud() -> Iterator[RunningCloud]:
    """One cloud for the whole run; tests name their resources so that they do not meet."""
    with run_cloud(speed=10) as running:
        yield running


@pytest.fixture(scope="module")
def own_cloud() -> Iterator[Callable[..., Any]]:
    """Start clouds that nobody shares: `with own_cloud(speed=1) as cloud: ...`."""
    yield run_cloud


@pytest.fixture(scope="session")
def client(cloud: RunningCloud) -> Callable[..., Any]:
    """boto3 clients; those without a configuration of their own are made once, being slow."""
    made: dict[str, Any] = {}

    def find(service: str, **config: Any) -> Any:
        if config:
            return cloud.client(service, **config)
        if service not in made:
            made[service] = cloud.client(service)
        return made[service]

    return find
