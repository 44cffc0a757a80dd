"""A CloudFormation template under construction: resources, and what they say of each other.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderlab.exporting.references import Loose, References, To

VERSION = "2010-09-09"


@dataclass
class Resource:
    """One resource; its properties still name others by ARN."""

    id: str
    kind: str
    properties: Mapping[str, Any]
    after: tuple[str, ...] = ()


@dataclass
class Template:
    """Resources in the order in which they were found, and files that belong to them."""

    references: References
    description: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    # by path within the folder: content, and whether it can be run
    files: dict[str, tuple[bytes, bool]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def add(
        self,
        kind: str,
        name: str,
        properties: Mapping[str, Any],
        *,
        arn: str = "",
        attribute: str = "Arn",
        after: Iterable[str] = (),
    ) -> str:
        """Add a resource. Returns its logical id.

        `arn` is what others know it by; it becomes the attribute, or a Ref if that is empty.
        """
        identifier = self._new_id(name, kind)
        found = {key: value for key, value in properties.items() if value not in (None, "", [], {})}
        self.resources[identifier] = Resource(identifier, kind, found, tuple(sorted(after)))
        if arn:
            self.references.known[arn] = To(identifier, attribute)
        return identifier

    def rendered(self) -> dict[str, Any]:
        """The template, with intrinsic functions in the place of ARNs."""
        whole: dict[str, Any] = {"AWSTemplateFormatVersion": VERSION}
        if self.description:
            whole["Description"] = self.description
        if self.parameters:
            whole["Parameters"] = self.parameters
        whole["Resources"] = {each.id: self._shown(each) for each in self.resources.values()}
        if self.outputs:
            whole["Outputs"] = self.references.resolve(self.outputs)
        return whole

    def _shown(self, resource: Resource) -> dict[str, Any]:
        shown: dict[str, Any] = {"Type": resource.kind}
        if resource.after:
            shown["DependsOn"] = list(resource.after)
        properties = self.references.resolve(resource.properties)
        return {**shown, "Properties": properties} if properties else shown

    def _new_id(self, name: str, kind: str) -> str:
        """Letters and digits: the name's words, and what it is."""
        words, what = re.findall(r"[A-Za-z0-9]+", name), kind.rpartition("::")[2]
        stem = "".join(word[:1].upper() + word[1:] for word in words)
        wanted = (stem.removesuffix(what) + what)[:240]
        number, found = 2, wanted
        while found in self.resources:
            found, number = f"{wanted}{number}", number + 1
        return found


def loose(value: Any) -> Any:
    """A part that names others without waiting for them, or None if there is nothing in it."""
    return Loose(value) if value else None


def picked(source: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Some members of an answer as properties: `names` are written as CloudFormation does."""
    found = {}
    for name in names:
        value = source.get(name, source.get(name[0].lower() + name[1:]))
        if value not in (None, "", [], {}):
            found[name] = value
    return found


def tag_list(tags: Mapping[str, str] | Iterable[Mapping[str, str]] | None) -> list[dict[str, str]]:
    """Tags in CloudFormation's form, but for those that AWS sets."""
    if not tags:
        return []
    pairs = dict(tags) if isinstance(tags, Mapping) else {t["Key"]: t["Value"] for t in tags}
    return [
        {"Key": key, "Value": pairs[key]} for key in sorted(pairs) if not key.startswith("aws:")
    ]
