"""The end of a session in an account: what stands is shown, and taken away if one likes."""

from __future__ import annotations

from collections.abc import Callable

from orderlab.aws_target.in_account import InAccount
from orderlab.teardown.found import Found
from orderlab.teardown.teardown import Torn, teardown

_KEEP = "`orderlab teardown` in a terminal takes it away later, also from another machine."


def take_away(
    account: InAccount,
    *,
    ask: Callable[[str], str] | None = None,
    say: Callable[[str], None] = print,
) -> Torn:
    """Show what the learner has, ask, delete it, look again, and say what was found.

    Where nobody can answer, nothing is deleted.
    """

    def agree(found: list[Found]) -> bool:
        say(f"You have in {account.place}:")
        for each in found:
            say(f"  {each}")
        try:
            # a kernel puts its own in the place of `input` while a cell runs
            typed = (ask or input)(
                f"Type yes to delete these {len(found)}, or nothing to keep them: "
            )
        except (EOFError, NotImplementedError, RuntimeError):
            typed = ""  # such as a notebook that is run by a program
        agreed[0] = typed.strip().lower() == "yes"
        return agreed[0]

    agreed = [True]
    torn = teardown(account.unmarked, account.marks, agree=agree, say=say)
    if not agreed[0]:
        # what is kept now goes on writing logs
        account.sweep_logs()
        say(f"Nothing was deleted: it stands there, and costs money while it does. {_KEEP}")
        return torn
    say(str(torn))
    if not torn.proven:
        say(_KEEP)
    return torn
