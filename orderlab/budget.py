"""An AWS Budget of a few dollars, offered before anything is made in an account.

It watches what the whole account spends in a month: AWS knows costs by tag only where somebody has
switched that on, a day before. It stops nothing; it writes a mail.

https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.lacking import lacks

USD = 5
NAME = "budget"
# per cent of it: the first of what was spent, the second of what AWS expects for the month
WARNINGS = (("ACTUAL", 80.0), ("FORECASTED", 100.0))

Ask = Callable[[str], str]
Say = Callable[[str], None]


def offer(target: AccountTarget, *, ask: Ask, say: Say) -> None:
    """Ask whether there should be one, unless there is; make it on a yes."""
    try:
        if _stands(target):
            return
    except (ClientError, BotoCoreError) as error:
        say(f"No budget is offered: {_reason(error)}.")
        return
    typed = ask(
        f"Type yes for an AWS Budget of $ {USD} a month that watches the whole account, "
        "or nothing for none: "
    )
    if typed.strip().lower() != "yes":
        return
    address = ask("The mail address that it warns, or nothing to look at it in the console: ")
    try:
        make(target, address.strip())
    except (ClientError, BotoCoreError) as error:
        say(f"The budget was not made: {_reason(error)}.")
        return
    warned = f"warns {address.strip()} at {WARNINGS[0][1]:.0f} %" if address.strip() else "is made"
    say(f"The budget {target.marks.name(NAME)} {warned}; `orderlab teardown` takes it away.")


def make(target: AccountTarget, address: str = "") -> None:
    """Make the learner's budget; with an address it sends mails."""
    warnings = [
        {
            "Notification": {
                "NotificationType": kind,
                "ComparisonOperator": "GREATER_THAN",
                "Threshold": per_cent,
                "ThresholdType": "PERCENTAGE",
            },
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": address}],
        }
        for kind, per_cent in WARNINGS
    ]
    target.unmarked("budgets").create_budget(
        AccountId=target.account_id,
        Budget={
            "BudgetName": target.marks.name(NAME),
            "BudgetLimit": {"Amount": str(USD), "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        },
        ResourceTags=[{"Key": key, "Value": text} for key, text in target.marks.tags.items()],
        **({"NotificationsWithSubscribers": warnings} if address else {}),
    )


def _stands(target: AccountTarget) -> bool:
    budgets = target.unmarked("budgets")
    try:
        budgets.describe_budget(AccountId=target.account_id, BudgetName=target.marks.name(NAME))
    except budgets.exceptions.NotFoundException:
        return False
    return True


def _reason(error: Any) -> str:
    if isinstance(error, ClientError):
        if lacks(error):
            return "AWS Budgets is not there"
        said = error.response.get("Error", {})
        return f"{said.get('Code', '')}, {said.get('Message', '')}".rstrip(". ,")
    return str(error).rstrip(".")
