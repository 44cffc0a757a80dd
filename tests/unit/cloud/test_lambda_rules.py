"""Names, reports and responses: the rules of Lambda that need no process."""

from __future__ import annotations

import json

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.lambda_ import state_page
from orderlab.cloud.lambda_.invoke import check_payload, new_trace_id
from orderlab.cloud.lambda_.model import Policy
from orderlab.cloud.lambda_.names import FunctionName, parse_function_name, parse_layer_name
from orderlab.cloud.lambda_.outcome import Work, exited
from orderlab.cloud.lambda_.report import tail
from orderlab.cloud.lambda_.states import TRANSITIONS, State
from orderlab.cloud.lambda_.url_requests import is_public, response_of
from orderlab.cloud.lambda_.variables import check_variables

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
WORK = Work("request-1", b"{}", ARN)


@pytest.mark.parametrize(
    ("text", "qualifier", "expected"),
    [
        ("orders", None, FunctionName("orders")),
        ("orders:live", None, FunctionName("orders", "live")),
        ("orders", "7", FunctionName("orders", "7")),
        ("orders:$LATEST", None, FunctionName("orders", "$LATEST")),
        ("function:orders", None, FunctionName("orders")),
        ("123456789012:function:orders", None, FunctionName("orders", None, "", "123456789012")),
        (ARN, None, FunctionName("orders", None, "eu-west-1", "123456789012")),
        (f"{ARN}:live", "live", FunctionName("orders", "live", "eu-west-1", "123456789012")),
    ],
)
def test_a_function_is_named_in_many_ways(
    text: str, qualifier: str | None, expected: FunctionName
) -> None:
    assert parse_function_name(text, qualifier) == expected


@pytest.mark.parametrize("text", ["", "with space", "arn:aws:sqs:eu-west-1:123456789012:orders"])
def test_what_names_no_function_is_refused(text: str) -> None:
    with pytest.raises(AwsError, match="functionName"):
        parse_function_name(text)


def test_two_different_qualifiers_are_refused() -> None:
    with pytest.raises(AwsError, match="derived qualifier"):
        parse_function_name("orders:live", "7")


def test_a_layer_version_is_named_by_its_arn() -> None:
    found = parse_layer_name("arn:aws:lambda:eu-west-1:123456789012:layer:shop:3")
    assert (found.name, found.version, found.region) == ("shop", 3, "eu-west-1")
    with pytest.raises(AwsError, match="layerName"):
        parse_layer_name("arn:aws:sqs:eu-west-1:123456789012:shop")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "Runtime exited without providing a reason"),
        (2, "Runtime exited with error: exit status 2"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_how_a_process_ended_is_told_in_awss_words(status: int, words: str) -> None:
    found = json.loads(exited(WORK, status).payload)
    assert found["errorMessage"] == f"RequestId: request-1 Error: {words}"


@pytest.mark.parametrize("payload", [b"", b"{}", b"null", b'"text"', b"[1]", b"3"])
def test_every_json_value_is_a_payload(payload: bytes) -> None:
    check_payload(payload, "RequestResponse")


@pytest.mark.parametrize("payload", [b"{", b"text", b"\xff", b"{'a': 1}", b"[" * 100_000])
def test_what_is_no_json_is_no_payload(payload: bytes) -> None:
    with pytest.raises(AwsError, match="Could not parse request body into json"):
        check_payload(payload, "RequestResponse")


def test_an_asynchronous_payload_has_its_own_limit() -> None:
    payload = b'"' + b"x" * 1_048_576 + b'"'
    check_payload(payload, "RequestResponse")
    with pytest.raises(AwsError, match="1048576"):
        check_payload(payload, "Event")


def test_variables_may_take_four_kilobytes_as_json() -> None:
    check_variables({"NAME": "x" * 4085})
    with pytest.raises(AwsError, match=r'4KB limit\. String measured: \{"NAME":"xxx'):
        check_variables({"NAME": "x" * 4086})


def test_trace_ids_have_awss_form_and_differ() -> None:
    one, two = new_trace_id(), new_trace_id()
    root, parent, sampled = one.split(";")
    assert len(root) == len("Root=1-58406520-a006649127e371903a2de979")
    assert len(parent) == len("Parent=53995c3f42cd8ad8")
    assert sampled == "Sampled=0"
    assert one != two


def test_the_tail_is_cut_to_four_kilobytes() -> None:
    import base64

    found = base64.b64decode(tail([(0, "x" * 5000), (0, "end\n")]))
    assert len(found) == 4096
    assert found.endswith(b"end\n")


def test_an_environment_that_is_gone_stays_gone() -> None:
    assert TRANSITIONS[State.GONE] == frozenset()
    assert all(State.GONE in after for state, after in TRANSITIONS.items() if state != State.GONE)


def test_the_page_of_states_says_what_the_table_says() -> None:
    assert state_page.PAGE.read_text(encoding="utf-8") == state_page.page()


# --- function URLs


@pytest.mark.parametrize(
    ("payload", "status", "body"),
    [
        ({"statusCode": 201, "body": "made"}, 201, b"made"),
        ({"statusCode": "404"}, 404, b""),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, b"hi"),
        ({"statusCode": 200, "body": {"a": 1}}, 200, b'{"a": 1}'),
        ({"message": "no status"}, 200, b'{"message": "no status"}'),
        ("text", 200, b"text"),
        (None, 200, b"null"),
    ],
)
def test_a_result_becomes_a_response(payload: object, status: int, body: bytes) -> None:
    found = response_of(json.dumps(payload).encode())
    assert (found.status, found.body) == (status, body)


@pytest.mark.parametrize(
    "payload",
    [
        {"statusCode": "made"},
        {"statusCode": 99},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["no", "map"]},
        {"statusCode": 200, "headers": {"x": "two\r\nlines"}},
    ],
)
def test_a_result_that_is_no_response_is_a_bad_gateway(payload: object) -> None:
    assert response_of(json.dumps(payload).encode()).status == 502


def test_a_url_is_public_only_by_a_statement_for_everyone() -> None:
    def with_statement(**changes: object) -> Policy:
        statement = {
            "Principal": "*",
            "Action": "lambda:InvokeFunctionUrl",
            "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
            **changes,
        }
        return Policy({"one": statement})

    assert is_public(with_statement())
    assert is_public(with_statement(Condition={}))
    assert not is_public(with_statement(Principal={"AWS": "arn:aws:iam::123456789012:root"}))
    assert not is_public(with_statement(Action="lambda:InvokeFunction"))
    assert not is_public(
        with_statement(Condition={"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}})
    )
    assert not is_public(None)
