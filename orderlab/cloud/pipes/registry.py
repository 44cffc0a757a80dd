"""The state of Pipes: all pipes by their ARN.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from __future__ import annotations

from orderlab.cloud.pipes.errors import NotFound
from orderlab.cloud.pipes.pipe import Pipe


class Registry:
    """All pipes of all Regions. A pipe that is deleted goes when its deletion is done."""

    def __init__(self, *, account_id: str) -> None:
        self.account_id = account_id
        self.pipes: dict[str, Pipe] = {}

    def find(self, region: str, name: str) -> Pipe | None:
        """A pipe by its name; None if it does not exist."""
        arn = f"arn:aws:pipes:{region}:{self.account_id}:pipe/{name}"
        pipe = self.pipes.get(arn)
        if pipe is not None and pipe.current_state == "DELETED":
            del self.pipes[arn]
            return None
        return pipe

    def existing(self, region: str, name: str) -> Pipe:
        """The pipe; NotFoundException if there is none."""
        pipe = self.find(region, name)
        if pipe is None:
            raise NotFound(f"Pipe {name} does not exist.")
        return pipe

    def in_region(self, region: str) -> list[Pipe]:
        """The pipes of a Region."""
        found = [each for each in self.pipes.values() if each.region == region]
        return [each for each in found if self.find(region, each.name) is not None]
