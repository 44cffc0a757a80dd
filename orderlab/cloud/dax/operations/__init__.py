"""The operations of DAX's own API, which manages clusters.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Accelerator_(DAX).html
"""

from __future__ import annotations

from collections.abc import Mapping

from orderlab.cloud.contracts import Handler
from orderlab.cloud.dax.operations.clusters import ClusterOperations
from orderlab.cloud.dax.operations.events import EventOperations
from orderlab.cloud.dax.operations.node_operations import NodeOperations
from orderlab.cloud.dax.operations.parameter_groups import ParameterGroupOperations
from orderlab.cloud.dax.operations.subnet_groups import SubnetGroupOperations
from orderlab.cloud.dax.operations.tags import TagOperations
from orderlab.cloud.dax.registry import Registry
from orderlab.cloud.dax.wiring import Wiring


def operations(registry: Registry, wiring: Wiring) -> Mapping[str, Handler]:
    """All operations by their names."""
    return {
        **ClusterOperations(registry, wiring).operations,
        **NodeOperations(registry).operations,
        **ParameterGroupOperations(registry).operations,
        **SubnetGroupOperations(registry).operations,
        **TagOperations(registry).operations,
        **EventOperations(registry).operations,
    }
