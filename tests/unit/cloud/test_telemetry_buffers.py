"""Metrics on their way to CloudWatch, and how many resources are remembered for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from orderlab.cloud import ids
from orderlab.cloud.telemetry import buffer
from orderlab.cloud.telemetry.buffer import MetricBuffers


class Sums:
    """Metrics that are added up by their topic."""

    def __init__(self) -> None:
        self.of: Counter[str] = Counter()

    def add(
        self, namespace: str, name: str, value: float, *, unit: str = "Count",
        dimensions: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.of[dimensions["TopicName"]] += int(value)

    def add_set(self, namespace: str, name: str, **more: Any) -> None:
        raise AssertionError(name)


def test_many_resources_are_counted_and_few_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "MAX_BUFFERS", 10)
    monkeypatch.setattr(buffer, "GATHER_SECONDS", 0)
    sums = Sums()

    async def count() -> MetricBuffers:
        buffers = MetricBuffers(sums, "AWS/SNS")
        for number in range(300):
            buffers.of((("TopicName", f"topic-{number % 100}"),)).count("Published")
        while sum(sums.of.values()) < 300:
            await asyncio.sleep(0)
        return buffers

    buffers = asyncio.run(count())
    assert len(buffers._buffers) == 10
    assert sums.of == Counter({f"topic-{number}": 3 for number in range(100)})


def test_ids_without_a_seed_need_no_source_of_their_own() -> None:
    ids.begin(None)
    assert ids.source("messages of a") is ids.source("messages of b")
    ids.begin(7)
    first = [ids.new_uuid(kind) for kind in ("a", "b", "a")]
    ids.begin(7)
    assert [ids.new_uuid(kind) for kind in ("a", "b", "a")] == first
    ids.begin(None)
    assert ids.new_uuid("a") != first[0]
