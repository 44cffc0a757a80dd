"""What functions start and let go of ends with them; a cloud ends with its parent, busy or not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cloud.functions_support import Lambda, eventually

if not sys.platform.startswith("linux"):
    pytest.skip("only Linux tells what a process has inherited", allow_module_level=True)

# Each leaves a process behind that sleeps, and tells its number: in a session of its own, whose
# parents are dead, and which has none of the variables of its environment.
WAYS = {
    "clears its variables": """
        shell = "env -i sh -c 'sleep 300 > /dev/null 2>&1 & echo $!'"
        pid = int(subprocess.run(shell, shell=True, stdout=subprocess.PIPE).stdout)
    """,
    "opens a session and forks twice": """
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.write(writing, str(os.getpid()).encode())
                os.execve("/bin/sleep", ["sleep", "300"], {})
            os._exit(0)
        os.wait()
        pid = int(os.read(reading, 20))
    """,
    "closes all files and ignores signals": """
        code = '''
        import os, signal, time
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            if os.fork() == 0:
                os.write(writing, str(os.getpid()).encode())
                os.closerange(0, 100)
                os.chdir("/")
                os.environ.clear()
                time.sleep(300)
            os._exit(0)
        print(os.read(reading, 20).decode())
        '''
        import textwrap
        told = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env={},
                              stdout=subprocess.PIPE)
        pid = int(told.stdout)
    """,
}
HANDLER = """
import os, subprocess, sys, time
{start}
def handler(event, context):
    if event.get("hang"):
        time.sleep(60)
    return pid
"""


def code(way: str) -> str:
    import textwrap

    return HANDLER.format(start=textwrap.dedent(WAYS[way]))


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


@pytest.mark.parametrize("way", WAYS)
def test_what_a_function_lets_go_of_ends_with_its_environment(functions: Lambda, way: str) -> None:
    name = functions.make(code(way), Timeout=20, MemorySize=1769)
    pid = functions.invoke(name).value
    # as long as the environment is warm it goes on, as on AWS
    assert not gone(pid)
    functions.client.update_function_configuration(FunctionName=name, Description="new")
    eventually(lambda: gone(pid))


@pytest.mark.parametrize("way", WAYS)
def test_what_a_function_lets_go_of_ends_after_a_timeout(functions: Lambda, way: str) -> None:
    name = functions.make(code(way), Timeout=3, MemorySize=1769)
    pid = functions.invoke(name).value
    assert "timed out" in functions.invoke(name, {"hang": True}).value["errorMessage"]
    eventually(lambda: gone(pid))


def test_the_end_of_one_environment_leaves_the_children_of_others(functions: Lambda) -> None:
    kept, ended = (
        functions.make(code("opens a session and forks twice"), Timeout=20, MemorySize=1769)
        for _ in range(2)
    )
    stays, goes = functions.invoke(kept).value, functions.invoke(ended).value
    functions.client.delete_function(FunctionName=ended)
    eventually(lambda: gone(goes))
    assert not gone(stays)


@pytest.mark.parametrize("way", ["stopped", "killed"])
def test_what_functions_let_go_of_ends_with_the_cloud(own_cloud: Any, way: str) -> None:
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        made = [functions.make(code(each), Timeout=20, MemorySize=1769) for each in WAYS]
        pids = [functions.invoke(name).value for name in made]
        if way == "killed":
            os.kill(cloud.pid, signal.SIGKILL)
    for pid in pids:
        eventually(partial(gone, pid))


def test_a_function_that_multiplies_is_ended_and_nobody_else_waits(functions: Lambda) -> None:
    name = functions.make(
        """
        import os, time
        def handler(event, context):
            made = 0
            while True:
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(300)
                    os._exit(0)
        """,
        Timeout=60,
        MemorySize=1769,
    )
    other = functions.make("def handler(event, context): return 1")
    found = functions.invoke(name)
    assert found.error == "Unhandled"
    assert functions.invoke(other).value == 1
    eventually(lambda: sum(_named_as(functions, name)) == 0)


def _named_as(functions: Lambda, name: str) -> Iterator[bool]:
    """For each process whether it is one of the function's."""
    for process in psutil.process_iter():
        try:
            yield process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == name
        except psutil.Error:
            continue


def test_a_function_that_ends_the_server_it_was_forked_from_ends_with_it(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        name = functions.make(
            """
            import os, signal
            def handler(event, context):
                if event.get("kill"):
                    os.kill(os.getppid(), signal.SIGKILL)
                    signal.pause()
                return os.getppid()
            """,
            Timeout=20,
        )
        first = functions.invoke(name).value
        assert functions.invoke(name, {"kill": True}).value["errorType"] == "Runtime.ExitError"
        second = functions.invoke(name).value
        assert isinstance(second, int)
        assert second != first


# --- the cloud itself

COMMAND = "from orderlab.cli import app; app()"
# A parent that starts a cloud, has it made busy, and goes.
PARENT = """
import json, os, subprocess, sys
process = subprocess.Popen([sys.executable, *json.loads(sys.argv[1])], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, env={**os.environ, "ORDERLAB_CLOUD": "{}"})
print(process.pid, process.stdout.readline().decode(), flush=True)
sys.stdin.readline()
"""
# The cloud with its event loop in one long step, of Python or of C.
STEPS = {
    "Python": "while True: pass",
    "C": "__import__('re').match('(a+)+$', 'a' * 40 + '!')",
}
STUCK = """
import asyncio, subprocess, sys
from orderlab.cloud.front import serve
from orderlab.cloud.settings import Settings
from orderlab.cloud.reaping import Parent

def when_ready(settings, endpoint):
    print("ready", flush=True)
    def step():
        {step}
    asyncio.get_running_loop().call_later(0.5, step)
    # something that the cloud has started for a purpose of its own
    print(subprocess.Popen(["sleep", "300"], stdout=subprocess.DEVNULL).pid, flush=True)

async def never():
    await asyncio.Event().wait()

serve.serve(Settings(), when_ready=when_ready, stop_sign=never,
            parent=Parent(pipe=sys.stdin.fileno()))
"""


@pytest.fixture
def started() -> Iterator[list[int]]:
    """Processes to be ended whatever comes of a test."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        try:
            psutil.Process(pid).kill()
        except psutil.Error:
            continue


@pytest.mark.parametrize("step", STEPS)
def test_a_busy_cloud_ends_when_its_parent_is_gone(started: list[int], step: str) -> None:
    command = json.dumps(["-c", STUCK.format(step=STEPS[step])])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    pid, ready = parent.stdout.readline().split()
    started += [int(pid), parent.pid]
    assert ready == "ready"
    folder = _folder_of(int(pid))
    time.sleep(1.0)
    parent.kill()
    parent.communicate()
    eventually(lambda: gone(int(pid)), 30)
    eventually(lambda: not folder.exists())


@pytest.mark.parametrize("step", STEPS)
def test_a_busy_cloud_ends_on_a_signal(started: list[int], step: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK.format(step=STEPS[step])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    started.append(process.pid)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    helper = int(process.stdout.readline())
    folder = _folder_of(process.pid)
    time.sleep(1.0)
    process.terminate()
    process.communicate(timeout=30)
    eventually(lambda: not folder.exists() and gone(helper))


def test_a_calm_cloud_stops_in_order_on_a_signal(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        folder = _folder_of(cloud.pid)
        os.kill(cloud.pid, signal.SIGTERM)
        eventually(lambda: gone(cloud.pid), 4)
        eventually(lambda: not folder.exists())


def test_the_command_ends_with_whoever_started_it(started: list[int]) -> None:
    shell = subprocess.Popen(
        ["sh", "-c", f"{sys.executable} -c '{COMMAND}' cloud --json & echo $!; wait"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert shell.stdout is not None
    pid = int(shell.stdout.readline())
    started.append(pid)
    assert "endpoint" in shell.stdout.readline()
    shell.kill()
    shell.wait()
    eventually(lambda: gone(pid))
    shell.stdout.close()


def _folder_of(pid: int) -> Path:
    import tempfile

    def mine() -> list[Path]:
        owners = Path(tempfile.gettempdir()).glob("orderlab-cloud-*/owner")
        return [owner.parent for owner in owners if owner.read_text().startswith(f"{pid}-")]

    return Path(eventually(mine)[0])
