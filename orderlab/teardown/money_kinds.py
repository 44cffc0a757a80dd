"""What watches the account's costs: the learner's budget.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgets.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orderlab.aws_target.marks import Marks
from orderlab.teardown.found import Client, Found, Kind, pages, tags_of


def _account(client: Client) -> str:
    return str(client("sts").get_caller_identity()["Account"])


def _budgets(client: Client, _: Marks) -> Iterator[Found]:
    account, budgets = _account(client), client("budgets")
    for each in _listed(budgets, account):
        arn = f"arn:aws:budgets::{account}:budget/{each['BudgetName']}"
        tags = tags_of(budgets.list_tags_for_resource, "ResourceTags", ResourceARN=arn)
        yield Found("budget", each["BudgetName"], each["BudgetName"], tags)


def _listed(budgets: Any, account: str) -> list[Any]:
    try:
        return list(pages(budgets, "describe_budgets", "Budgets", AccountId=account))
    except budgets.exceptions.NotFoundException:
        return []  # an account without one has no list either


def _delete_budget(client: Client, found: Found) -> None:
    client("budgets").delete_budget(AccountId=_account(client), BudgetName=found.key)


BUDGET = Kind("budget", _budgets, _delete_budget)
