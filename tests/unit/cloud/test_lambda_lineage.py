"""The counts of a chain of invocations, in and out of trace headers.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

import pytest

from orderlab.cloud.contracts import Principal
from orderlab.cloud.lambda_.lineage import key_of, lineage_of, with_lineage

CLIENT = Principal("account", "arn:aws:iam::123456789012:root", "123456789012")
ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def service(name: str) -> Principal:
    return Principal("service", f"{name}.amazonaws.com", "123456789012")


def test_a_function_is_counted_once_more_and_others_are_kept() -> None:
    one, two = key_of("arn:one"), key_of("arn:two")
    header = with_lineage(ROOT, {}, one)
    header = with_lineage(header, lineage_of(header, CLIENT), two)
    header = with_lineage(header, lineage_of(header, CLIENT), one)
    assert header.startswith(f"{ROOT};Lineage=")
    assert header.count("Lineage") == 1
    assert lineage_of(header, CLIENT) == {one: 2, two: 1}


def test_a_header_comes_back_as_the_sdk_has_quoted_it() -> None:
    quoted = f"{ROOT};Lineage=aaaaaaaa:3%7Cbbbbbbbb:5"
    assert lineage_of(quoted, CLIENT) == {"aaaaaaaa": 3, "bbbbbbbb": 5}


def test_of_a_batch_the_longest_chain_counts() -> None:
    headers = ",".join(f"{ROOT};Lineage=aaaaaaaa:{count}" for count in (2, 7, 3))
    assert lineage_of(headers, CLIENT) == {"aaaaaaaa": 7}


@pytest.mark.parametrize(
    ("principal", "counted"),
    [
        (CLIENT, True),
        (service("sns"), True),
        (service("events"), False),
        (service("apigateway"), False),
        (Principal("role", "arn:aws:sts::1:assumed-role/a/b", "1", acts_for="arn:rule"), False),
    ],
)
def test_chains_through_other_services_are_not_told(principal: Principal, counted: bool) -> None:
    assert bool(lineage_of(f"{ROOT};Lineage=aaaaaaaa:3", principal)) is counted


@pytest.mark.parametrize(
    "text", ["", "Lineage=", "Lineage=:", "Lineage=a:", "Lineage=:3", "Lineage=a:-1", "Lineage=a:²"]
)
def test_what_is_no_lineage_counts_nothing(text: str) -> None:
    assert lineage_of(f"{ROOT};{text}", CLIENT) == {}


def test_a_header_never_grows_without_end() -> None:
    lineage = {f"{number:08x}": 9 for number in range(500)}
    header = with_lineage(ROOT, lineage, "f0f0f0f0")
    found = lineage_of(header, CLIENT)
    assert len(found) == 32
    assert found["f0f0f0f0"] == 1
    assert lineage_of("Lineage=" + "a:1|" * 1_000_000, CLIENT) == {"a": 1}
