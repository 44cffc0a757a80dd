"""The polling laboratory to play with: sliders, buttons, and the picture of a real queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets

from orderlab.errors import OrderlabError
from orderlab.showing.html_text import html_text
from orderlab.showing.picture import Picture
from orderlab.simulation.polling import Setting

_MOST_MESSAGES = 24
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX"


class ReceivedMessages(Protocol):
    """What one ReceiveMessage brought, as far as it is shown here."""

    @property
    def empty(self) -> bool:
        """Whether nothing came."""

    def picture(self) -> Picture:
        """The servers, who was asked, and what came back."""


class PractisedQueue(Protocol):
    """A queue whose servers can be seen and arranged. Its calls may raise OrderlabError."""

    @property
    def setting(self) -> Setting:
        """Servers, weights and sample of the queue."""

    def arrange(self, *, servers: int, sample: int) -> object:
        """Give the queue so many servers, of which a short poll asks up to `sample`."""

    def place(self, body: str) -> str:
        """Send a message, which lies where chance puts it. Returns its id."""

    def receive(self, wait: int) -> ReceivedMessages:
        """ReceiveMessage, waiting for up to so many seconds."""

    def delete(self, received: Any) -> None:
        """Delete what came with an answer of `receive`."""

    def clear(self) -> None:
        """Take away every message, and the history."""

    def now(self) -> Picture:
        """Where the messages lie now."""


class LivePolling:
    """A practice queue that the learner plays with; every change is done on the queue at once.

    Sliders move with the arrow keys; Enter or the space bar presses a button. If no kernel is
    running, the first picture stays.
    """

    def __init__(self, polling: PractisedQueue) -> None:
        self._polling = polling
        setting = polling.setting
        self.received: ReceivedMessages | None = None
        self.servers = _slider("Servers", setting.servers, 1, 16)
        self.sample = _slider("Asked by a short poll", setting.sample[1], 1, setting.servers)
        self.messages = _slider("Messages", 5, 0, _MOST_MESSAGES)
        self.wait = _slider("Wait (s)", 0, 0, 20)
        self.receive = self._button("Receive", self._receive)
        self.delete = self._button("Delete what came", self._delete)
        self.anew = self._button("Place anew", self._place)
        self.picture = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%"))
        self.says = ipywidgets.HTML()
        self._place()
        for slider in (self.servers, self.sample, self.messages):
            slider.observe(self._moved, names="value")
        self.widget = self._together()

    def _together(self) -> Any:
        wrapped = ipywidgets.Layout(flex_flow="row wrap", width="100%")
        sliders = [self.servers, self.sample, self.messages, self.wait]
        buttons = [self.receive, self.delete, self.anew]
        shown = ipywidgets.VBox(
            [
                ipywidgets.HBox(sliders, layout=wrapped),
                ipywidgets.HBox(buttons, layout=wrapped),
                self.says,
                self.picture,
            ]
        )
        shown.add_class("orderlab-polling")
        return shown

    def _button(self, words: str, work: Callable[[], None]) -> Any:
        button = ipywidgets.Button(description=words, layout=ipywidgets.Layout(width="auto"))
        button.on_click(lambda _: self._do(work))
        return button

    # --- what hands do ---

    def _moved(self, change: Any) -> None:
        if change["owner"] is self.servers:
            # moves `sample` with it, if that is too high, and this is called for that first
            self.sample.max = self.servers.value
        self._do(self._place)

    def _place(self) -> None:
        """Arrange the servers as the sliders say, and let chance lay the messages."""
        self._polling.clear()
        self._polling.arrange(servers=self.servers.value, sample=self.sample.value)
        for letter in _LETTERS[: self.messages.value]:
            self._polling.place(letter)
        self.received = None
        self._show(self._polling.now())

    def _receive(self) -> None:
        if self.wait.value:
            self._say("Waiting for messages ...")
        self.received = self._polling.receive(self.wait.value)
        self._show(self.received.picture())

    def _delete(self) -> None:
        if self.received is None or self.received.empty:
            self._say("There is nothing to delete: receive something first.")
            return
        self._polling.delete(self.received)
        self.received = None
        self._show(self._polling.now())

    def _do(self, work: Callable[[], None]) -> None:
        # no control is switched off meanwhile: it would lose the keyboard's focus
        try:
            work()
        except OrderlabError as error:
            self._say(str(error))

    def _say(self, words: str) -> None:
        self.says.value = f'<p role="status">{html_text(words)}</p>'

    def _show(self, picture: Picture) -> None:
        self.picture.value = picture._repr_mimebundle_()["text/html"]
        self._say(picture.alt)

    # --- what is shown ---

    def __repr__(self) -> str:
        return f"{self._polling!r}, with sliders and buttons"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/plain": repr(self), "text/html": self.picture.value}, metadata


def _slider(words: str, value: int, low: int, high: int) -> Any:
    return ipywidgets.IntSlider(
        value=value,
        min=low,
        max=high,
        description=words,
        continuous_update=False,
        style={"description_width": "initial"},
        layout=ipywidgets.Layout(width="330px"),
    )
