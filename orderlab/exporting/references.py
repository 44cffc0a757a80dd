"""ARNs and addresses of one account, as CloudFormation's intrinsic functions.

A resource that names another waits for it (`Ref`, `Fn::GetAtt`). A policy or a variable only names
it: there the ARN is put together from its parts, so that two that name each other can be made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ARN = re.compile(r"arn:aws:[^\s\"',<>]+")


@dataclass(frozen=True)
class To:
    """A reference to a resource by its logical id; without an attribute it is a Ref."""

    id: str
    attribute: str = ""

    def shown(self) -> dict[str, Any]:
        """As a value by itself."""
        if self.attribute:
            return {"Fn::GetAtt": [self.id, self.attribute]}
        return {"Ref": self.id}

    def within(self) -> str:
        """As a part of a text for Fn::Sub."""
        return f"${{{self.id}.{self.attribute}}}" if self.attribute else f"${{{self.id}}}"


@dataclass(frozen=True)
class Loose:
    """A part of properties whose ARNs name others without waiting for them."""

    value: Any


@dataclass
class References:
    """What is known of an account: ARNs, and ids and addresses that only live there."""

    region: str
    account_id: str
    known: dict[str, To] = field(default_factory=dict)
    # texts that mean nothing elsewhere, by what stands for them in Fn::Sub
    addresses: dict[str, str] = field(default_factory=dict)

    def resolve(self, value: Any, *, waits: bool = True) -> Any:
        """Properties with intrinsic functions in the place of ARNs, addresses and references."""
        if isinstance(value, Loose):
            return self.resolve(value.value, waits=False)
        if isinstance(value, To):
            return value.shown()
        if isinstance(value, Mapping):
            return {key: self.resolve(each, waits=waits) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(each, waits=waits) for each in value]
        return self._text(value, waits=waits) if isinstance(value, str) else value

    def _text(self, text: str, *, waits: bool) -> Any:
        if waits and text in self.known:
            return self.known[text].shown()
        marked: list[str] = []

        def stand_in(replacement: str) -> str:
            marked.append(replacement)
            return f"\0{len(marked) - 1}\0"

        for address in sorted(self.addresses, key=len, reverse=True):
            if address in text:
                text = _whole(address).sub(stand_in(self.addresses[address]), text)
        if waits:
            for arn in sorted(self.known, key=len, reverse=True):
                if arn in text:
                    text = _whole(arn).sub(stand_in(self.known[arn].within()), text)
        text = _ARN.sub(lambda match: self._parts(match[0], stand_in), text)
        if not marked:
            return text
        text = text.replace("${", "${!")
        return {"Fn::Sub": re.sub("\0([0-9]+)\0", lambda match: marked[int(match[1])], text)}

    def _parts(self, arn: str, stand_in: Any) -> str:
        """An ARN of another partition, Region and account, whichever the stack is made in."""
        arn = arn.replace("arn:aws:", f"arn:{stand_in('${AWS::Partition}')}:", 1)
        arn = arn.replace(f":{self.region}:", f":{stand_in('${AWS::Region}')}:")
        account = re.compile(rf"(?<=[:/]){re.escape(self.account_id)}(?=[:/])")
        return account.sub(stand_in("${AWS::AccountId}"), arn)


def _whole(text: str) -> re.Pattern[str]:
    """Not where it is only the beginning of a longer name."""
    return re.compile(rf"{re.escape(text)}(?![\w-])")
