"""JupyterLab as a learner has it, and a headless Chromium, for tests and for benchmarks."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TOKEN = "browser-tests"  # of a server that lives as long as the tests, on the loopback interface
_TRUST = """import pathlib, sys
from orderlab.cli.trusted import trust_solutions
trust_solutions(pathlib.Path(sys.argv[1]))"""


@dataclass(frozen=True)
class JupyterLab:
    """A running server whose files lie in `home`."""

    address: str
    home: Path

    def notebook(self, path: str) -> str:
        """The address of a notebook, in a workspace of its own: no other tab is restored."""
        name = path.replace("/", "-").removesuffix(".ipynb")
        return f"{self.address}/lab/workspaces/{name}/tree/{path}?token={TOKEN}&reset"

    def end_kernels(self) -> None:
        for kernel in json.loads(self._ask("GET", "api/kernels")):
            self._ask("DELETE", f"api/kernels/{kernel['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(f"{self.address}/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return bytes(response.read())


@contextmanager
def running_jupyterlab(home: Path) -> Iterator[JupyterLab]:
    """JupyterLab on a free port, as `orderlab lab` starts it; progress is kept in `home`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={home}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "ORDERLAB_HOME": str(home / ".orderlab"),
        "JUPYTER_CONFIG_PATH": str(ROOT / "orderlab" / "cli" / "jupyter"),
        # a learner's own: servers that share them fail over each other's half-written workspaces
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / ".jupyter" / "workspaces"),
        "JUPYTER_DATA_DIR": str(home / ".jupyter" / "data"),
    }
    # as `orderlab lab` does before it starts the server: pictures show in what is trusted alone
    subprocess.run([sys.executable, "-c", _TRUST, str(home)], env=environment, check=True)
    log = (home / "jupyter.log").open("w")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(address)
        yield JupyterLab(address, home)
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_until_it_answers(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("JupyterLab did not start")


@contextmanager
def running_chromium() -> Iterator[Any]:
    """A headless Chromium; LookupError where none is installed."""
    if CHROMIUM is None:
        raise LookupError("Chromium is not installed here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        yield browser
        browser.close()
