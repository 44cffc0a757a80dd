"""The words about the course as a whole, on a learner's own session."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.errors import CloudGone, LearnerError
from orderlab.exercises import registry
from orderlab.exercises.certificate.kept import minutes, storms
from orderlab.exercises.fast_track.tasks import chosen
from orderlab.exercises.overview import overview
from tests.cloud.session_kit import home, start

__all__ = ["home"]


def test_they_work_when_the_cloud_is_stopped_and_finish_keeps_the_time(home: Path) -> None:
    lab = start(0)
    lab.final_test().answer(1, 1)
    lab.finish(quiet=True)
    assert set(minutes(lab.progress)) == {0}
    assert "1 of 30 answered" in lab.final_test().result().headline
    assert "measured nothing yet" in lab.story().svg
    written = lab.certificate("Ada Lovelace")
    assert written.path == home / "certificate.html" and written.path.is_file()
    with pytest.raises(CloudGone):
        lab.test_out()
    with pytest.raises(CloudGone):
        lab.game_day()


@pytest.mark.parametrize("chapter", registry.CHAPTERS)
def test_a_chapter_is_tested_out_on_its_own_cloud(home: Path, chapter: int) -> None:
    lab = start(chapter)
    test = lab.test_out(chapter)
    assert not test.passed
    for identifier in chosen(chapter):
        assert test.check(identifier).kind in ("untouched", "wrong")
        answer = registry.exercise(identifier).solve(test[identifier]._workspace)
        given = () if answer is None else (answer,)
        assert test.check(identifier, *given).kind == "right", identifier
    assert test.passed
    row = overview(lab.progress).table().rows[chapter]
    assert row["next"] == "tested out" and not row["solved"].startswith("0 ")
    assert "tested out" in repr(lab.summary())
    other = (chapter + 1) % len(registry.CHAPTERS)
    with pytest.raises(LearnerError, match=rf"start\(chapter={other}\)"):
        lab.test_out(other)


def test_a_storm_is_kept_for_the_certificate(home: Path) -> None:
    lab = start(4)
    lab.build()
    found = lab.storm(orders=20, seed=5)
    assert [(s.chapter, s.seed, s.orders, s.of) for s in storms(lab.progress)] == [(4, 5, 20, 5)]
    assert storms(lab.progress)[0].kept == len(found.kept)
    assert "seed 5" in repr(lab.certificate("Ada"))
