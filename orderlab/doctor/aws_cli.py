"""An AWS CLI that does not read AWS_ENDPOINT_URL: its calls leave for the real AWS."""

from __future__ import annotations

import re
import shutil
import subprocess

from orderlab.doctor.finding import Finding, ok, warn

# Versions of the AWS CLI that read the variable; version 1 never does for `aws sqs`.
READS_FROM = {1: (1, 29), 2: (2, 13)}
VERSION_SECONDS = 15


def aws_cli(version: str | None = None) -> Finding:
    """`version` is what `aws --version` prints; empty if there is no AWS CLI."""
    name = "AWS CLI"
    told = _version() if version is None else version
    if not told:
        return ok(name, "none; no part of the course needs it")
    found = re.search(r"aws-cli/(\d+)\.(\d+)\S*", told)
    if not found:
        return ok(name, f"there is one that does not tell its version: {told[:60]!r}")
    number = (int(found[1]), int(found[2]))
    if number >= READS_FROM[2]:
        return ok(name, f"{found[0]} goes where AWS_ENDPOINT_URL says")
    lost = "`aws sqs`" if READS_FROM[1] <= number < (2, 0) else "every command"
    return warn(
        name,
        f"{found[0]} sends {lost} to the real AWS, whatever AWS_ENDPOINT_URL says",
        "Give the address with each command, `aws --endpoint-url http://127.0.0.1:... sqs ...`, "
        "or install version 2.",
    )


def _version() -> str:
    program = shutil.which("aws")
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=VERSION_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "nothing"
    return (done.stdout or done.stderr).strip() or "nothing"
