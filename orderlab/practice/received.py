"""What one ReceiveMessage brought, and what happened on the queue's servers meanwhile."""

from __future__ import annotations

from typing import Any

from orderlab.showing.picture import Picture
from orderlab.showing.polling_picture import draw
from orderlab.showing.polling_scene import Scene


class Received:
    """`messages` are boto3's; `seconds` are AWS's seconds. In a notebook it is its picture."""

    def __init__(self, messages: list[dict[str, Any]], scene: Scene, seconds: float) -> None:
        self.messages, self.scene, self.seconds = messages, scene, seconds

    @property
    def bodies(self) -> list[str]:
        """What came, in the order in which it came."""
        return [str(message["Body"]) for message in self.messages]

    @property
    def asked(self) -> list[int]:
        """The servers that were asked."""
        return list(self.scene.asked or ())

    @property
    def missed(self) -> list[str]:
        """Messages that were visible and did not come."""
        return [e.body for e in self.scene.messages if e.state in ("missed", "visible")]

    @property
    def short(self) -> bool:
        """Whether it was a short poll."""
        return self.scene.short

    @property
    def empty(self) -> bool:
        return not self.messages

    @property
    def false_empty(self) -> bool:
        """Whether nothing came although something was there."""
        return self.empty and self.scene.left > 0

    def picture(self) -> Picture:
        """The servers, who was asked, and what came back."""
        return draw(self.scene)

    def __repr__(self) -> str:
        return repr(self.picture())

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        return self.picture()._repr_mimebundle_(**options)
