"""JupyterLab and a browser for the tests of a file; one of each, since both take seconds to start.

Not for the whole run: as long as Playwright is there, its event loop counts as running in this
thread, and asyncio.run of whatever test comes next in the same process is refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser.server import CHROMIUM, ROOT, JupyterLab, running_chromium, running_jupyterlab

ARTIFACTS = ROOT / "artifacts"


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with running_jupyterlab(learners_home(tmp_path_factory.mktemp("learner"))) as server:
        yield server


def learners_home(home: Path) -> Path:
    """A folder with copies, so that running a notebook leaves the repository as it is."""
    for folder in ("notebooks", "solutions"):
        shutil.copytree(ROOT / folder, home / folder, ignore=shutil.ignore_patterns("*.py"))
    return home


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            raise RuntimeError("CI installs Chromium; it is missing.")
        pytest.skip("no Chromium here; CI installs one")
    with running_chromium() as browser:
        yield browser


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
def page(chromium: Any, jupyterlab: JupyterLab) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    tab = context.new_page()
    said: list[str] = []
    tab.on(
        "console", lambda m: said.append(f"{m.text} {m.location}") if m.type == "error" else None
    )
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield Page(tab, said)
    context.close()
    # a closed page leaves its kernel, and that its cloud, to work beside the next test
    jupyterlab.end_kernels()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The whole course takes half an hour: only `-m course` runs it."""
    if "course" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("course")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
