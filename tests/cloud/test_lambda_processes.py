"""Processes and folders: none of them outlives the cloud."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cloud.functions_support import Lambda, eventually

WITH_A_CHILD = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
def handler(event, context):
    return {"pid": os.getpid(), "child": child.pid}
"""


# one child in a group of its own, and one that nobody is the parent of
LETS_CHILDREN_GO = '''
import subprocess, sys
wait = [sys.executable, "-c", "import time; time.sleep(300)"]
child = subprocess.Popen(wait, start_new_session=True)
start = """
import subprocess, sys
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
print(subprocess.Popen(sys.argv[1:], start_new_session=True, **quiet).pid)
"""
orphan = subprocess.run([sys.executable, "-c", start, *wait], stdout=subprocess.PIPE, text=True)
def handler(event, context):
    if event.get("hang"):
        while True:
            pass
    return [child.pid, int(orphan.stdout)]
'''


def gone(pid: int) -> bool:
    if not psutil.pid_exists(pid):
        return True
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def folder_of(cloud: Any) -> Path:
    owners = Path(tempfile.gettempdir()).glob("orderlab-cloud-*/owner")
    return next(o.parent for o in owners if o.read_text().startswith(f"{cloud.pid}-"))


def test_a_cloud_that_stops_takes_everything_with_it(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        found = functions.invoke(functions.make(WITH_A_CHILD)).value
        folder = folder_of(cloud)
        assert not gone(found["pid"])
    eventually(lambda: gone(found["pid"]) and gone(found["child"]))
    eventually(lambda: not folder.exists())


if sys.platform != "win32":

    def test_a_cloud_that_is_killed_takes_everything_with_it(own_cloud: Any) -> None:
        with own_cloud() as cloud:
            functions = Lambda(cloud)
            found = functions.invoke(functions.make(WITH_A_CHILD)).value
            folder = folder_of(cloud)
            os.kill(cloud.pid, signal.SIGKILL)
            eventually(lambda: gone(found["pid"]) and gone(found["child"]))
            eventually(lambda: not folder.exists())


if sys.platform.startswith("linux"):

    def test_processes_that_a_function_let_go_of_end_with_the_cloud(own_cloud: Any) -> None:
        for way in ("stopped", "killed"):
            with own_cloud() as cloud:
                functions = Lambda(cloud)
                child, orphan = functions.invoke(functions.make(LETS_CHILDREN_GO)).value
                assert not gone(child)
                assert not gone(orphan)
                if way == "killed":
                    os.kill(cloud.pid, signal.SIGKILL)
            for process in (child, orphan):
                eventually(partial(gone, process))

    def test_a_timeout_ends_a_child_that_has_a_group_of_its_own(cloud: Any) -> None:
        functions = Lambda(cloud)
        name = functions.make(LETS_CHILDREN_GO, Timeout=2, MemorySize=1769)
        child, _ = functions.invoke(name).value
        assert "timed out" in functions.invoke(name, {"hang": True}).value["errorMessage"]
        eventually(lambda: gone(child))


def test_a_folder_that_a_dead_cloud_left_is_swept_at_the_next_start(own_cloud: Any) -> None:
    left = Path(tempfile.mkdtemp(prefix="orderlab-cloud-"))
    (left / "owner").write_text("999999999 1.0")
    (left / "functions").mkdir()
    with own_cloud() as cloud:
        assert cloud.page("health")["status"] == "ok"
        eventually(lambda: not left.exists())


def test_a_timeout_ends_what_the_code_had_started(cloud: Any) -> None:
    functions = Lambda(cloud)
    name = functions.make(
        """
        import subprocess, sys, time
        from pathlib import Path
        def handler(event, context):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
            print("child", child.pid)
            time.sleep(300)
        """,
        Timeout=1,
    )
    log = functions.invoke(name, LogType="Tail").log
    child = int(next(line for line in log.splitlines() if line.startswith("child")).split()[1])
    eventually(lambda: gone(child))


SAYS_ITS_POLICY = """
import os
def handler(event, context):
    return os.sched_getscheduler(0)
"""


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux has this policy")
def test_a_function_does_not_push_the_cloud_aside(cloud: Any) -> None:
    functions = Lambda(cloud)
    assert functions.invoke(functions.make(SAYS_ITS_POLICY)).value == os.SCHED_BATCH


SAYS_ITS_PRIORITY = """
import os, time
at_init = os.getpriority(os.PRIO_PROCESS, 0)
def handler(event, context):
    time.sleep(3)
    return [at_init, os.getpriority(os.PRIO_PROCESS, 0)]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such numbers")
def test_further_environments_of_a_function_start_alike_and_give_way_at_work(cloud: Any) -> None:
    functions = Lambda(cloud)
    name = functions.make(SAYS_ITS_PRIORITY, Timeout=20)
    own = os.getpriority(os.PRIO_PROCESS, cloud.pid)
    with ThreadPoolExecutor(3) as threads:
        answers = threads.map(lambda _: functions.invoke(name).value, range(3))
    assert sorted(answers) == [[own, own], [own, own + 10], [own, own + 10]]
