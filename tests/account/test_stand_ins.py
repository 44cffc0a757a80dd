"""All chapters' builders and the teardown on servers that nobody here wrote, as an account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import ministack
from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.marks import Marks
from orderlab.orders import architecture
from orderlab.teardown.teardown import everything, find, teardown
from tests.cloud import every_kind
from tests.cloud.account_kit import account
from tests.cloud.foreign_servers import moto_server


@pytest.fixture(params=["moto", "ministack"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "moto":
        with moto_server() as address:
            yield address
        return
    if ministack.program() is None:
        pytest.skip("ministack is not installed; python -m benchmarks.ministack does it")
    with ministack.running() as target:
        yield target.endpoint


@pytest.mark.timeout(240)
def test_one_of_each_kind_is_made_and_taken_away(endpoint: str) -> None:
    target = account(endpoint)
    before = everything(target.unmarked, target.marks)
    every_kind.make(target)
    found = find(target.unmarked, target.marks)
    assert {each.kind for each in found} >= {
        "function", "event source mapping", "queue", "topic", "table", "API", "usage plan",
        "API key", "alarm", "log group", "role", "policy", "bucket", "layer", "rule", "event bus",
        "archive", "pipe", "schedule", "schedule group", "budget",
    }  # fmt: skip
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert torn.left == []
    assert everything(target.unmarked, target.marks) == before
    assert target.unmarked("s3").list_buckets()["Buckets"] == []


class _Disguised(Marks):
    """Somebody else, whose resources are called as the learner's are, and tagged almost so."""

    @property
    def prefix(self) -> str:
        return "orderlab-anna-"

    @property
    def owner(self) -> dict[str, str]:
        return {"orderlab": "course", "orderlab-learner": "Anna"}


def _disguised(endpoint: str) -> AccountTarget:
    target = account(endpoint)
    target.marks = _Disguised("annalena", "04", "2026-12-04")
    return target


@pytest.mark.timeout(240)
def test_what_somebody_else_has_stands_after_every_teardown(endpoint: str) -> None:
    """Of each kind one with a name and tags almost the learner's; and of each kind that can have
    tags one with just the learner's name."""
    target = account(endpoint)
    every_kind.make(account(endpoint, learner="annabel"))
    every_kind.make(_disguised(endpoint))
    # where a kind can have no tags its name decides, and such ones are the learner's
    by_name = {each.name for each in find(target.unmarked, target.marks)}
    before = {str(each) for each in everything(target.unmarked, target.marks)}
    architecture.build(target, chapter=3)
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert torn.left == []
    after = {str(each) for each in everything(target.unmarked, target.marks)}
    gone = {each for each in before - after if each.rpartition(" ")[2] not in by_name}
    assert gone == set()
    kinds = {each.rpartition(" ")[0] for each in after}
    assert kinds >= {"function", "queue", "topic", "table", "API", "alarm", "bucket", "event bus"}


@pytest.mark.timeout(240)
def test_every_chapter_is_built_and_taken_away(endpoint: str) -> None:
    target = account(endpoint)
    counts = []
    for chapter in (1, 2, 3, 4):
        architecture.build(target, chapter=chapter)
        counts.append(len(find(target.unmarked, target.marks)))
    assert counts == sorted(counts)
    assert counts[-1] >= 50
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert torn.left == []
    assert target.unmarked("lambda").list_functions()["Functions"] == []
    assert target.unmarked("dynamodb").list_tables()["TableNames"] == []
    assert not target.unmarked("sqs").list_queues().get("QueueUrls")
    assert target.unmarked("sns").list_topics()["Topics"] == []
