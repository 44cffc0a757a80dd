"""AWS's own client of DAX, connected to a cluster of the session."""

from __future__ import annotations

import copy
import functools
import importlib.util
import logging
from collections.abc import Callable, Sequence
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.orders.parts.names import table_arn
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.practice.stand_in_cache import StandInCache

PACKAGE = "amazon-dax-client"
_CLUSTER_SERVICE = "dax.amazonaws.com"


def is_installed() -> bool:
    """Whether AWS's client can be imported here."""
    return importlib.util.find_spec("amazondax") is not None


def role(target: Target, name: str, tables: Sequence[str]) -> str:
    """A role with which a cluster may use these tables and their indexes; its ARN.

    Raises LearnerError if there are no tables.
    """
    if not tables:
        raise LearnerError(
            "A role of a cluster says which tables the cluster may use, and none is named.",
            advice='Name them: lab.dax_role("orders").',
        )
    arns = [table_arn(target, each) for each in tables]
    statement = allow("dynamodb:*", [*arns, *(f"{each}/index/*" for each in arns)])
    return ensure_role(target, name, _CLUSTER_SERVICE, [statement])


def open_cache(target: Target, cluster: str) -> Any:
    """AWS's client for a cluster, or where it is not installed a stand-in that keeps DAX's rules.

    The stand-in keeps the times of the cluster's parameter group as they are when it is opened.
    """
    if is_installed():
        return connected(target, cluster)
    _address(target, cluster)
    _tell()
    speed = float(target.page("health")["speed"])
    items, queries = (each / speed for each in _seconds(target, cluster))
    return StandInCache(target.client("dynamodb"), item_seconds=items, query_seconds=queries)


@functools.cache
def _tell() -> None:
    """Say it, once in a session."""
    print(  # noqa: T201
        f"{PACKAGE} is not installed here (it comes as source only, and has to be built). A "
        "stand-in in this process keeps the same rules: what is read from where is right, and "
        "its times are not DAX's."
    )


def _seconds(target: Target, cluster: str) -> tuple[float, float]:
    """For how long a cluster keeps items and results of queries."""
    dax = target.client("dax")
    (found,) = dax.describe_clusters(ClusterNames=[cluster])["Clusters"]
    group = found["ParameterGroup"]["ParameterGroupName"]
    values = {
        each["ParameterName"]: float(each["ParameterValue"]) / 1000
        for each in dax.describe_parameters(ParameterGroupName=group)["Parameters"]
    }
    # 0 is no limit for items, and no cache for results
    return values["record-ttl-millis"] or float("inf"), values["query-ttl-millis"]


# what a client of DAX may write, by the names of the AWS API
WRITES = {
    "put_item": "PutItem",
    "update_item": "UpdateItem",
    "delete_item": "DeleteItem",
    "batch_write_item": "BatchWriteItem",
    "transact_write_items": "TransactWriteItems",
}


def kept(client: Any, note: Callable[[str, str, Any, Any], None]) -> Any:
    """The same client, whose writes are noted as those of DynamoDB: what stands again after a
    restart is the table, with or without a cache before it."""
    for method, operation in WRITES.items():
        setattr(client, method, _noting(getattr(client, method), operation, note))
    return client


def _noting(
    call: Callable[..., Any], operation: str, note: Callable[[str, str, Any, Any], None]
) -> Callable[..., Any]:
    @functools.wraps(call)
    def noted(**parameters: Any) -> Any:
        given = copy.deepcopy(parameters)
        answer = call(**parameters)
        note("dynamodb", operation, given, answer)
        return answer

    return noted


# what a client of DAX does with tables, by the names of its methods
_METHODS = (*WRITES, "get_item", "batch_get_item", "transact_get_items", "query", "scan")


def with_names(client: Any, name: Callable[[str], str]) -> Any:
    """The same client, whose tables have the session's names, as those of boto3's clients have."""
    for method in _METHODS:
        call = getattr(client, method, None)
        if call is not None:
            setattr(client, method, _naming(call, name))
    return client


def _naming(call: Callable[..., Any], name: Callable[[str], str]) -> Callable[..., Any]:
    @functools.wraps(call)
    def named(**parameters: Any) -> Any:
        return call(**{key: _named(key, value, name) for key, value in parameters.items()})

    return named


def _named(key: str, value: Any, name: Callable[[str], str]) -> Any:
    if key == "TableName" and isinstance(value, str) and not value.startswith("arn:"):
        return name(value)
    if key == "RequestItems" and isinstance(value, dict):
        return {name(table): items for table, items in value.items()}
    if key == "TransactItems" and isinstance(value, list):
        return [
            {kind: {k: _named(k, v, name) for k, v in change.items()}
             for kind, change in each.items()}
            for each in value
        ]  # fmt: skip
    return value


def connected(target: Target, cluster: str) -> Any:
    """An AmazonDaxClient for a cluster. Close it, or use it in a `with` statement.

    Raises LearnerError if the client is not installed, or the cluster does not exist or is not
    available.
    """
    if not is_installed():
        raise LearnerError(
            f"{PACKAGE}, AWS's client of DAX, is not installed.",
            advice="It comes as source only and has to be built: try "
            f"`pip install {PACKAGE}==2.1.0`. If that fails, read the cells that connect to a "
            "cache; the rest of the course works without it.",
        )
    from amazondax import AmazonDaxClient

    # the client's threads look for the cluster all the time, and would tell of its end in a cell
    logging.getLogger("amazondax").setLevel(logging.ERROR)
    variables = target.environment()
    client = AmazonDaxClient(
        endpoint_url=_address(target, cluster),
        region_name=target.region,
        aws_access_key_id=variables.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=variables.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=variables.get("AWS_SESSION_TOKEN"),
    )
    return with_names(client, target.name)


def _address(target: Target, cluster: str) -> str:
    dax = target.client("dax")
    try:
        (found,) = dax.describe_clusters(ClusterNames=[cluster])["Clusters"]
    except dax.exceptions.ClusterNotFoundFault:
        raise LearnerError(
            f"There is no cluster {cluster}.",
            advice='`lab.client("dax").describe_clusters()` lists those that exist.',
        ) from None
    endpoint = found.get("ClusterDiscoveryEndpoint")
    if endpoint is None:
        raise LearnerError(
            f"The cluster {cluster} is {found['Status']}.", advice="Wait until it is available."
        )
    return str(endpoint["URL"])
