"""Where moto looks for Lambda's state, it finds ours: breaks when a moto release moves it."""

from __future__ import annotations

import pytest
from moto.awslambda.utils import get_backend

from orderlab.cloud import moto_backends
from orderlab.cloud.lambda_.errors import ResourceNotFound
from orderlab.cloud.lambda_.moto_seam import FunctionBackend

ACCOUNT, REGION = "123456789012", "eu-north-1"


@pytest.fixture(autouse=True)
def replaced() -> None:
    moto_backends.replace_function_backend(FunctionBackend)


def test_there_is_one_state_whichever_way_moto_looks() -> None:
    found = get_backend(ACCOUNT, REGION)
    assert isinstance(found, FunctionBackend)
    assert moto_backends.backend("lambda", ACCOUNT, REGION) is found


def test_a_missing_function_is_missing_for_moto_too() -> None:
    with pytest.raises(ResourceNotFound):
        get_backend(ACCOUNT, REGION).get_function("missing")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:missing"
    assert get_backend(ACCOUNT, REGION).get_function_by_arn(arn) is None


def test_motos_own_pushes_deliver_nothing() -> None:
    backend = get_backend(ACCOUNT, REGION)
    assert backend.send_sqs_batch("arn", [], "arn") is False
    assert backend.send_dynamodb_items("arn", [], "arn") == b""
