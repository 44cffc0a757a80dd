"""A role that was made just now is waited for; one that is wrong is not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from orderlab.aws_target import propagation
from orderlab.aws_target.propagation import SECONDS, Propagation

REFUSED = (
    '{"Type": "User", "message": "The role defined for the function cannot be assumed by Lambda."}'
)


class Raw:
    """The body of an answer."""

    def __init__(self, body: str) -> None:
        self._body = body.encode()

    def stream(self, **_: Any) -> Any:
        yield self._body


class Session:
    """Clients whose answers are these, one after the other."""

    def __init__(self, waits: Propagation, *answers: AWSResponse) -> None:
        self.waits = waits
        self.left = list(answers)

    def client(self, service: str) -> Any:
        made: Any = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        ).client
        client = made(service, endpoint_url="http://127.0.0.1:9")
        client.meta.events.register("before-send", lambda **_: self.left.pop(0))
        self.waits.put_on(client.meta.events.register)
        return client


def answer(status: int, body: str, **headers: str) -> AWSResponse:
    raw: Any = Raw(body)
    given: Any = headers
    return AWSResponse("", status, given, raw)


def refusal() -> AWSResponse:
    headers = {"x-amzn-ErrorType": "InvalidParameterValueException"}
    return answer(400, REFUSED, **headers)


def function() -> AWSResponse:
    return answer(201, '{"FunctionName": "f"}')


def role() -> AWSResponse:
    return answer(200, "<PutRolePolicyResponse/>")


def make(session: Session) -> Any:
    return session.client("lambda").create_function(
        FunctionName="f", Role="arn:aws:iam::123456789012:role/r", Code={"ZipFile": b""}
    )


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propagation, "PAUSE_SECONDS", 0.0)


def test_right_after_a_change_a_refusal_is_tried_again() -> None:
    session = Session(Propagation(), role(), refusal(), refusal(), function())
    session.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument="{}")
    assert make(session)["FunctionName"] == "f"
    assert session.left == []


def test_without_a_change_it_is_the_answer() -> None:
    session = Session(Propagation(), refusal(), function())
    with pytest.raises(ClientError, match="cannot be assumed"):
        make(session)
    assert len(session.left) == 1


def test_long_after_a_change_it_is_the_answer() -> None:
    now = [0.0]
    session = Session(Propagation(lambda: now[0]), role(), refusal(), function())
    session.client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument="{}")
    now[0] = SECONDS + 1
    with pytest.raises(ClientError, match="cannot be assumed"):
        make(session)
