"""Functions without processes: environments that wait until they are released."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from orderlab.clock import HandTurnedClock
from orderlab.cloud.contracts import Hop, Traces
from orderlab.cloud.faults import FaultBoard
from orderlab.cloud.lambda_.invoke import Invoker
from orderlab.cloud.lambda_.model import Code, Configuration, Function, Version
from orderlab.cloud.lambda_.moto_seam import FunctionBackend
from orderlab.cloud.lambda_.outcome import Outcome, Work
from orderlab.cloud.lambda_.pool import Fleet
from orderlab.cloud.lambda_.recording import Recording
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.states import State
from orderlab.cloud.lambda_.tracing import FunctionTracing
from tests.unit.cloud.event_source_fakes import ACCOUNT, FakeCloud, FakePermissions, NoMetrics

ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders"
REGION = "us-east-1"


class FakeEnvironment:
    """An environment without a process; its work ends when `release` is set."""

    id, state, log_stream, created = "id", State.READY, "stream", 0.0
    invocations = inits = 0
    pid: int | None = None

    def __init__(self, version: Version, release: asyncio.Event | None = None) -> None:
        self.version = version
        self.retired = self.further = self.ended = self.fails = False
        self.provisioned, self.init_ms = False, 0.0
        self.release = release or asyncio.Event()

    async def run(self, work: Work, hold_back_seconds: float = 0.0, dies: bool = False) -> Outcome:
        await self.release.wait()
        if self.fails:
            return Outcome(b"{}", "Error", "error", duration_ms=50.0)
        return Outcome(b"{}", duration_ms=50.0)

    async def prepare(self) -> bool:
        return not self.fails

    def end(self) -> None:
        self.ended = True

    def kill(self) -> None:
        self.retired = True

    def watch(self) -> None: ...

    def resident_bytes(self) -> int:
        return 0


class Registry(FunctionRegistry):
    """The functions of one Region, without a moto that runs."""

    def __init__(self) -> None:
        super().__init__(ACCOUNT, REGION, lambda _: None, lambda _: None)
        self._only = FunctionBackend(REGION, ACCOUNT)

    def backend(self, region: str) -> FunctionBackend:
        return self._only


class NoTelemetry:
    """Telemetry that is thrown away."""

    def __init__(self) -> None:
        self.recorder = self.logs = self.meter = self
        self.metrics = NoMetrics()

    def ids_in(self, payload: bytes | str) -> tuple[str, ...]:
        return ()

    def record(self, hop: Hop) -> None: ...

    def write(self, group: str, stream: str, events: Sequence[tuple[int, str]]) -> None: ...

    def lacks(self, group: str, stream: str) -> frozenset[str]:
        return frozenset()

    def take_metrics(self, events: Iterable[tuple[int, str]]) -> None: ...

    def add(self, item: str, quantity: float, resource: str = "") -> None: ...


def version(name: str = "orders") -> Version:
    """`$LATEST` of a new function."""
    function = Function(REGION, ACCOUNT, name)
    code = Code("", 0, 0, Path())
    settings = Configuration("python3.13", "app.handler", ROLE)
    function.latest = Version(function, "$LATEST", settings, code, None)
    return function.latest


def cloud() -> FakeCloud:
    return FakeCloud(lambda records: None)


def recording() -> Recording:
    return Recording(NoTelemetry(), FakePermissions(cloud()), HandTurnedClock())


def no_traces() -> Traces:
    raise AssertionError("no function of these tests is traced")


def invoker(registry: FunctionRegistry, fleet: Fleet, clock: HandTurnedClock) -> Invoker:
    parts: dict[str, Any] = {
        "faults": FaultBoard(),
        "recording": recording(),
        "tracing": FunctionTracing(no_traces),
        "seed": 1,
    }
    return Invoker(registry=registry, fleet=fleet, clock=clock, **parts)
