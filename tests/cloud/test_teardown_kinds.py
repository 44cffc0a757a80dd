"""Each kind of resource that the course can make is found, and taken away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orderlab.teardown.kinds import KINDS
from orderlab.teardown.teardown import everything, find, teardown
from tests.cloud import every_kind
from tests.cloud.account_kit import account

# what the course only could make, or changes in the account; the local cloud has no budgets
NOT_MADE = {"DAX subnet group", "dashboard", "log role of API Gateway", "budget"}


@pytest.mark.timeout(120)
def test_one_of_each_kind_is_taken_away(own_cloud: Callable[..., Any]) -> None:
    with own_cloud(speed=10) as cloud:
        target = account(cloud.endpoint)
        before = everything(target.unmarked, target.marks)
        every_kind.make(target)
        found = find(target.unmarked, target.marks)
        assert {each.kind for each in found} == {kind.name for kind in KINDS} - NOT_MADE
        assert all("orderlab-anna-" in each.name for each in found)
        torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
        assert str(torn).endswith("Looked again: nothing is left.")
        assert "bucket: 0" in str(torn)
        assert everything(target.unmarked, target.marks) == before
