"""Tags of clusters.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_TagResource.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dax import errors
from orderlab.cloud.dax.cluster import Cluster
from orderlab.cloud.dax.operations import values
from orderlab.cloud.dax.registry import Registry

MOST_TAGS = 50


class TagOperations:
    """TagResource, UntagResource, ListTags."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
            "ListTags": self.list_tags,
        }

    def _tagged(self, parameters: Parameters) -> Cluster:
        arn = values.text(parameters, "ResourceName")
        parts = arn.split(":")
        if len(parts) != 6 or parts[:3] != ["arn", "aws", "dax"] or "cache/" not in parts[5]:
            raise errors.fault("InvalidARNFault", f"The ARN {arn[:200]} is not valid.")
        name = parts[5].removeprefix("cache/")
        cluster = self._registry.region(parts[3]).clusters.get(name)
        if cluster is None or cluster.about.arn != arn:
            raise errors.cluster_not_found(name)
        return cluster

    def tag_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_TagResource.html"""
        cluster = self._tagged(parameters)
        tags = cluster.about.tags | read_tags(parameters.get("Tags"))
        _require_few(tags)
        cluster.about.tags = tags
        return {"Tags": _listed(tags)}

    def untag_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_UntagResource.html"""
        tags = self._tagged(parameters).about.tags
        keys = values.texts(parameters, "TagKeys")
        for key in keys:
            if key not in tags:
                raise errors.fault("TagNotFoundFault", f"The tag {key} does not exist.")
        for key in keys:
            tags.pop(key, None)
        return {"Tags": _listed(tags)}

    def list_tags(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_ListTags.html"""
        return {"Tags": _listed(self._tagged(parameters).about.tags)}


def read_tags(given: Any) -> dict[str, str]:
    """Tags by their keys. Raises InvalidParameterValueException."""
    if not isinstance(given, list):
        raise errors.invalid_value("The parameter Tags must be a list.")
    tags = {}
    for tag in given:
        key = tag.get("Key") if isinstance(tag, dict) else None
        if not isinstance(key, str) or not 1 <= len(key) <= 128 or key.startswith("aws:"):
            raise errors.invalid_value("The key of a tag must have 1 to 128 characters.")
        value = tag.get("Value", "")
        if not isinstance(value, str) or len(value) > 256:
            raise errors.invalid_value("The value of a tag must have up to 256 characters.")
        tags[key] = value
    _require_few(tags)
    return tags


def _require_few(tags: dict[str, str]) -> None:
    if len(tags) > MOST_TAGS:
        raise errors.fault(
            "TagQuotaPerResourceExceeded", f"A resource may have up to {MOST_TAGS} tags."
        )


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
