"""Packages can be fetched from where GetFunction and GetLayerVersion say."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
import requests

from tests.cloud.functions_support import Lambda, zip_of


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def test_a_functions_package_can_be_fetched(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html"""
    name = functions.make("def handler(event, context):\n    return 1\n")
    found = functions.client.get_function(FunctionName=name)
    location = found["Code"]["Location"]
    fetched = requests.get(location, timeout=10)
    assert fetched.status_code == 200
    digest = base64.b64encode(hashlib.sha256(fetched.content).digest()).decode()
    assert digest == found["Configuration"]["CodeSha256"]
    forged = requests.get(f"{location[:-4]}0000", timeout=10)
    assert (forged.status_code, "AccessDenied" in forged.text) == (403, True)


def test_a_layers_package_can_be_fetched(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html"""
    packed = zip_of("", python___rates__py="VAT = 0.19\n")
    functions.client.publish_layer_version(LayerName="fetched", Content={"ZipFile": packed})
    found = functions.client.get_layer_version(LayerName="fetched", VersionNumber=1)
    assert requests.get(found["Content"]["Location"], timeout=10).content == packed
    (listed,) = functions.client.list_layer_versions(LayerName="fetched")["LayerVersions"]
    assert "Content" not in listed
