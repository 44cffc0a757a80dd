"""What a query call looks like on the wire, compiled once per operation from botocore's model."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from orderlab.cloud.service_models import service_model

# botocore's model of SQS speaks JSON only and has lost the names of the query protocol:
# member of the model -> (name on the wire, name of a map's key, name of its value)
_SQS_NAMES = {
    "AWSAccountIds": ("AWSAccountId", "", ""),
    "Actions": ("ActionName", "", ""),
    "AttributeNames": ("AttributeName", "", ""),
    "Attributes": ("Attribute", "Name", "Value"),
    "MessageAttributeNames": ("MessageAttributeName", "", ""),
    "MessageAttributes": ("MessageAttribute", "Name", "Value"),
    "MessageSystemAttributeNames": ("MessageSystemAttributeName", "", ""),
    "MessageSystemAttributes": ("MessageSystemAttribute", "Name", "Value"),
    "Messages": ("Message", "", ""),
    "QueueUrls": ("QueueUrl", "", ""),
    "queueUrls": ("QueueUrl", "", ""),
    "Results": ("Result", "", ""),
    "TagKeys": ("TagKey", "", ""),
    "Tags": ("Tag", "Key", "Value"),
    "tags": ("Tag", "Key", "Value"),
    "Failed": ("BatchResultErrorEntry", "", ""),
}
# fields of every call, which no parameter goes by
_OF_THE_PROTOCOL = {"Action", "Version"}
_SQS_NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"


@dataclass(slots=True)
class WireShape:
    """One value of a call. A list or map without an `item_name` is flattened."""

    kind: str
    # name of the model -> name on the wire
    members: dict[str, tuple[str, WireShape]] = field(default_factory=dict)
    # every name that is taken on the wire -> name of the model
    taken: dict[str, tuple[str, WireShape]] = field(default_factory=dict)
    item: WireShape | None = None
    item_name: str = ""
    key_name: str = "key"
    value_name: str = "value"


@dataclass(frozen=True, slots=True)
class OperationShapes:
    """What an operation takes and gives; None where it takes or gives nothing."""

    input: WireShape | None
    output: WireShape | None
    namespace: str


@lru_cache(maxsize=512)
def operation_shapes(service: str, operation: str) -> OperationShapes | None:
    """The shapes of an operation; None if botocore knows no such service or operation."""
    model = service_model(service)
    if model is None or operation not in model.operation_names:
        return None
    found = model.operation_model(operation)
    compiler = _Compiler(service, operation)
    return OperationShapes(
        found.input_shape and compiler.compile(found.input_shape),
        found.output_shape and compiler.compile(found.output_shape),
        namespace_of(service),
    )


def namespace_of(service: str) -> str:
    """The XML namespace of a service's answers; empty if it has none."""
    if service == "sqs":
        return _SQS_NAMESPACE
    model = service_model(service)
    return str(model.metadata.get("xmlNamespace", "")) if model is not None else ""


class _Compiler:
    def __init__(self, service: str, operation: str) -> None:
        self._service = service
        self._operation = operation
        self._trail: list[str] = []

    def compile(self, shape: Any) -> WireShape:
        if shape.name in self._trail:
            # a shape that holds itself: no service of ours has one, and it would never end
            return WireShape("structure")
        self._trail.append(shape.name)
        compiled = self._compile(shape)
        self._trail.pop()
        return compiled

    def _compile(self, shape: Any) -> WireShape:
        flattened = shape.serialization.get("flattened")
        if shape.type_name == "structure":
            members = {name: self._member(name, member) for name, member in shape.members.items()}
            return WireShape("structure", members, self._taken(members))
        if shape.type_name == "list":
            name = "" if flattened else shape.member.serialization.get("name", "member")
            return WireShape("list", item=self.compile(shape.member), item_name=name)
        if shape.type_name == "map":
            return WireShape(
                "map",
                item=self.compile(shape.value),
                item_name="" if flattened else "entry",
                key_name=shape.key.serialization.get("name", "key"),
                value_name=shape.value.serialization.get("name", "value"),
            )
        return WireShape(shape.type_name)

    def _taken(self, members: dict[str, tuple[str, WireShape]]) -> dict[str, tuple[str, WireShape]]:
        """Lists and maps go by their name on the wire and by the model's, in any number."""
        taken = {}
        for name, (wire_name, shape) in members.items():
            if shape.kind in ("list", "map"):
                for synonym in {name, *_plurals(wire_name)} - _OF_THE_PROTOCOL:
                    taken[synonym] = (name, shape)
        # an exact name is never a synonym of another
        taken.update({wire_name: (name, shape) for name, (wire_name, shape) in members.items()})
        return taken

    def _member(self, name: str, shape: Any) -> tuple[str, WireShape]:
        compiled = self.compile(shape)
        if self._service == "sqs":
            wire_name, key_name, value_name = self._sqs_names(name, compiled)
            compiled.key_name = key_name or compiled.key_name
            compiled.value_name = value_name or compiled.value_name
            return wire_name, compiled
        wire_name = shape.serialization.get("name", name)
        if shape.type_name == "list" and not compiled.item_name:
            # a flattened list goes by the name of its items
            wire_name = shape.member.serialization.get("name", wire_name)
        return wire_name, compiled

    def _sqs_names(self, name: str, shape: WireShape) -> tuple[str, str, str]:
        if name == "Entries":
            return f"{self._operation}RequestEntry", "", ""
        if name == "Successful":
            return f"{self._operation}ResultEntry", "", ""
        if shape.kind in ("list", "map"):
            return _SQS_NAMES.get(name, (name, "", ""))
        return name, "", ""


def _plurals(name: str) -> set[str]:
    """`Attribute` and `Attributes`, whichever is given."""
    singular = name.removesuffix("s")
    return {singular, f"{singular}s"}
