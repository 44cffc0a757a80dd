"""A target without a cloud: its pages are what a test says, and its accounts have no logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from orderlab.aws_target.base import RECORDER, Target


class NoLogs:
    """A client of CloudWatch Logs in an account without log groups."""

    def get_paginator(self, name: str) -> NoLogs:
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"logGroups": []}


class FakeTarget(Target):
    """Answers pages with `pages`, by path; a path that it doesn't have is empty."""

    endpoint, region, account_id = "http://127.0.0.1:4566", "us-east-1", "123456789012"
    can = frozenset({RECORDER})
    role_path, place, pid = "/", "a target of a test", None
    in_account = None

    def __init__(self, **pages: dict[str, Any]) -> None:
        self.pages = pages

    def require(self, *, look: bool = False) -> None:
        """There is nothing that could be gone."""

    def answers(self) -> bool:
        return True

    def client(self, service: str) -> Any:
        return NoLogs()

    def new_client(self, service: str, region: str | None = None, **config: Any) -> Any:
        return NoLogs()

    def put_marks_on(self, register: Callable[..., Any]) -> None:
        """It has no marks."""

    def environment(self) -> dict[str, str]:
        return {}

    def name(self, resource: str) -> str:
        return resource

    def api_url(self, api_id: str, stage: str) -> str:
        return f"{self.endpoint}/_aws/execute-api/{api_id}/{stage}"

    def page(self, path: str, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
        return self.pages.get(path.partition("?")[0].partition("/")[0], {})

    def restart(self, **changed: Any) -> None:
        """Nothing ran."""

    def stop(self) -> None:
        """Nothing runs."""
