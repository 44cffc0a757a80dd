"""`orderlab doctor`: what is wrong with this machine, and how to mend it."""

from __future__ import annotations

import json
import os
import sys

import typer


def doctor(
    target: str = typer.Option("local", help="`aws` looks at your rights in an AWS account too."),
) -> None:
    """Say what is wrong with this machine, and how to mend it.

    With `--target aws` also whether you have the rights that the course needs in your account, with
    the policy that gives them; nothing is made there. The exit status is 1 if something is in the
    way; warnings are not.
    """
    from orderlab.doctor import examine
    from orderlab.doctor.view import table

    findings = examine()
    needed = ""
    if target == "aws":
        from orderlab.aws_target.account import AccountTarget
        from orderlab.doctor.account import rights
        from orderlab.doctor.least_policy import policy

        account = AccountTarget()
        findings.append(rights(account))
        needed = f"\nThe policy that the course needs in {account.place}:\n" + json.dumps(
            policy(account), indent=2
        )
    typer.echo(table(findings, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    if needed:
        typer.echo(needed)
    raise typer.Exit(1 if any(finding.level == "bad" for finding in findings) else 0)
