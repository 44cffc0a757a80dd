"""A chapter's notebook in an account, cell by cell, in a process of its own, as a kernel runs it.

Who starts it sets ORDERLAB_TARGET, ORDERLAB_HOME, ORDERLAB_LEARNER and AWS's variables, and types
the account's id on the standard input. Each cell is told as a line of JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from orderlab.errors import OrderlabError
from orderlab.exercises.engine.outcome import Outcome

SOLUTIONS = Path(__file__).parents[3] / "solutions"
# no cell waits for so long on a server that does what it asks for
MOST_SECONDS = 180
ORDERS = 60
SETTLE_SECONDS = 60.0
_LEFT_OUT = "left out here"
_MOST_SAID = 300
# the learner's notebook has them, or none
_OTHERS = {"learner", "claim"}


class TooLong(Exception):
    """A cell waited for what does not come."""


def _ring(*_: Any) -> None:
    raise TooLong(f"It had not ended after {MOST_SECONDS} s.")


def code_of(chapter: int) -> list[tuple[str, str]]:
    """The ids and the code of the cells that the executed notebook has."""
    from orderlab.workbook.source import read

    [source] = [
        path
        for path in sorted(SOLUTIONS.glob(f"{chapter:02d}_*.py"))
        if not path.stem.endswith("_index")
    ]
    return [
        (cell.id, cell.source)
        for cell in read(source).cells
        if cell.cell_type == "code" and not _OTHERS & set(cell.metadata.get("tags", ()))
    ]


def run(chapter: int) -> None:
    """Run the cells, then bring the system to the chapter's end and send it real orders."""
    from IPython.core.interactiveshell import InteractiveShell

    signal.signal(signal.SIGALRM, _ring)
    shell = InteractiveShell.instance()
    for name, code in code_of(chapter):
        _tell(cell=name, **_ran(shell, code))
    lab = shell.user_ns.get("lab")
    if lab is None:
        return
    if chapter:
        _tell(orders=_orders(lab, chapter))
    lab.finish()


def _ran(shell: Any, code: str) -> dict[str, Any]:
    began, said = time.monotonic(), io.StringIO()
    signal.alarm(MOST_SECONDS)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            done = shell.run_cell(code, store_history=True)
    finally:
        signal.alarm(0)
    error = done.error_before_exec or done.error_in_exec
    found: dict[str, Any] = {"seconds": round(time.monotonic() - began, 1)}
    if error is not None:
        kind = "kind" if isinstance(error, OrderlabError) else "failed"
        found |= {kind: f"{type(error).__name__}: {error}"[:_MOST_SAID]}
    elif _LEFT_OUT in said.getvalue():
        found["kind"] = next(line for line in said.getvalue().splitlines() if _LEFT_OUT in line)
    found |= _verdict(done.result)
    return found


def _verdict(result: Any) -> dict[str, Any]:
    """The exercise and the kind of outcome, where the cell was a check."""
    if not isinstance(result, Outcome):
        return {}
    said = result.message[:_MOST_SAID]
    return {"exercise": result.exercise, "verdict": result.kind, "message": said}


def _orders(lab: Any, chapter: int) -> dict[str, Any]:
    """Whether the builders bring about the chapter's end, and real orders arrive in it."""
    from orderlab.orders import architecture

    signal.alarm(2 * MOST_SECONDS)
    try:
        architecture.build(lab.target, chapter=chapter)
        sent = lab.replay(limit=ORDERS)
        found: dict[str, Any] = {"sent": ORDERS, "accepted": len(sent.accepted)}
        found["refused"] = sorted({f"{each.status}: {each.reason}"[:120] for each in sent.refused})
        if chapter > 1:
            tables = ("orders", *architecture.SERVICES)
            found["stored"] = {each: _stored(lab, each, {*sent.accepted}) for each in tables}
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"[:_MOST_SAID]}
    finally:
        signal.alarm(0)
    return found


def _stored(lab: Any, table: str, accepted: set[str]) -> int:
    """How many of the accepted orders a table has once they have settled."""
    name, deadline = lab.name(table), time.monotonic() + SETTLE_SECONDS
    while True:
        pages = lab.client("dynamodb").get_paginator("scan").paginate(TableName=name)
        ids = {each["order_id"]["S"] for page in pages for each in page["Items"]}
        if accepted <= ids or time.monotonic() > deadline:
            return len(accepted & ids)
        time.sleep(1)


def _tell(**what: Any) -> None:
    print("\n@" + json.dumps(what), flush=True)


if __name__ == "__main__":
    os.chdir(os.environ["ORDERLAB_HOME"])
    run(int(sys.argv[1]))
