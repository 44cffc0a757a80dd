"""The errors of DAX's own API.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateCluster.html#API_dax_CreateCluster_Errors
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError


def fault(code: str, text: str) -> AwsError:
    """An error whose code is its whole name, such as `ClusterNotFoundFault`."""
    return AwsError(text, code=code)


def invalid_value(text: str) -> AwsError:
    """InvalidParameterValueException with a text."""
    return AwsError(text, code="InvalidParameterValueException")


def invalid_combination(text: str) -> AwsError:
    """InvalidParameterCombinationException with a text."""
    return AwsError(text, code="InvalidParameterCombinationException")


def cluster_not_found(name: str) -> AwsError:
    """The error for a cluster that does not exist."""
    return fault("ClusterNotFoundFault", f"Cluster {name} not found.")


def node_not_found(node: str, cluster: str) -> AwsError:
    """The error for a node that does not exist."""
    return fault("NodeNotFoundFault", f"Node {node} not found in cluster {cluster}.")


def parameter_group_not_found(name: str) -> AwsError:
    """The error for a parameter group that does not exist."""
    return fault("ParameterGroupNotFoundFault", f"Parameter group {name} not found.")


def subnet_group_not_found(name: str) -> AwsError:
    """The error for a subnet group that does not exist."""
    return fault("SubnetGroupNotFoundFault", f"Subnet group {name} not found.")
