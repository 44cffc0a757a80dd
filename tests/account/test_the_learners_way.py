"""A chapter in an account as a learner goes: start and the typed id, orders, and a teardown from
another process. moto's server stands in for the account; `python -m benchmarks.endpoints.account`
does it with the whole course."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.endpoints.account.census import census, kinds_of
from benchmarks.endpoints.account.walk import ROOT, learner_environment, owner, plant
from tests.cloud.foreign_servers import moto_server

CHAPTER = """
import orderlab
lab = orderlab.start(chapter=3)
lab.client("sqs").create_queue(QueueName="of-my-own")
print(sorted(lab.client("dynamodb").list_tables()["TableNames"]))
lab.finish()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with moto_server() as address:
        yield address


def run(code: str, typed: str, *arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input=typed, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(240)
def test_a_chapter_is_opened_worked_in_and_taken_away(server: str, tmp_path: Path) -> None:
    root = owner(server)
    plant(root)
    before = census(root.unmarked)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with learner_environment(server, keys) as environment:
        said = run(CHAPTER, f"{root.account_id}\n\n\n", environment=environment)
        place = f"the account {root.account_id} in us-east-1 of the server at {server}"
        assert f"This is {place}." in said
        tables = ["orderlab-anna-inventory", "orderlab-anna-invoicing", "orderlab-anna-orders"]
        assert str(tables)[1:-1] in said
        built = census(root.unmarked) - before
        assert len(built) > 20
        assert any(each.endswith("orderlab-anna-of-my-own") for each in built)
        torn = run(
            "from orderlab.cli import main; main()", "", "teardown", "--yes",
            environment=environment,
        )  # fmt: skip
    assert torn.splitlines()[-1] == "Looked again: nothing is left."
    assert census(root.unmarked) == before


def test_the_census_knows_each_kind_that_the_server_has(server: str) -> None:
    kinds = set(kinds_of(owner(server).unmarked))
    assert kinds >= {"function", "queue", "topic", "table", "REST API", "alarm", "role", "bucket"}
