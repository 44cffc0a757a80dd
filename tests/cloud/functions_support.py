"""What the tests of Lambda share: zips, roles, and functions made in one line."""

from __future__ import annotations

import base64
import io
import itertools
import json
import textwrap
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_numbers = itertools.count(1)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def zip_of(code: str, **files: str) -> bytes:
    """A zip with `app.py`, and more files whose names have `__` for `.` and `___` for `/`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if code:
            archive.writestr("app.py", textwrap.dedent(code))
        for name, content in files.items():
            archive.writestr(name.replace("___", "/").replace("__", "."), textwrap.dedent(content))
    return buffer.getvalue()


def policy(*actions: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class Answer:
    """An Invoke's answer with its payload read."""

    raw: dict[str, Any]

    def __post_init__(self) -> None:
        self.body = self.raw["Payload"].read()

    @property
    def value(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str | None:
        return self.raw.get("FunctionError")

    @property
    def log(self) -> str:
        return base64.b64decode(self.raw["LogResult"]).decode()


class Lambda:
    """Makes functions on a cloud, and invokes them."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self.client = cloud.client("lambda", read_timeout=60)
        self._role: str | None = None

    def role(self, *actions: str, name: str | None = None) -> str:
        iam = self.cloud.client("iam")
        name = name or f"functions-{next(_numbers)}"
        created = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        allowed = policy(*(actions or ("*",)))
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=allowed)
        arn: str = created["Role"]["Arn"]
        return arn

    def name(self) -> str:
        return f"function-{next(_numbers)}"

    def make(self, code: str, **settings: Any) -> str:
        """Create a function from the source of its handler; returns its name."""
        if self._role is None:
            self._role = self.role()
        files = settings.pop("files", {})
        name: str = settings.pop("FunctionName", None) or self.name()
        self.client.create_function(
            **{
                "FunctionName": name,
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Role": self._role,
                "Code": {"ZipFile": zip_of(code, **files)},
                **settings,
            }
        )
        return name

    def invoke(self, name: str, event: Any = None, **settings: Any) -> Answer:
        payload = json.dumps({} if event is None else event).encode()
        return Answer(self.client.invoke(FunctionName=name, Payload=payload, **settings))

    def log_lines(self, name: str) -> list[str]:
        """All lines of a function's log group, in order."""
        logs = self.cloud.client("logs")
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in found["events"]]

    def environments(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cloud.page(f"environments?function={name}")
        return found


def eventually(check: Callable[[], Any], seconds: float = 15.0) -> Any:
    """The first true answer of `check`; an assertion error if none comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not come true within {seconds} s")
