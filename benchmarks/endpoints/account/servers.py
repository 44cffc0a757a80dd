"""The servers that stand in an account's place: those of the page, with who may do what watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchmarks import ministack
from benchmarks.endpoints.servers import SERVERS


@contextmanager
def _ministack_with_rights() -> Iterator[str]:
    """ministack as its manual makes it ask IAM about each call."""
    with ministack.running(AUTH="true") as target:
        yield target.endpoint


ACCOUNTS = {
    "ministack": replace(SERVERS["ministack"], running=_ministack_with_rights),
    # moto's server does not ask who may do what
    "moto": SERVERS["moto"],
}
