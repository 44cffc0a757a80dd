"""A chapter on a target that keeps what is built: it is built up once, and found again later."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

from orderlab.aws_target.base import Target
from orderlab.orders import architecture
from orderlab.orders.parts.api import find_api


def kept_folder(folder: Path, where: str) -> Path:
    """The folder of the learner's where a journal and notes on such a target are kept."""
    return folder / "targets" / re.sub(r"[^A-Za-z0-9.-]+", "-", where).strip("-")


def resume(target: Target, folder: Path, chapter: int, *, fresh: bool) -> bool:
    """Bring the target to where a chapter begins, unless the chapter was begun there already and
    still stands. `fresh` begins it again. Whether it was found standing.

    A target that we have not been on before is not cleared: what stands there may be others'.
    """
    note = folder / "chapter.json"
    begun = _begun(note)
    if begun == chapter and not fresh and (chapter < 2 or find_api(target) is not None):
        return True
    if chapter > 1:
        architecture.build(target, chapter=chapter - 1, from_nothing=begun is None)
    elif begun is not None:
        architecture.teardown(target)
    folder.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"chapter": chapter}), encoding="utf-8")
    return False


def _begun(note: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return int(json.loads(note.read_text(encoding="utf-8"))["chapter"])
    return None
