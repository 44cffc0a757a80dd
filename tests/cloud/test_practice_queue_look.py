"""A look into a queue where the target has no window into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderlab.aws_target.base import OF_THE_LOCAL_CLOUD
from orderlab.aws_target.local import LocalTarget
from orderlab.practice.queue_look import bodies_with, take_out


@pytest.fixture(params=[OF_THE_LOCAL_CLOUD, frozenset()], ids=["looking", "receiving"])
def target(request: pytest.FixtureRequest) -> Iterator[LocalTarget]:
    with LocalTarget.start(seed=1) as made:
        made.can = request.param
        yield made


def test_a_look_finds_what_lies_there_and_leaves_it(target: LocalTarget) -> None:
    sqs = target.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    for number in range(25):
        sqs.send_message(QueueUrl=url, MessageBody=f"order {number:02d}")
    assert bodies_with(target, "inbox", "order 07") == ["order 07"]
    assert sorted(bodies_with(target, "inbox", "order 1")) == [f"order {n}" for n in range(10, 20)]
    take_out(target, "inbox", "order 07")
    assert bodies_with(target, "inbox", "order 07") == []
    assert len(bodies_with(target, "inbox", "order")) == 24


def test_a_queue_that_is_not_there_holds_nothing(target: LocalTarget) -> None:
    if target.can:
        pytest.skip("the window is asked for queues that are there")
    assert bodies_with(target, "nowhere", "order") == []
    take_out(target, "nowhere", "order")
