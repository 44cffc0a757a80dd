"""`orderlab export` and `lab.export()`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from orderlab.cli import app
from orderlab.cli.export import _last_chapter
from orderlab.journal.claim import Claim, claim, journal_path
from orderlab.next_level_words import NextLevelWords


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("ORDERLAB_HOME", str(folder))
    monkeypatch.delenv("ORDERLAB_TARGET", raising=False)
    return folder


def test_the_reference_is_exported_without_a_notebook(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "out"
    answer = CliRunner().invoke(app, ["export", str(place), "--chapter", "1", "--reference"])
    assert answer.exit_code == 0, answer.output
    assert "end of chapter 01" in answer.output
    assert "Not in it:" in answer.output
    template = yaml.safe_load((place / "template.yaml").read_text())
    kinds = {each["Type"] for each in template["Resources"].values()}
    assert {"AWS::Lambda::Function", "AWS::ApiGateway::RestApi", "AWS::IAM::Role"} <= kinds


def test_the_chapter_that_was_worked_on_last_is_taken(home: Path) -> None:
    assert _last_chapter() is None
    for chapter in (3, 2):
        journal_path(home, chapter).write_text("")
    os.utime(journal_path(home, 2), (1, 1))
    assert _last_chapter() == 3


def test_a_chapter_that_a_notebook_has_open_is_exported_there(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal_path(home, 2).write_text("")
    taken = claim(home, 2)
    assert isinstance(taken, Claim)
    answer = CliRunner().invoke(app, ["export", str(tmp_path / "out"), "--chapter", "2"])
    assert answer.exit_code != 0
    assert "lab.export()" in str(answer.exception)
    taken.release()


def test_a_word_of_the_lab_exports_what_is_deployed(cloud: Any, tmp_path: Path) -> None:
    from orderlab.aws_target.local import LocalTarget

    target = LocalTarget.attach(cloud.endpoint, "test", "test", prefix="by-word-")
    target.client("sqs").create_queue(QueueName="by-word-jobs")
    words = NextLevelWords()
    words.target = target
    found = words.export(str(tmp_path / "out"))
    assert found.kinds == {"AWS::SQS::Queue": 1}
    assert found.template.is_file()
