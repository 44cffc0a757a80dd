"""`orderlab teardown`: take away what the course has made in an AWS account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from orderlab.teardown.found import Found


def teardown(
    learner: str = typer.Option("", help="Whose; yours if not given (ORDERLAB_LEARNER)."),
    yes: bool = typer.Option(False, "--yes", help="Don't ask."),
) -> None:
    """Find what the course made in your AWS account, by tag and prefix, and delete it.

    The account is the one of boto3's usual credentials. What is found is shown before anything is
    deleted; then it is looked for again. The exit status is 1 if something is left, or if you may
    not look for something.
    """
    from orderlab.aws_target.account import AccountTarget
    from orderlab.teardown.teardown import teardown as tear_down

    target = AccountTarget(learner=learner)
    typer.echo(f"{target.place}, as {target.who}; what {target.marks.learner} has:")

    def agree(found: list[Found]) -> bool:
        for each in found:
            typer.echo(f"  {each}")
        return yes or typer.confirm(f"Delete these {len(found)}?")

    torn = tear_down(target.unmarked, target.marks, agree=agree, say=typer.echo)
    typer.echo(str(torn))
    raise typer.Exit(0 if torn.proven else 1)
