"""`pytest --nbval solutions/` by itself: each notebook works in a folder of this run's own.

Without that it would find what somebody has solved or built before, and print something else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_homes: dict[Path, str] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """The kernel of a notebook starts with its first cell, in the environment of that moment."""
    if item.path not in _homes:
        _homes[item.path] = tempfile.mkdtemp(prefix="orderlab-nbval-")
    os.environ["ORDERLAB_HOME"] = _homes[item.path]


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish() -> Iterator[None]:
    yield
    for home in _homes.values():
        shutil.rmtree(home, ignore_errors=True)
