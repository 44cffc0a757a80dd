"""All chapters' builders and the teardown on servers that nobody here wrote, as an account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import ministack
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
