"""What the tests of provisioned concurrency share: how it is set, and when it is ready."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, eventually

TELLING = """
import os, time
print("loading")
def handler(event, context):
    time.sleep(event.get("seconds", 0))
    if event.get("die"):
        os._exit(1)
    return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], context.log_stream_name]
"""


@contextmanager
def refused(code: str, text: str) -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, text)


def published(functions: Lambda, code: str = TELLING, **settings: Any) -> str:
    """A function with a version 1."""
    return functions.make(code, Publish=True, **settings)


def provision(functions: Lambda, name: str, qualifier: str, count: int) -> Any:
    return functions.client.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
    )


def config(functions: Lambda, name: str, qualifier: str) -> Any:
    return functions.client.get_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier
    )


def ready(functions: Lambda, name: str, qualifier: str, count: int) -> Any:
    """The configuration, once all its environments are ready."""

    def check() -> Any:
        found = config(functions, name, qualifier)
        available = found["AvailableProvisionedConcurrentExecutions"]
        return found if found["Status"] == "READY" and available == count else None

    return eventually(check)


def delete(functions: Lambda, name: str, qualifier: str) -> Any:
    return functions.client.delete_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier
    )


@contextmanager
def tidied(functions: Lambda) -> Iterator[Lambda]:
    """The functions that are made meanwhile are deleted, with the environments they keep."""
    before = _names(functions)
    yield functions
    for name in _names(functions) - before:
        functions.client.delete_function(FunctionName=name)


def _names(functions: Lambda) -> set[str]:
    pages = functions.client.get_paginator("list_functions").paginate()
    return {each["FunctionName"] for page in pages for each in page["Functions"]}
