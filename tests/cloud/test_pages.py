"""Lists come in pages: every list of every service, as botocore's own paginators read them.

https://docs.aws.amazon.com/boto3/latest/guide/paginators.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from orderlab.cloud.front.scope import SERVED
from tests.cloud import pages_kit

# Few lists have a smallest size of a page that is more than one.
SMALLEST = {("cloudwatch", "GetMetricData"): 2}
# what nobody here can make three of, or what has no list to cut
NOT_TRIED = {
    ("apigateway", "GetGatewayResponses"): "AWS gives it whole",
    ("apigateway", "GetUsage"): "usage is listed by key and day",
    **{
        ("dax", f"Describe{each}"): "a page has 20 rows at least"
        for each in (
            *("Clusters", "DefaultParameters", "Events", "ParameterGroups", "Parameters"),
            "SubnetGroups",
        )
    },
    ("logs", "DescribeSubscriptionFilters"): "subscription filters are refused",
    ("iam", "ListAccountAliases"): "an account has one alias at most",
    ("iam", "ListMFADevices"): "MFA devices are not made here",
    ("iam", "ListVirtualMFADevices"): "MFA devices are not made here",
    ("iam", "ListServerCertificates"): "server certificates are refused",
    ("iam", "ListSigningCertificates"): "certificates are not made here",
    ("iam", "ListSSHPublicKeys"): "keys of CodeCommit are not made here",
    ("iam", "ListOpenIDConnectProviderTags"): "providers are refused",
    ("s3", "ListDirectoryBuckets"): "it goes to another service, S3 Express",
}


def paginators(service: str) -> dict[str, Any]:
    loader = botocore.session.get_session().get_component("data_loader")
    try:
        found: dict[str, Any] = loader.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.DataNotFoundError:
        return {}
    return found


EVERY_LIST = [
    (service, operation)
    for service in sorted(SERVED)
    for operation, how in sorted(paginators(service).items())
    if "limit_key" in how and (service, operation) not in NOT_TRIED
]


@pytest.fixture(scope="module")
def world(own_cloud: Any) -> Iterator[tuple[Any, dict[tuple[str, str], dict[str, Any]]]]:
    """A cloud with three of everything, its clients, and what its lists want to know."""
    with own_cloud() as cloud:
        clients: dict[str, Any] = {}

        def client(service: str) -> Any:
            if service not in clients:
                clients[service] = cloud.client(service)
            return clients[service]

        yield client, pages_kit.arguments(pages_kit.make(client))


@pytest.mark.parametrize(("service", "operation"), EVERY_LIST)
def test_a_list_comes_in_pages_of_the_size_that_is_asked_for(
    world: Any, service: str, operation: str
) -> None:
    find, arguments = world
    client = find(service)
    how = paginators(service)[operation]
    shape = client.meta.service_model.operation_model(operation).input_shape
    given = arguments.get((service, operation), {})
    if set(shape.required_members) - set(given):
        with pytest.raises(ClientError, match="NotImplementedByOrderlab"):
            refused(client, operation)
        return
    try:
        whole = [row for page in pages_of(client, operation, given, 50) for row in rows(page, how)]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NotImplementedByOrderlab", error
        return
    assert len(whole) >= 2, "nothing to cut into pages"
    size = SMALLEST.get((service, operation), 1)
    pages = pages_of(client, operation, given, size)
    found = [row for page in pages for row in rows(page, how)]
    assert all(len(rows(page, how)) <= size for page in pages)
    assert sorted(map(repr, found)) == sorted(map(repr, whole))


def refused(client: Any, operation: str) -> None:
    """Make the call with texts for all that it wants: it is refused before anybody looks."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    wanted = {name: shape.members[name].type_name for name in shape.required_members}
    values = {"string": "x" * 20, "list": ["x" * 20], "timestamp": 1, "long": 1, "structure": {}}
    client._make_api_call(operation, {name: values[kind] for name, kind in wanted.items()})


def pages_of(client: Any, operation: str, given: dict[str, Any], size: int) -> list[dict[str, Any]]:
    paginator = client.get_paginator(xform_name(operation))
    return list(paginator.paginate(**given, PaginationConfig={"PageSize": size}))


def rows(page: dict[str, Any], how: dict[str, Any]) -> list[Any]:
    """The rows of all lists of a page."""
    keys = how["result_key"]
    return [
        row for key in (keys if isinstance(keys, list) else [keys]) for row in listed(page.get(key))
    ]


def listed(found: Any) -> list[Any]:
    """Counts that stand beside the lists are added up by paginators, too."""
    return found if isinstance(found, list) else []
