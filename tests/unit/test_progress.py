"""What is kept of a learner's work, and that it survives."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from orderlab.progress import Progress, learner_folder


def test_a_right_answer_is_kept_and_stays_solved_after_a_wrong_one(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.checked("1.1", "right", "")
    progress.checked("1.1", "wrong", "the other clock")
    state = Progress(tmp_path).exercise("1.1")
    assert state.solved and state.tries == 2 and state.misconceptions == ["the other clock"]


def test_an_untouched_exercise_does_not_count_as_a_try(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.checked("1.1", "untouched", "")
    assert progress.exercise("1.1").tries == 0


def test_reset_of_one_of_a_chapter_and_of_all_each_leave_a_backup(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    for identifier in ("1.1", "1.2", "10.1", "2.1"):
        progress.checked(identifier, "right", "")
    backup = progress.reset(exercise="1.1")
    assert backup and json.loads(backup.read_text())["exercises"]["1.1"]["solved"]
    assert not progress.exercise("1.1").solved and progress.exercise("1.2").solved
    progress.reset(chapter=1)
    assert not progress.exercise("1.2").solved and progress.exercise("10.1").solved
    progress.reset()
    assert not progress.exercise("2.1").solved


def test_a_broken_file_is_set_aside_and_not_lost(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.path.write_text("{ not json")
    assert not progress.exercise("1.1").solved
    assert [p.read_text() for p in tmp_path.glob("*unreadable*")] == ["{ not json"]


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    def solve(chapter: int) -> None:
        for number in range(15):
            Progress(tmp_path).checked(f"{chapter}.{number}", "right", "")

    threads = [threading.Thread(target=solve, args=(chapter,)) for chapter in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    progress = Progress(tmp_path)
    assert all(progress.exercise(f"{c}.{n}").solved for c in (1, 2) for n in range(15))


def test_the_folder_is_found_from_the_notebooks_folder(tmp_path: Path) -> None:
    (tmp_path / ".orderlab").mkdir()
    (tmp_path / "notebooks").mkdir()
    assert learner_folder(tmp_path / "notebooks") == tmp_path / ".orderlab"
