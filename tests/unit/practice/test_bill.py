"""A month's bill from what was metered, and the review's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderlab.errors import LearnerError
from orderlab.orders.prices import TABLE
from orderlab.practice.metered import Bill, Metered, prices
from orderlab.practice.review import PILLARS, Review
from orderlab.progress import Progress
from tests.unit.fake_target import FakeTarget


def test_a_bill_is_the_shops_month_by_service() -> None:
    bill = Bill({"sqs.requests": 316_800.0, "sns.publishes": 3168.0, "api.calls": 9.0}, 3168)
    month = 1000 * 30 / 7
    assert bill.by_service["SQS"] == pytest.approx(month * 0.3168 * 0.40)
    assert bill.by_service["SNS"] == pytest.approx(month * 0.003168 * 0.50)
    assert list(bill.sorted()) == ["SQS", "SNS"]
    assert bill.total == pytest.approx(sum(bill.by_service.values()))
    assert "SQS" in repr(bill)
    with pytest.raises(LearnerError):
        Bill({}, 0)


def test_the_prices_are_those_of_the_table() -> None:
    assert prices() == {price.item: (price.usd, price.per) for price in TABLE}


def test_what_was_metered_is_what_a_block_added() -> None:
    before = {"items": {"sqs.requests": 5.0, "api.calls": 1.0}, "resources": {}}
    target = FakeTarget(meter=before)
    with Metered(target, without=["dynamodb.read_units"]) as used:
        target.pages["meter"] = {
            "items": {"sqs.requests": 8.0, "api.calls": 4.0, "dynamodb.read_units": 3.0},
            "resources": {"sqs.requests": {"inbox": 1_000_000.0, "other": 7.0}},
        }
    assert used.items == {"sqs.requests": 3.0}
    assert used.usd("inbox") == pytest.approx(0.40)
    assert "metered" in repr(used)


def test_a_review_keeps_answers_and_writes_a_page(tmp_path: Path) -> None:
    review = Review(Progress(tmp_path))
    assert len(review.missing) == len(PILLARS)
    review.answer("security", "roles of <one> right", risk="low", next="look & see")
    again = Review(Progress(tmp_path))
    assert "security" not in again.missing
    page = again.page().read_text("utf-8")
    assert "roles of &lt;one&gt; right" in page and "look &amp; see" in page
    assert "http" not in page.replace("https://docs", ""), "nothing comes from the network"
    again.forget()
    assert len(Review(Progress(tmp_path)).missing) == len(PILLARS)


@pytest.mark.parametrize(
    ("pillar", "text", "risk"),
    [("beauty", "x", "low"), ("", "x", "low"), ("security", " ", "low"), ("security", "x", "none")],
)
def test_odd_answers_are_a_learners_error(
    tmp_path: Path, pillar: str, text: str, risk: str
) -> None:
    with pytest.raises(LearnerError):
        Review(Progress(tmp_path)).answer(pillar, text, risk=risk)
