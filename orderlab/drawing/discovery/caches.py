"""DAX: clusters, their nodes, and the addresses by which functions know them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.drawing.discovery.inventory import Inventory

_MAY_NOT = ("AccessDenied", "AccessDeniedException")


def read_caches(found: Inventory) -> dict[str, str]:
    """Note the clusters. Returns the roles with which they reach their tables, by their ARNs."""
    roles = {}
    for cluster in _clusters(found.target.client("dax")):
        name, arn = cluster["ClusterName"], cluster["ClusterArn"]
        if not found.is_ours(name) or cluster["Status"] == "deleting":
            continue
        nodes = cluster["TotalNodes"]
        found.add("cache", name, arn, [f"{nodes} node{'s' if nodes != 1 else ''}"])
        roles[arn] = cluster["IamRoleArn"]
        for address in _addresses(cluster.get("ClusterDiscoveryEndpoint") or {}):
            found.addresses[address] = arn
    return roles


def _clusters(dax: Any) -> Iterator[Mapping[str, Any]]:
    more: dict[str, str] = {}
    while True:
        try:
            page = dax.describe_clusters(**more)
        except ClientError as error:
            # whoever may not look at caches is shown the rest, as is whoever has none
            if error.response["Error"]["Code"] in _MAY_NOT or lacks(error):
                return
            raise
        yield from page["Clusters"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _addresses(endpoint: Mapping[str, Any]) -> Iterator[str]:
    """How a variable of a function may hold the cluster's address."""
    if endpoint.get("URL"):
        yield str(endpoint["URL"])
    if endpoint.get("Address"):
        yield str(endpoint["Address"])
        yield f"{endpoint['Address']}:{endpoint.get('Port', 8111)}"
