"""Before anything is made in an account: who and where, what, what it costs, and a yes."""

from __future__ import annotations

from collections.abc import Callable

from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.marks import EXPIRES_DAYS
from orderlab.errors import LearnerError
from orderlab.orders.estimate import estimate


def agree_to(
    target: AccountTarget,
    chapter: int,
    *,
    ask: Callable[[str], str] = input,
    say: Callable[[str], None] = print,
) -> None:
    """Show what a chapter makes and costs, and have the account's id typed.

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


def notice(target: AccountTarget, chapter: int) -> list[str]:
    """What is said, a line each."""
    found = estimate(target, chapter)
    parts = ", ".join(f"{count} {kind}" for kind, count in found.parts.items() if count)
    return [
        f"This is a real AWS account, {target.account_id} in {target.region}. You are "
        f"{target.who}.",
        f"Chapter {chapter:02d} makes {parts or 'nothing before you do'}, and what you make in it.",
        f"Names begin with {target.marks.prefix}, roles have the path {target.marks.role_path}, "
        f"and tags name you, the chapter and {target.marks.expiry}, {EXPIRES_DAYS} days from now: "
        "take it away by then. AWS does not do it by itself; `orderlab teardown` does.",
        f"It costs about $ {found.usd_an_hour:.4f} an hour while it stands, and about "
        f"$ {found.usd_of_chapter:.2f} for {found.orders:,} orders; prices are second-hand, of "
        f"{found.checked_on}, some of them recalled. DAX clusters and provisioned capacity cost "
        "more, and are made only by cells that name them.",
    ]
