"""What is wrong with this machine, and how to mend it.

`CHECKS` is the list, in the order in which things are needed. A check is a function that looks at
one thing and returns a Finding; what it looks at can be given to it, so that a test makes it fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orderlab.doctor.aws import aws_files, aws_variables
from orderlab.doctor.aws_cli import aws_cli
from orderlab.doctor.finding import Finding, bad
from orderlab.doctor.folders import temporary_folder, working_folder
from orderlab.doctor.jupyter import browser, kernel
from orderlab.doctor.leftovers import leftovers
from orderlab.doctor.machine import clock, cores, memory
from orderlab.doctor.network import loopback, proxies
from orderlab.doctor.pictures import pictures
from orderlab.doctor.python import packages, python_version

__all__ = ["CHECKS", "Finding", "examine"]

CHECKS: tuple[Callable[[], Finding], ...] = (
    python_version,
    packages,
    loopback,
    proxies,
    working_folder,
    temporary_folder,
    memory,
    cores,
    clock,
    aws_variables,
    aws_files,
    aws_cli,
    kernel,
    browser,
    pictures,
    leftovers,
)


def examine(checks: Sequence[Callable[[], Finding]] = CHECKS) -> list[Finding]:
    """Run the checks. One that breaks is a finding, and the others go on."""
    return [_run(check) for check in checks]


def _run(check: Callable[[], Finding]) -> Finding:
    name = check.__name__.replace("_", " ")
    try:
        return check()
    except Exception as error:
        said = f"could not be looked at: {type(error).__name__}: {error}"
        return bad(name, said, "Please report this with the output of this command.")
