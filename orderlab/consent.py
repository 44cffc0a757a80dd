"""Before anything is made in an account: who and where, what, what it costs, and a yes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from orderlab import budget
from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.costly import CAPACITY, CONCURRENCY, DAX
from orderlab.aws_target.marks import EXPIRES_DAYS
from orderlab.errors import LearnerError
from orderlab.orders.estimate import estimate
from orderlab.orders.prices import CHECKED_ON, TABLE

_HOURS_A_MONTH = 730


def agree_to(
    target: AccountTarget,
    chapter: int,
    *,
    ask: Callable[[str], str] = input,
    say: Callable[[str], None] = print,
) -> None:
    """Show what a chapter makes and costs, and have the account's id typed; offer a budget then.

    Raises LearnerError unless it is; nothing was made then.
    """
    for line in notice(target, chapter):
        say(line)
    typed = ask(f"Type the account's id, {target.account_id}, to go on: ").strip()
    if typed != target.account_id:
        raise LearnerError(
            "That is not the account's id, so nothing was made.",
            advice="Run the cell again to go on, or leave `target` out for the local cloud.",
        )
    budget.offer(target, ask=ask, say=say)


def notice(target: AccountTarget, chapter: int) -> list[str]:
    """What is said, a line each."""
    found = estimate(target, chapter)
    parts = ", ".join(f"{count} {kind}" for kind, count in found.parts.items() if count)
    real = f"This is a real AWS account, {target.account_id} in {target.region}."
    return [
        f"{real if target.is_real else f'This is {target.place}.'} You are {target.who}.",
        f"Chapter {chapter:02d} makes {parts or 'nothing before you do'}, and what you make in it.",
        f"Names begin with {target.marks.prefix}, roles have the path {target.marks.role_path}, "
        f"and tags name you, the chapter and {target.marks.expiry}, {EXPIRES_DAYS} days from now: "
        "take it away by then. AWS does not do it by itself; `orderlab teardown` does.",
        f"It costs about $ {found.usd_an_hour:.4f} an hour while it stands, and about "
        f"$ {found.usd_of_chapter:.2f} for {found.orders:,} orders; prices are second-hand, of "
        f"{found.checked_on}, some of them recalled.",
        *costly_lines(target.costly.allowed),
    ]


def costly_lines(allowed: Collection[str]) -> list[str]:
    """What is said of what costs by the hour, used or not."""
    prices = costly_prices()
    asked = [f"You asked for {each}: {prices[each]}." for each in prices if each in allowed]
    others = [each for each in prices if each not in allowed]
    if others:
        asked.append(
            f"Not made unless you ask for it by name: {', '.join(others)}. "
            f'`allow=("{others[0]}",)` does so.'
        )
    return asked


def costly_prices() -> dict[str, str]:
    """By what one can ask for: its price, in words of a sentence."""
    from orderlab.practice.capacity_week import WRITE_UNIT_HOUR

    usd = {price.item: price.usd / price.per for price in TABLE}
    node, unit = usd["dax.node_hours"], WRITE_UNIT_HOUR.usd
    ready = usd["lambda.provisioned_gb_seconds"] * 3600
    second_hand = f"a second-hand price of {CHECKED_ON}"
    return {
        DAX: f"each node of dax.t3.small costs about $ {node:.2f} an hour, "
        f"$ {node * _HOURS_A_MONTH:.0f} a month, whether it is used or not ({second_hand})",
        CAPACITY: f"each write unit a second costs about $ {unit:.5f} an hour, "
        f"$ {unit * _HOURS_A_MONTH:.2f} a month, whether it is used or not ({second_hand})",
        CONCURRENCY: f"each GB that an environment has costs about $ {ready:.3f} an hour, "
        f"$ {ready * _HOURS_A_MONTH:.0f} a month, whether it is called or not ({second_hand})",
    }
