"""Subnet groups: where the nodes of a cluster are in a network.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html#DAX.concepts.cluster.subnet-groups
Differs from AWS: there is no VPC; subnets are taken as they are named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DEFAULT_GROUP = "default"
VPC_ID = "vpc-orderlab"


@dataclass(slots=True)
class SubnetGroup:
    """A named set of subnets."""

    name: str
    description: str
    subnets: tuple[str, ...]

    def described(self, zones: tuple[str, ...]) -> dict[str, Any]:
        """The API's SubnetGroup."""
        return {
            "SubnetGroupName": self.name,
            "Description": self.description,
            "VpcId": VPC_ID,
            "Subnets": [
                {
                    "SubnetIdentifier": subnet,
                    "SubnetAvailabilityZone": zones[at % len(zones)],
                    "SupportedNetworkTypes": ["ipv4"],
                }
                for at, subnet in enumerate(self.subnets)
            ],
            "SupportedNetworkTypes": ["ipv4"],
        }
