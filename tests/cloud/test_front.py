"""The front: keys, hosts and browsers."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_a_call_with_the_right_keys_is_answered(client: Any) -> None:
    assert client("sts").get_caller_identity()["Account"] == "123456789012"


def test_a_wrong_secret_is_refused(cloud: Any) -> None:
    from dataclasses import replace

    with pytest.raises(ClientError) as error:
        replace(cloud, secret_access_key="wrong").client("dynamodb").list_tables()
    assert error.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_an_unknown_key_is_refused(cloud: Any) -> None:
    from dataclasses import replace

    with pytest.raises(ClientError) as error:
        replace(cloud, access_key_id="AKIAUNKNOWN").client("dynamodb").list_tables()
    assert error.value.response["Error"]["Code"] == "UnrecognizedClientException"


def _status(endpoint: str, headers: dict[str, str], path: str = "/") -> int:
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=5)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_name_that_someone_pointed_at_this_machine_is_refused(cloud: Any) -> None:
    assert _status(cloud.endpoint, {"Host": "evil.example"}) == 403


def test_a_web_page_may_not_call_the_aws_api(cloud: Any) -> None:
    headers = {"Origin": "http://evil.example", "x-orderlab-key": "test"}
    assert _status(cloud.endpoint, headers, "/_orderlab/health") == 403


def test_the_labs_own_pages_want_the_secret(cloud: Any) -> None:
    assert _status(cloud.endpoint, {}, "/_orderlab/health") == 403
    assert cloud.page("health")["status"] == "ok"
