"""The polling laboratory: a real queue whose servers can be seen, and arranged for practice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LearnerError
from orderlab.practice.received import Received
from orderlab.showing.picture import Picture
from orderlab.showing.polling_picture import draw
from orderlab.showing.polling_scene import Scene
from orderlab.showing.polling_steps import Steps
from orderlab.simulation.polling import Setting

# An hour: nothing that came comes back while somebody looks at the pictures.
VISIBILITY_SECONDS = 3600
_KEPT_STEPS = 50


def setting_of(
    servers: int | None = None,
    sample: int | Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
) -> Setting:
    """A setting of servers; LearnerError if there can be no such queue here."""
    try:
        return Setting.of(servers, sample, weights)
    except (ValueError, TypeError) as error:
        raise LearnerError(
            str(error), advice="servers=8, sample=(2, 4) is what the cloud has by itself."
        ) from None


class Polling:
    """One queue of practice: place messages, receive, and see what happened on its servers."""

    def __init__(self, target: Target, name: str, *, visibility: int = VISIBILITY_SECONDS) -> None:
        if name.endswith(".fifo"):
            raise LearnerError(
                f"{name} is a FIFO queue, which has no servers to choose from.",
                advice="Name a standard queue.",
            )
        self._target = target
        self.name = target.name(name)
        self._queues = target.client("sqs")
        self.url = _address(self._queues, self.name, visibility)
        self._speed = float(target.page("health")["speed"])
        self._scenes: list[Scene] = []
        page = self.arrange()
        self._seen = max((poll["number"] for poll in page["polls"]), default=0)
        # whether chance had a hand in where messages are
        self._by_chance = bool(page["lying"])

    def arrange(self, **wanted: Any) -> dict[str, Any]:
        """Arrange the servers: servers, sample, weights. Returns what the cloud tells of them."""
        given = {name: value for name, value in wanted.items() if value is not None}
        if given.keys() & {"servers", "sample", "weights"}:
            self._check(given)
        page = self._target.page("queues/servers", "POST", {"queue": self.name, **given})
        return dict(page)

    def _check(self, given: dict[str, Any]) -> None:
        """LearnerError if these servers cannot be; what is not given stays as it is."""
        now = self._page()
        count = given.get("servers") or len(given.get("weights") or now["weights"])
        given["servers"] = count
        same = count == len(now["weights"])
        sample = given.get("sample")
        if sample is None:
            sample = [min(each, count) for each in now["sample"]]
        weights = given.get("weights") or (now["weights"] if same else None)
        setting_of(count, sample, weights)

    def _page(self) -> dict[str, Any]:
        return dict(self._target.page(f"queues/servers?queue={self.name}&after={self._seen}"))

    @property
    def setting(self) -> Setting:
        """Servers, weights and sample of the queue, as the simulation takes them."""
        page = self._page()
        return Setting(len(page["weights"]), tuple(page["sample"]), tuple(page["weights"]))

    @property
    def servers(self) -> list[list[str]]:
        """The visible messages on each server."""
        page = self._page()
        found: list[list[str]] = [[] for _ in page["depths"]]
        for each in page["lying"]:
            if each["state"] == "visible":
                found[each["server"]].append(each["body"])
        return found

    # --- messages ---

    def place(self, body: str, server: int | None = None) -> str:
        """Send a message; it then lies on that server, or where chance put it. Returns its id."""
        count = len(self._page()["depths"])
        if server is not None and server not in range(count):
            raise LearnerError(
                f"There is no server {server!r}.", advice=f"There are 0 to {count - 1}."
            )
        sent = self._queues.send_message(QueueUrl=self.url, MessageBody=str(body))
        message_id = str(sent["MessageId"])
        if server is None:
            self._by_chance = True
        else:
            self.arrange(lies={message_id: server})
        return message_id

    def receive(
        self,
        wait: int | None = 0,
        most: int = 10,
        *,
        ask: Sequence[int] | None = None,
        visibility: int | None = None,
    ) -> Received:
        """ReceiveMessage, with a picture of what happened on the servers.

        `ask` names the servers that this one short poll asks, in place of chance. With `wait=None`
        the request leaves the wait to the queue.
        """
        if ask is not None:
            self._choose(ask, wait or 0)
        given = {"WaitTimeSeconds": wait, "VisibilityTimeout": visibility}
        how = {name: value for name, value in given.items() if value is not None}
        began = time.monotonic()
        answer = self._queues.receive_message(QueueUrl=self.url, MaxNumberOfMessages=most, **how)
        seconds = (time.monotonic() - began) * self._speed
        messages = list(answer.get("Messages", []))
        scene = self._scene_of(messages)
        if not scene.chosen and (scene.short or scene.left):
            self._by_chance = True
        scene = replace(scene, measured=self._by_chance)
        self._scenes = [*self._scenes, scene][-_KEPT_STEPS:]
        return Received(messages, scene, seconds)

    def _choose(self, ask: Sequence[int], wait: int) -> None:
        count = len(self._page()["depths"])
        if wait:
            raise LearnerError(
                "A long poll asks all servers: there is nothing to choose.",
                advice="Leave `ask` or `wait` out.",
            )
        if not ask or len(set(ask)) < len(ask) or any(each not in range(count) for each in ask):
            raise LearnerError(
                f"ask={list(ask)} does not name different servers of this queue.",
                advice=f"There are 0 to {count - 1}.",
            )
        self.arrange(ask=list(ask))

    def _scene_of(self, messages: list[dict[str, Any]]) -> Scene:
        """The scene of the receive that had this answer; of a long poll its last look around."""
        polls = self._page()["polls"]
        ids = {each["MessageId"] for each in messages}
        mine = [
            p for p in polls if {each["id"] for each in p["came"]} & ids or not (ids or p["came"])
        ]
        if not mine:
            raise LearnerError(
                "The cloud kept nothing of this receive: others receive from this queue too.",
                advice="Take a queue that nobody else reads.",
            )
        self._seen = max(poll["number"] for poll in polls)
        return Scene.of_poll(mine[-1])

    def delete(self, received: Received) -> None:
        """Delete what came with an answer."""
        entries = [
            {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
            for place, message in enumerate(received.messages)
        ]
        if entries:
            self._queues.delete_message_batch(QueueUrl=self.url, Entries=entries)

    def clear(self) -> None:
        """Take away every message, and the history."""
        self._scenes, self._by_chance = [], False
        self.arrange(empty=True, forget=True)

    # --- what is shown ---

    def now(self) -> Picture:
        """Where the messages lie now."""
        return draw(Scene.of_page(self._page(), measured=self._by_chance))

    def steps(self) -> Steps:
        """What was received since the queue was opened or cleared, step by step."""
        return Steps(self._scenes)

    def live(self) -> Any:
        """Sliders for servers, sample, messages and wait, and a button that receives."""
        from orderlab.showing.polling_live import LivePolling

        return LivePolling(self)

    def __repr__(self) -> str:
        setting = self.setting
        low, high = setting.sample
        asks = str(low) if low == high else f"{low} to {high}"
        return f"Queue {self.name}: a short poll asks {asks} of {setting.servers} servers"


def _address(queues: Any, name: str, visibility: int) -> str:
    """The URL of the queue, which is made if there is none."""
    try:
        return str(queues.get_queue_url(QueueName=name)["QueueUrl"])
    except queues.exceptions.QueueDoesNotExist:
        made = queues.create_queue(
            QueueName=name, Attributes={"VisibilityTimeout": str(visibility)}
        )
        return str(made["QueueUrl"])
