"""What a learner has solved, answered and asked for; kept in the learner's folder.

One JSON file, written whole and swapped in atomically; two notebooks may write at once, since
every change reads, changes and writes under a lock. A file that cannot be read is set aside, never
overwritten.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderlab.cloud.private_files import (
    locked,
    may_be_planted,
    private_folder,
    write_private,
)

VERSION = 1
FOLDER = ".orderlab"


@dataclass
class ExerciseState:
    """What is known of one exercise."""

    solved: bool = False
    tries: int = 0
    hints: int = 0
    solution_seen: bool = False
    last: str = "untouched"
    misconceptions: list[str] = field(default_factory=list)
    solved_at: str = ""
    # The lab built the reference solution here; the learner has not solved it (yet).
    caught_up: bool = False

    def describe(self) -> str:
        if self.solved:
            return "solved"
        if self.caught_up:
            return "caught up"
        return "not solved yet" if self.tries else "not tried yet"


def learner_folder(start: Path | None = None) -> Path:
    """The folder where progress is kept: the course's own, above or at `start`."""
    given = os.environ.get("ORDERLAB_HOME")
    if given:
        return Path(given)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if _is_the_courses(folder) or _is_the_courses(folder / FOLDER):
            return folder / FOLDER
    return here / FOLDER


def _is_the_courses(folder: Path) -> bool:
    """Whether a folder is the course's, or the one of the learner in it. Another user's, in a place
    where everybody may write, is left alone: what is in it would be run as the learner's own."""
    with contextlib.suppress(OSError):
        if folder.name == FOLDER:
            return folder.is_dir() and not may_be_planted(folder)
        index = folder / "notebooks" / "00_index.ipynb"
        return index.is_file() and not may_be_planted(folder)
    return False


class Progress:
    """The kept progress of one learner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "progress.json"
        self._warned = False

    @property
    def shown_folder(self) -> Path:
        """Beside the hidden folder: where pages lie that a browser and a file list show."""
        return self.folder.parent if self.folder.name == FOLDER else self.folder

    # --- reading --------------------------------------------------------------------------

    def exercise(self, identifier: str) -> ExerciseState:
        kept = self._read()["exercises"].get(identifier, {})
        known = ExerciseState.__dataclass_fields__
        return ExerciseState(**{key: value for key, value in kept.items() if key in known})

    def answers(self) -> dict[str, list[int]]:
        """The chosen options of every answered question."""
        answers: dict[str, list[int]] = self._read()["answers"]
        return answers

    def prediction(self, identifier: str) -> str | None:
        chosen: str | None = self._read()["predictions"].get(identifier)
        return chosen

    def notes(self) -> dict[str, Any]:
        """Numbers that later chapters compare with, by name."""
        notes: dict[str, Any] = self._read()["notes"]
        return notes

    # --- writing --------------------------------------------------------------------------

    def checked(self, identifier: str, kind: str, misconception: str) -> None:
        def change(state: ExerciseState) -> None:
            state.last = kind
            if kind in ("wrong", "right"):
                state.tries += 1
            if misconception and misconception not in state.misconceptions:
                state.misconceptions.append(misconception)
            if kind == "right" and not state.solved:
                state.solved, state.solved_at = True, _now()
            if kind in ("wrong", "untouched"):
                # what the lab had built no longer stands
                state.caught_up = False

        self._change_exercise(identifier, change)

    def caught_up(self, identifier: str, stands: bool) -> None:
        """Note that the lab built an exercise's reference solution, or that it is taken away."""
        self._change_exercise(identifier, lambda state: setattr(state, "caught_up", stands))

    def hinted(self, identifier: str, number: int) -> None:
        self._change_exercise(identifier, lambda s: setattr(s, "hints", max(s.hints, number)))

    def saw_solution(self, identifier: str) -> None:
        self._change_exercise(identifier, lambda s: setattr(s, "solution_seen", True))

    def answered(self, question: str, chosen: list[int]) -> None:
        with self._changing() as content:
            content["answers"][question] = sorted(chosen)

    def predicted(self, identifier: str, choice: str) -> None:
        with self._changing() as content:
            content["predictions"][identifier] = choice

    def note(self, name: str, value: Any) -> None:
        with self._changing() as content:
            content["notes"][name] = value

    def reset(self, *, exercise: str | None = None, chapter: int | None = None) -> Path | None:
        """Forget one exercise, one chapter, or all; returns the backup that was made first, or None
        if there was nothing to forget."""
        if not self._has(exercise, chapter):
            return None
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        backup = self.path.with_name(f"progress-{stamp}.json")
        with self._changing() as content:
            write_private(backup, json.dumps(content, indent=1).encode())
            for part in ("exercises", "answers", "predictions"):
                content[part] = {
                    key: value
                    for key, value in content[part].items()
                    if not _is_meant(key, exercise, chapter)
                }
            if exercise is None and chapter is None:
                content["notes"] = {}
        return backup

    def _has(self, exercise: str | None, chapter: int | None) -> bool:
        content = self._read()
        kept = [key for part in ("exercises", "answers", "predictions") for key in content[part]]
        if exercise is None and chapter is None and content["notes"]:
            return True
        return any(_is_meant(key, exercise, chapter) for key in kept)

    # --- the file -------------------------------------------------------------------------

    def _change_exercise(self, identifier: str, change: Callable[[ExerciseState], None]) -> None:
        with self._changing() as content:
            known = ExerciseState.__dataclass_fields__
            kept = content["exercises"].get(identifier, {})
            state = ExerciseState(**{k: v for k, v in kept.items() if k in known})
            change(state)
            content["exercises"][identifier] = asdict(state)

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {
            "version": VERSION,
            "exercises": {},
            "answers": {},
            "predictions": {},
            "notes": {},
        }
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if not isinstance(content, dict) or content.get("version", 0) > VERSION:
                raise ValueError("a newer or foreign form")
        except FileNotFoundError:
            return empty
        except ValueError:
            # keep what cannot be read: somebody may be able to mend it
            with contextlib.suppress(OSError):
                self.path.rename(self.path.with_suffix(f".unreadable-{time.time_ns()}"))
            return empty
        return {**empty, **content}

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        with self._lock():
            content = self._read()
            yield content
            try:
                write_private(self.path, json.dumps(content, indent=1, sort_keys=True).encode())
            except OSError as error:
                self._warn(error)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """The lock of the file; none in a folder that cannot be written."""
        with contextlib.ExitStack() as stack:
            try:
                private_folder(self.folder)
                stack.enter_context(locked(self.folder / "progress.lock"))
            except OSError as error:
                self._warn(error)
            yield

    def _warn(self, error: OSError) -> None:
        """Say once that nothing can be kept; the verdict, hint or answer is given all the same."""
        if not self._warned:
            self._warned = True
            reason = error.strerror or str(error)
            sys.stderr.write(
                f"orderlab: your progress cannot be kept in {self.folder}: {reason}.\n"
            )


def _is_meant(key: str, exercise: str | None, chapter: int | None) -> bool:
    if exercise is not None:
        return key == exercise
    return chapter is None or key.split(".")[0] == str(chapter)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
