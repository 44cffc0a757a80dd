"""What authorizers answered is remembered for its time, and no more than so many at once."""

from __future__ import annotations

import pytest

from orderlab.cloud.apigateway.data import kept_verdicts
from orderlab.cloud.apigateway.data.kept_verdicts import KeptVerdicts


class Hand:
    """The hand of a clock."""

    now = 100.0


def test_a_verdict_is_kept_until_its_time_is_over() -> None:
    hand = Hand()
    kept: KeptVerdicts[str] = KeptVerdicts(lambda: hand.now)
    kept.keep(("api", "live", "auth", "anna"), "yes", 110.0)
    assert kept.get(("api", "live", "auth", "anna")) == "yes"
    assert kept.get(("api", "live", "auth", "ben")) is None
    hand.now = 110.0
    assert kept.get(("api", "live", "auth", "anna")) is None


def test_the_verdicts_of_one_stage_are_forgotten() -> None:
    kept: KeptVerdicts[str] = KeptVerdicts(lambda: 0.0)
    stages = [("api", "live"), ("api", "test"), ("other", "live")]
    for stage in stages:
        kept.keep((*stage, "auth"), "yes", 10.0)
    kept.forget("api", "live")
    assert [kept.get((*stage, "auth")) for stage in stages] == [None, "yes", "yes"]


def test_the_oldest_goes_and_one_that_is_renewed_is_not_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_verdicts, "MOST", 2)
    kept: KeptVerdicts[str] = KeptVerdicts(lambda: 0.0)
    for name in ("a", "b", "a", "c"):
        kept.keep((name,), name, 10.0)
    assert [kept.get((name,)) for name in ("a", "b", "c")] == ["a", None, "c"]
