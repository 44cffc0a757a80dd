"""The live board in a headless Chromium while a hundred orders a second pass through the system.

python -m benchmarks.board
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import psutil

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget
from orderlab.orders.parts.api import api_address
from orderlab.orders.replay import replay
from orderlab.requirements.system import fresh_orders
from tests.browser.notebook import OpenNotebook
from tests.browser.server import JupyterLab, running_chromium, running_jupyterlab

ORDERS_A_SECOND = 100
SECONDS = 12.0
# the first seconds are the functions' cold starts and the board's own drawing
WARM_SECONDS = 4.0
CONNECTIONS = 16

_CELLS = (
    "import json, os, pathlib\nimport orderlab\nfrom orderlab.orders import architecture\n"
    "lab = orderlab.start(chapter=0, quiet=True)\narchitecture.build(lab.target, 4)\n"
    "pathlib.Path('kernel.json').write_text(json.dumps([os.getpid(), lab.target.endpoint,\n"
    "    lab.target.access_key_id, lab.target.secret_access_key]))",
    "lab.watch()",
)


def measure(*, quick: bool = False) -> list[Figure]:
    seconds = SECONDS / 2 if quick else SECONDS
    with tempfile.TemporaryDirectory(prefix="orderlab-benchmark-") as folder:
        home = Path(folder)
        _write(home / "board.ipynb")
        with running_jupyterlab(home) as server, running_chromium() as browser:
            return _watched(server, browser.new_page(), seconds)


def _watched(server: JupyterLab, page: Any, seconds: float) -> list[Figure]:
    notebook = OpenNotebook(page, server.notebook("board.ipynb"))
    notebook.run_all(90)
    pid, endpoint, key, secret = json.loads((server.home / "kernel.json").read_text())
    board = notebook.scroll_to(".orderlab-board")
    target = LocalTarget.attach(endpoint, key, secret)
    sent: list[Any] = []
    sender = threading.Thread(target=lambda: sent.append(_send(target, WARM_SECONDS + seconds)))
    sender.start()
    page.wait_for_timeout(WARM_SECONDS * 1000)
    kernel = psutil.Process(pid)
    frames, busy, began = _frames(board), _cpu(kernel), time.monotonic()
    page.wait_for_timeout(seconds * 1000)
    passed = time.monotonic() - began
    frames, busy = _frames(board) - frames, _cpu(kernel) - busy
    sender.join()
    target.stop()
    (replayed,) = sent
    return [
        Figure(
            "orders accepted while the board ran",
            len(replayed.accepted) / replayed.seconds,
            "orders/s",
        ),
        Figure("lab.watch() in headless Chromium", frames / passed, "frames/s", at_least=20.0),
        Figure("the kernel meanwhile", busy / passed * 100, "% of a core", at_most=30.0),
    ]


def _send(target: LocalTarget, seconds: float) -> Any:
    """Orders at an even pace, from this process: the kernel only watches."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    orders = fresh_orders(int(seconds * ORDERS_A_SECOND))
    paced = (
        replace(line, placed_at=(first + timedelta(seconds=n / ORDERS_A_SECOND)).isoformat())
        for n, line in enumerate(orders)
    )
    return replay(api_address(target), paced, speed=1.0, connections=CONNECTIONS)


def _frames(board: Any) -> int:
    return int(board.evaluate("node => node.frames_drawn"))


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _write(path: Path) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in _CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


if __name__ == "__main__":
    print(as_text(measure()))
