"""A journal of the calls that change state, so that a new kernel can build again what stood.

Every successful call that creates, changes or removes something is written down with its
parameters and its answer. When it is replayed against a new cloud, the ids that AWS chose will
differ (an API's id, a queue's URL): wherever the new answer holds another string than the old one
at the same place, later parameters are translated.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_CHANGES = re.compile(
    r"^(Create|Put|Update|Delete|Add|Remove|Set|Attach|Detach|Tag|Untag|Publish(Layer)?Version|"
    r"Subscribe|Unsubscribe|TransactWrite|BatchWrite|Import|Enable|Disable)"
)
# They say nothing about what was built: traffic, or what time alone takes back.
_TRAFFIC = {"PutLogEvents", "PutMetricData", "DeleteMessage", "DeleteMessageBatch", "PutEvents"}
MAX_ENTRIES = 20_000


class Journal:
    """One chapter's journal, a line of JSON a call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._paused = False

    def attach(self, client: Any) -> Any:
        """Write down what is done with a boto3 client from now on; returns the client."""
        events = client.meta.events
        service = client.meta.service_model.service_name
        events.register("provide-client-params", _remember_parameters)

        def note(parsed: Any, model: Any, context: Any, http_response: Any, **_: Any) -> None:
            if http_response.status_code < 300 and is_change(model.name):
                self.write(service, model.name, context.get("orderlab_parameters", {}), parsed)

        events.register("after-call", note)
        return client

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Write nothing down meanwhile."""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    def write(self, service: str, operation: str, parameters: Any, answer: Any) -> None:
        if self._paused:
            return
        answer = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
        entry = {
            "service": service,
            "operation": operation,
            "parameters": parameters,
            "answer": answer,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, default=_encode) + "\n")

    def entries(self) -> list[dict[str, Any]]:
        """What was written; a last line that was cut by a crash is left out."""
        found = []
        with contextlib.suppress(FileNotFoundError), self.path.open(encoding="utf-8") as file:
            for line in file:
                with contextlib.suppress(ValueError):
                    found.append(json.loads(line, object_hook=_decode))
        return found[-MAX_ENTRIES:]

    def replay(self, client: Callable[[str], Any]) -> tuple[int, int]:
        """Do every call again with clients of `client(service)`; (done, failed)."""
        translation: dict[str, str] = {}
        done = failed = 0
        with self.paused():
            for entry in self.entries():
                parameters = _translate(entry["parameters"], translation)
                try:
                    answer = _call(client(entry["service"]), entry["operation"], parameters)
                except Exception:
                    # it may lean on traffic that was not written down; the rest can still stand
                    failed += 1
                    continue
                done += 1
                _learn(entry["answer"], answer, translation)
        return done, failed

    def clear(self) -> None:
        """Begin a new journal; the old one is kept beside it."""
        with contextlib.suppress(FileNotFoundError):
            self.path.replace(self.path.with_suffix(".bak"))


def is_change(operation: str) -> bool:
    """Whether an operation changes what is built, by its name as AWS has it."""
    return bool(_CHANGES.match(operation)) and operation not in _TRAFFIC


def _remember_parameters(params: Any, context: Any, **_: Any) -> None:
    context["orderlab_parameters"] = dict(params)


def _call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    names = {value: key for key, value in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation])(**parameters)


def _learn(old: Any, new: Any, translation: dict[str, str]) -> None:
    """Note every string that came out differently at the same place of two answers."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            _learn(old[key], new[key], translation)
    elif isinstance(old, list) and isinstance(new, list):
        for before, after in zip(old, new, strict=False):
            _learn(before, after, translation)
    elif isinstance(old, str) and isinstance(new, str) and old != new and len(old) >= 6:
        translation[old] = new


def _translate(value: Any, translation: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _translate(each, translation) for key, each in value.items()}
    if isinstance(value, list):
        return [_translate(each, translation) for each in value]
    if isinstance(value, str):
        # the longest first: a URL before the id that it holds
        for old in sorted(translation, key=len, reverse=True):
            if old in value:
                value = value.replace(old, translation[old])
    return value


def _encode(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"__bytes__": base64.b64encode(value).decode()}
    return str(value)


def _decode(value: dict[str, Any]) -> Any:
    if set(value) == {"__bytes__"}:
        return base64.b64decode(value["__bytes__"])
    return value
