"""A learner's own folder: copies of the notebooks, which updates never overwrite once edited.

`my-course/` stands beside `notebooks/`, so that a clone stays clean. What was copied is written
down with a digest. When the course is updated, a notebook that nobody changed is replaced; one that
was changed stays, and the new one is put beside it as `NAME.new.ipynb`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = "my-course"
RECORD = ".copied.json"


@dataclass
class Copied:
    """What was done with each notebook."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """A sentence for each kind of thing that was done; none if nothing was."""
        said = []
        if self.new:
            said.append(f"Copied into {FOLDER}/: {', '.join(self.new)}.")
        if self.updated:
            said.append(f"Updated, since you had not changed them: {', '.join(self.updated)}.")
        said += [
            f"{name} has a new version. Yours stays as it is; the new one is "
            f"{Path(name).stem}.new.ipynb."
            for name in self.kept
        ]
        return said


def copy_course(root: Path) -> tuple[Path, Copied]:
    """Bring `my-course/` up to date with `notebooks/`; returns the folder and what was done.

    Raises OSError if the folder cannot be written.
    """
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    record = _record(folder)
    done = Copied()
    for source in sorted((root / "notebooks").glob("*.ipynb")):
        _copy(source, folder, record, done)
    (folder / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True), encoding="utf-8")
    return folder, done


def _copy(source: Path, folder: Path, record: dict[str, str], done: Copied) -> None:
    shipped, name = source.read_bytes(), source.name
    mine = folder / name
    before = record.get(name)
    if before == _digest(shipped) and mine.exists():
        return
    if not mine.exists():
        done.new.append(name)
    elif _digest(mine.read_bytes()) in (before, _digest(shipped)):
        done.updated.append(name)
    else:
        done.kept.append(name)
        mine = folder / f"{source.stem}.new.ipynb"
    mine.write_bytes(shipped)
    record[name] = _digest(shipped)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _record(folder: Path) -> dict[str, str]:
    """What was copied before; nothing if the record cannot be read."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
