"""A chapter on a server of others': built there, found again, and what it lacks said kindly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import orderlab
from orderlab.errors import CloudGone
from tests.cloud.foreign_servers import moto_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with moto_server() as address:
        yield address


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORDERLAB_HOME", str(tmp_path))
    return tmp_path


def test_a_chapter_is_built_there_and_found_again(
    server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = orderlab.start(chapter=3, target=server)
    assert f"Chapter 03 on the server at {server}, with what" in capsys.readouterr().out
    tables = lab.client("dynamodb").list_tables()["TableNames"]
    assert {lab.name(each) for each in ("orders", "inventory", "shipping")} <= set(tables)
    assert lab.name("orders").startswith("orderlab-")
    lab.client("sqs").create_queue(QueueName="mine")
    assert "left out here" in repr(lab.cost())
    assert "flight recorder" in repr(lab.watch())
    with lab.faults.fail("shipping"):
        pass
    assert lab.diagram().graph.nodes
    lab.finish()
    assert "what you built stands there" in capsys.readouterr().out
    lab = orderlab.start(chapter=3, target=server)
    assert "as you left it there" in capsys.readouterr().out
    urls = lab.client("sqs").list_queues()["QueueUrls"]
    assert any(url.endswith(f"/{lab.name('mine')}") for url in urls)
    orderlab.start(chapter=3, target=server)
    assert "open already" in capsys.readouterr().out
    lab.finish(quiet=True)


def test_a_check_that_needs_more_judges_nothing(server: str) -> None:
    lab = orderlab.start(chapter=5, target=server, quiet=True)
    outcomes = [lab.exercise(each).check() for each in ("5.2", "5.5")]
    lab.finish(quiet=True)
    assert not {outcome.kind for outcome in outcomes} & {"lab_fault", "right"}


def test_a_server_that_is_gone_is_told_in_a_sentence() -> None:
    with moto_server() as address:
        lab = orderlab.start(chapter=1, target=address, quiet=True)
    with pytest.raises(CloudGone, match="Nobody listens"):
        lab.diagram()
    lab.finish(quiet=True)
