"""dynalite (DynamoDB) and fauxqs (SQS, SNS, S3): servers of single services, written for Node.js.

`python -m benchmarks.endpoints.node_servers` installs both with npm into benchmarks/build.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ministack import BUILD

HOME = BUILD / "node"
# the releases that the course was tried with
PACKAGES = {"dynalite": "4.0.0", "fauxqs": "1.9.2"}
START_SECONDS = 30.0


def install() -> None:
    """Both, in a folder of their own. Raises CalledProcessError where npm can't get them."""
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "package.json").write_text('{"private": true}\n', "utf-8")
    wanted = [f"{name}@{release}" for name, release in PACKAGES.items()]
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", *wanted]
    subprocess.run(command, cwd=HOME, check=True)


def here(name: str) -> bool:
    """Whether a server is installed, and something to run it with."""
    return _program(name).exists() and shutil.which("node") is not None


def release(name: str) -> str:
    described = HOME / "node_modules" / name / "package.json"
    return str(json.loads(described.read_text("utf-8"))["version"])


@contextmanager
def running(name: str) -> Iterator[str]:
    """The address of a new one, with nothing in it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    told = ["--port", str(port), "--host", "127.0.0.1"] if name == "dynalite" else []
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    settings = {"FAUXQS_PORT": str(port), "FAUXQS_HOST": "127.0.0.1", "FAUXQS_LOGGER": "false"}
    process = subprocess.Popen(
        ["node", str(_program(name)), *told],
        env={**kept, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _program(name: str) -> Path:
    return HOME / "node_modules" / ".bin" / name


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    install()
