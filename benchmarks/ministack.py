"""The peer that the pipeline is measured against: ministack, in an environment of its own.

Same architecture, same handlers, same driver; only the target differs. `python -m
benchmarks.ministack` installs it; without it the pipeline is measured alone. The variable
ORDERLAB_MINISTACK may name the program of an installation elsewhere.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orderlab.aws_target.local import LocalTarget

BUILD = Path(__file__).parent / "build"
# its functions run with the boto3 of this environment; the release is the one it was tried with
PACKAGES = ("ministack[full]", "boto3==1.43.106")
ACCOUNT_ID = "000000000000"
START_SECONDS = 30.0


def install() -> Path:
    """The program of an environment that holds ministack; made by the first call, with pip."""
    folder = BUILD / "ministack"
    if not _program(folder, "ministack").exists():
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(_program(folder, "python")), "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(pip, check=True)
    return _program(folder, "ministack")


def program() -> Path | None:
    """The installed program, if there is one."""
    named = os.environ.get("ORDERLAB_MINISTACK")
    found = Path(named) if named else _program(BUILD / "ministack", "ministack")
    return found if found.exists() else None


def release() -> str:
    """The version of the installed program."""
    found = program()
    if found is None:
        return ""
    asked = "import importlib.metadata as m; print(m.version('ministack'))"
    python = str(_program(found.parent.parent, "python"))
    return subprocess.run(
        [python, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.strip()


@contextmanager
def running(**changed: str) -> Iterator[LocalTarget]:
    """A ministack on a free port of 127.0.0.1, as a target; `changed` are settings of its own,
    such as `AUTH="true"`."""
    found, port = program() or install(), _free_port()
    scratch = BUILD / "ministack-scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    settings = {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "TMPDIR": str(scratch),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (BUILD / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [str(found)],
            env={**kept, **settings, **changed},
            stdout=log,
            stderr=subprocess.STDOUT,
            # a session of its own: its functions' processes end with it
            start_new_session=True,
        )
        try:
            target = LocalTarget.attach(
                f"http://127.0.0.1:{port}", "test", "test", account_id=ACCOUNT_ID
            )
            _wait_until_it_answers(target.endpoint)
            yield target
            target.stop()
        finally:
            _end(process)


def _program(folder: Path, name: str) -> Path:
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(endpoint: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{endpoint}/_ministack/health", timeout=2):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and the processes that it started."""
    import psutil

    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in family:
        if child.is_running():
            child.kill()


if __name__ == "__main__":
    print(f"Installed: {install()}")
