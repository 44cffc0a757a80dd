"""What stands for something that a target lacks, where a cell goes on with it."""

from __future__ import annotations

import boto3
import pytest

from orderlab.aws_target.absent import Absent
from orderlab.aws_target.base import NotHere
from orderlab.aws_target.marks import Marks


def test_a_loop_that_waits_for_it_ends_with_its_sentence() -> None:
    bench, found = Absent("This needs queues whose servers can be chosen."), list[int]()
    with pytest.raises(NotHere, match="servers can be chosen"):
        while sum(found) < 40:
            found.append(len(bench.receive(wait=0).bodies))


def test_a_call_that_is_given_it_is_not_sent() -> None:
    client = boto3.client(
        "sqs", aws_access_key_id="t", aws_secret_access_key="t", region_name="us-east-1",
        endpoint_url="http://127.0.0.1:9",
    )  # fmt: skip
    Marks("anna").put_on(client.meta.events.register, "1", lambda _: None, lambda *_: None)
    url: str = Absent("This needs a look into queues.").url
    with pytest.raises(NotHere, match="a look into queues"):
        client.receive_message(QueueUrl=url)
