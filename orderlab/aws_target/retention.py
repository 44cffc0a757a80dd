"""How long an account keeps the logs of the course: AWS keeps them, and charges for them, for ever
unless it is told otherwise.

A group that is made by hand is told at once. One that Lambda made is told when somebody first
reads it, and by a sweep when a session begins and ends.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.aws_target.marks import EXPIRES_DAYS, Marks

# what is made is to be taken away by then; CloudWatch Logs knows a week
DAYS = EXPIRES_DAYS
_GROUP = "orderlab-log-group"
_OF_FUNCTIONS = "/aws/lambda/"
_OWN_CHOICE = ("DeleteLogGroup", "DeleteRetentionPolicy", "PutRetentionPolicy")


class Retention:
    """Tells log groups of one learner; `client` gives clients that change no request."""

    def __init__(self, marks: Marks, client: Callable[[str], Any]) -> None:
        self._marks = marks
        self._client = client
        self._told = set[str]()

    def put_on(self, register: Callable[..., Any]) -> None:
        """Let a client, or the clients of a botocore session, tell the groups that they name."""

        def note(params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
            if model.service_model.service_name == "logs":
                context[_GROUP] = _named(params)
                if model.name in _OWN_CHOICE:
                    self._told.update(context.pop(_GROUP))

        def tell(http_response: Any, context: dict[str, Any], model: Any, **_: Any) -> None:
            if http_response.status_code < 300:
                fresh = model.name == "CreateLogGroup"
                self._tell(context.get(_GROUP, ()), fresh)

        register("before-parameter-build", note)
        register("after-call", tell)

    def sweep(self) -> None:
        """Tell all groups of the learner's functions that keep their logs for ever."""
        with contextlib.suppress(ClientError, BotoCoreError):
            own, short = self._marks.prefix, self._marks.shortened
            for prefix in (f"{_OF_FUNCTIONS}{own}", f"{_OF_FUNCTIONS}{short}", own):
                pages = self._client("logs").get_paginator("describe_log_groups")
                for page in pages.paginate(logGroupNamePrefix=prefix):
                    for each in page["logGroups"]:
                        name = each["logGroupName"]
                        if each.get("retentionInDays") is None and self._marks.names_it(name):
                            self._put(name)

    def _tell(self, groups: Iterable[str], fresh: bool) -> None:
        for name in groups:
            if not self._marks.names_it(name) or (name in self._told and not fresh):
                continue
            # whatever becomes of it: it is not looked at again with each read
            self._told.add(name)
            with contextlib.suppress(ClientError, BotoCoreError):
                if fresh or self._kept_for_ever(name):
                    self._put(name)

    def _kept_for_ever(self, name: str) -> bool:
        found = self._client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return any(
            each["logGroupName"] == name and each.get("retentionInDays") is None for each in found
        )

    def _put(self, name: str) -> None:
        self._client("logs").put_retention_policy(logGroupName=name, retentionInDays=DAYS)


def _named(params: Mapping[str, Any]) -> list[str]:
    """The groups that a call names, by plain names."""
    several = params.get("logGroupNames") or ()
    return [
        each for each in (params.get("logGroupName"), *several) if isinstance(each, str) and each
    ]
