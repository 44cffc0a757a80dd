"""What was found in an account, and whether it is the learner's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.aws_target.marks import Marks

Client = Callable[[str], Any]


@dataclass(frozen=True)
class Found:
    """A resource: its kind, its name, and what its deletion is told.

    `tags` is None where its kind can have none, or nobody can tell; then its name decides.
    """

    kind: str
    name: str
    key: str
    tags: Mapping[str, str] | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def is_of(self, marks: Marks) -> bool:
        """Whether it is the learner's: by its tags, or where it can have none by its name.

        A tagged kind without the learner's tags is somebody else's, whatever its name.
        """
        if self.tags is not None:
            return marks.own(self.tags)
        return marks.names_it(self.name)


@dataclass(frozen=True)
class Kind:
    """How resources of a kind are found, all of the account's, and how one is deleted.

    `patience` is how many seconds AWS may take until a deleted one is no longer listed.
    """

    name: str
    find: Callable[[Client, Marks], Iterator[Found]]
    delete: Callable[[Client, Found], None]
    # AWS lists a deleted queue for up to a minute; a mapping finishes its batch first
    patience: float = 180.0


def is_denied(error: ClientError) -> bool:
    """Whether one has no right to ask; each service has a code of its own."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    return "AccessDenied" in code or code in ("AuthorizationError", "UnauthorizedOperation")


def tags_of(read: Callable[..., Any], member: str, **of: Any) -> Mapping[str, str] | None:
    """The tags that a call gives, in whatever form AWS gives them; None if nobody can tell."""
    try:
        given = read(**of).get(member)
    except ClientError as error:
        if lacks(error) or is_denied(error):
            return None
        if "NotFound" in str(error) or "NoSuch" in str(error) or "NonExistent" in str(error):
            return {}  # it went meanwhile
        raise
    if isinstance(given, Mapping):
        return dict(given)
    return {
        str(each.get("Key", each.get("key"))): str(each.get("Value", each.get("value")))
        for each in given or ()
    }


def signed(
    marks: Marks, name: str, read: Callable[..., Any], **of: Any
) -> Mapping[str, str] | None:
    """What tags would say of a resource that can have none, by its description.

    It is read only for a name that the learner's would have; None if nobody can tell.
    """
    if not marks.names_it(name):
        return {}
    try:
        return marks.signed(read(**of).get("Description"))
    except ClientError as error:
        if lacks(error) or is_denied(error):
            return None
        if "NotFound" in str(error):
            return {}  # it went meanwhile
        raise


def pages(client: Any, operation: str, member: str, **parameters: Any) -> Iterator[Any]:
    """The entries of all pages of a listing."""
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page.get(member, ())
