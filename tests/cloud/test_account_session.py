"""A session in an account, with a server in the account's place: a budget, logs, the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlab import budget
from orderlab.aws_target.account import AccountTarget
from orderlab.consent import agree_to
from orderlab.journal import Journal
from orderlab.lab import Lab
from orderlab.progress import Progress
from orderlab.teardown.at_the_end import take_away
from orderlab.teardown.teardown import find, teardown
from tests.cloud.account_kit import account
from tests.cloud.foreign_servers import moto_server


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as address:
        yield address


def answers(*given: str) -> tuple[Callable[[str], str], list[str]]:
    """Somebody who types these one after the other, and what was asked."""
    left, asked = list(given), list[str]()

    def ask(question: str) -> str:
        asked.append(question)
        return left.pop(0)

    return ask, asked


def budgets(target: AccountTarget) -> list[str]:
    found = target.unmarked("budgets").describe_budgets(AccountId=target.account_id)
    return [each["BudgetName"] for each in found.get("Budgets", ())]


# --- the budget ---------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "no", "y"])
def test_no_budget_is_made_without_a_yes(moto: str, typed: str) -> None:
    target = account(moto, learner="nobudget")
    ask, asked = answers(target.account_id, typed)
    agree_to(target, 1, ask=ask, say=lambda _: None)
    assert len(asked) == 2
    assert "orderlab-nobudget-budget" not in budgets(target)


def test_a_budget_is_made_named_and_taken_away(moto: str) -> None:
    target, said = account(moto, learner="anna"), list[str]()
    target.unmarked("budgets").create_budget(
        AccountId=target.account_id,
        Budget={"BudgetName": "orderlab-annabel-budget", "TimeUnit": "MONTHLY",
                "BudgetType": "COST", "BudgetLimit": {"Amount": "1", "Unit": "USD"}},
    )  # fmt: skip
    ask, asked = answers(target.account_id, "yes", "anna@example.com")
    agree_to(target, 1, ask=ask, say=said.append)
    assert "$ 5 a month" in asked[1]
    assert "orderlab-anna-budget warns anna@example.com at 80 %" in said[-1]
    found = target.unmarked("budgets").describe_notifications_for_budget(
        AccountId=target.account_id, BudgetName="orderlab-anna-budget"
    )["Notifications"]
    assert {each["NotificationType"] for each in found} == {"ACTUAL", "FORECASTED"}
    # the next chapter does not ask again
    ask, asked = answers(target.account_id)
    agree_to(target, 2, ask=ask, say=said.append)
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert "budget orderlab-anna-budget" in {str(each) for each in torn.found}
    assert budgets(target) == ["orderlab-annabel-budget"]


def test_where_there_are_no_budgets_that_is_said(endpoint: str) -> None:
    target, said = account(endpoint, learner="dora"), list[str]()
    ask, asked = answers()
    budget.offer(target, ask=ask, say=said.append)
    assert (asked, said) == ([], ["No budget is offered: AWS Budgets is not there."])


# --- logs ---------------------------------------------------------------------------------


def kept(target: AccountTarget) -> dict[str, int | None]:
    found = target.unmarked("logs").describe_log_groups()["logGroups"]
    return {each["logGroupName"]: each.get("retentionInDays") for each in found}


def test_no_log_of_the_learners_is_kept_for_ever(endpoint: str) -> None:
    target = account(endpoint, learner="logs")
    made, seen = "/aws/lambda/orderlab-logs-made", "/aws/lambda/orderlab-logs-seen"
    others = "/aws/lambda/orderlab-logsmith-f"
    for name in (made, seen, others):  # as Lambda makes them
        target.unmarked("logs").create_log_group(logGroupName=name)
    logs = target.client("logs")
    logs.create_log_group(logGroupName="access")
    logs.create_log_group(logGroupName="chosen")
    logs.put_retention_policy(logGroupName="chosen", retentionInDays=14)
    logs.filter_log_events(logGroupName="/aws/lambda/seen")
    assert kept(target) == {
        made: None, seen: 7, others: None, "orderlab-logs-access": 7, "orderlab-logs-chosen": 14,
    }  # fmt: skip
    target.sweep_logs()
    assert kept(target)[made] == 7
    assert kept(target)[others] is None
    # what somebody has chosen stays, also "for ever"
    logs.delete_retention_policy(logGroupName="chosen")
    logs.describe_log_streams(logGroupName="chosen")
    assert kept(target)["orderlab-logs-chosen"] is None


# --- the end ------------------------------------------------------------------------------


def opened(target: AccountTarget, folder: Path) -> Lab:
    return Lab(chapter=1, target=target, progress=Progress(folder), journal=Journal.of(folder, 1))


def test_finish_shows_asks_deletes_and_proves(
    endpoint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = account(endpoint, learner="ende")
    target.client("sqs").create_queue(QueueName="q")
    target.client("sns").create_topic(Name="t")
    asked = list[str]()

    def yes(question: str) -> str:
        asked.append(question)
        return "yes"

    monkeypatch.setattr("builtins.input", yes)
    lab = opened(target, tmp_path)
    lab.finish()
    told = capsys.readouterr().out
    for line in ("  queue orderlab-ende-q", "deleted queue orderlab-ende-q", "queue: 0",
                 "Looked again: nothing is left."):  # fmt: skip
        assert line in told
    assert asked == ["Type yes to delete these 2, or nothing to keep them: "]
    again = account(endpoint, learner="ende")
    assert find(again.unmarked, again.marks) == []
    lab.finish()
    assert capsys.readouterr().out == ""


def test_finish_keeps_what_nobody_agrees_to_delete(endpoint: str) -> None:
    target, said = account(endpoint, learner="keeps"), list[str]()
    target.client("sqs").create_queue(QueueName="q")

    def nobody(_: str) -> str:
        raise EOFError

    for ask in (lambda _: "", nobody):
        torn = take_away(target, ask=ask, say=said.append)
        assert [str(each) for each in torn.left] == ["queue orderlab-keeps-q"]
        assert "costs money while it does. `orderlab teardown`" in said[-1]


def test_a_quiet_end_asks_nothing(
    endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = account(endpoint, learner="quiet")
    target.client("sqs").create_queue(QueueName="q")
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("it asked"))
    opened(target, tmp_path).finish(quiet=True)
    again = account(endpoint, learner="quiet")
    assert [str(each) for each in find(again.unmarked, again.marks)] == ["queue orderlab-quiet-q"]
