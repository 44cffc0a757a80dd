"""JupyterLab as a learner has it, and a headless Chromium that opens it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TOKEN = "browser-tests"  # of a server that lives as long as the tests, on the loopback interface


@dataclass(frozen=True)
class JupyterLab:
    address: str

    def notebook(self, path: str) -> str:
        """The address of a notebook, in a workspace of its own: no other tab is restored."""
        name = path.replace("/", "-").removesuffix(".ipynb")
        return f"{self.address}/lab/workspaces/{name}/tree/{path}?token={TOKEN}&reset"


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    home = tmp_path_factory.mktemp("learner")
    # copies, so that running a notebook leaves the repository as it is
    for folder in ("notebooks", "solutions"):
        shutil.copytree(ROOT / folder, home / folder, ignore=shutil.ignore_patterns("*.py"))
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
    }
    log = (home / "jupyter.log").open("w")
    server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(address)
        yield JupyterLab(address)
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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            raise RuntimeError("CI installs Chromium; it is missing.")
        pytest.skip("no Chromium here; CI installs one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync", "--no-first-run"],
        )  # fmt: skip
        yield browser
        browser.close()


@dataclass
class Page:
    """A page and what its console said."""

    page: Any
    console: list[str]

    def screenshot(self, name: str) -> Path:
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        self.page.screenshot(path=str(path))
        return path


@pytest.fixture
def page(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    tab = context.new_page()
    said: list[str] = []
    tab.on(
        "console", lambda m: said.append(f"{m.text} {m.location}") if m.type == "error" else None
    )
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield Page(tab, said)
    context.close()
