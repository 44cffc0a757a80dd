"""The page of other servers says what was found, of exercises and behaviours that there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.endpoints import kept
from benchmarks.endpoints.account import kept as accounts
from benchmarks.endpoints.account.kept import Account, Chapter
from benchmarks.endpoints.behaviours import BEHAVIOURS
from benchmarks.endpoints.kept import Found, Met, Miss, Tried
from benchmarks.endpoints.page import PAGE, text
from orderlab.exercises import registry


def test_the_page_is_made_from_what_was_found() -> None:
    assert PAGE.read_text("utf-8") == text(kept.read(), accounts.read())


def test_every_exercise_was_tried_on_each_server_with_whole_chapters() -> None:
    wanted = {each.id for chapter in registry.CHAPTERS for each in registry.exercises(chapter)}
    tried = {name: set(each.exercises) for name, each in kept.read().items() if each.exercises}
    assert {"moto", "ministack"} <= tried.keys()
    assert {name: wanted ^ found for name, found in tried.items() if wanted ^ found} == {}


def test_every_behaviour_has_a_name_of_its_own() -> None:
    names = [each.name for each in BEHAVIOURS]
    assert len(set(names)) == len(names)
    known = set(names)
    assert [name for name, each in kept.read().items() if each.behaviours.keys() - known] == []


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    miss = Miss("the solution", "right", "wrong", "It is too large.")
    found = {"some": Found("some", "1.0", "2026-01-01", {"1.1": Tried("1.1", 2, 2, [miss])},
                           {"comes_again": Met("comes_again", False, "nothing came")})}  # fmt: skip
    kept.write(found, tmp_path / "kept.json")
    assert kept.read(tmp_path / "kept.json") == found


def test_a_page_tells_what_misleads_from_what_is_not_judged() -> None:
    misled = Tried("1.1", 3, 3, [Miss("the solution", "right", "wrong", "Too <large> | `x`")])
    unjudged = Tried("1.2", 3, 3, [Miss("the solution", "right", "not_here", "no recorder")])
    page = text({"some": Found("some", exercises={"1.1": misled, "1.2": unjudged})}, {})
    assert "| 1.1 A receipt | 3 | **misleads**, 1 |" in page
    assert "| 1.2 The missing log | 3 | not judged, but for 2 |" in page
    assert "*the solution* called wrong: Too &lt;large> / 'x'" in page


TOLD: list[dict[str, Any]] = [
    {"cell": "03-a-2", "seconds": 1.0},
    {"cell": "03-a-3", "seconds": 1.0, "kind": "This needs faults."},
    {"cell": "03-a-4", "seconds": 1.0, "failed": "KeyError: 'x'"},
    {"cell": "03-a-5", "seconds": 1.0, "exercise": "3.1", "verdict": "right", "message": "Yes."},
    {"cell": "03-a-6", "seconds": 1.0, "exercise": "3.2", "verdict": "wrong", "message": "No <it>"},
    {
        "orders": {
            "sent": 60,
            "accepted": 60,
            "refused": [],
            "stored": {"orders": 60, "shipping": 59},
        }
    },
]


def test_what_an_account_showed_is_kept_and_told(tmp_path: Path) -> None:
    chapter = Chapter.of(3, TOLD, "")
    chapter.built = 66
    assert chapter.clean
    found = {"some": Account("some", "1.0", "2026-01-01", {3: chapter})}
    accounts.write(found, tmp_path / "account.json")
    assert accounts.read(tmp_path / "account.json") == found
    page = text({}, found)
    assert "| some 1.0 | 03 | 5 | 1 | 1 | 1 of 2 | 60 of 60 | 59 | 66 | 0 | 0 |" in page
    assert "- check of **3.2**, called wrong: No &lt;it>" in page
    assert "- cell `03-a-4`: KeyError: 'x'" in page


def test_no_chapter_left_anything_or_took_what_is_somebody_elses() -> None:
    chapters = [each for account in accounts.read().values() for each in account.chapters.values()]
    assert [str(each) for each in chapters if not each.clean] == []
