"""A journal of the calls that change state, so that a new kernel can build again what stood.

Every successful call that creates, changes or removes something is written down with its
parameters and its answer. When it is replayed against a new cloud, the ids that AWS chose will
differ (an API's id, a queue's URL): wherever the new answer holds another string than the old one
at the same place, later parameters are translated. Calls that only look up such ids are written
down too, and what the lab itself did in between: the starting points of exercises.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_CHANGES = re.compile(
    r"^(Create|Put|Update|Delete|Add|Remove|Set|Attach|Detach|Tag|Untag|Publish(Layer)?Version|"
    r"Subscribe|Unsubscribe|TransactWrite|BatchWrite|Import|Enable|Disable)"
)
# Asked in order to learn what AWS called something; the same answer twice in a row is noted once.
_LOOKUPS = {
    "GetRestApis", "GetResources", "GetAuthorizers", "GetRequestValidators", "GetUsagePlans",
    "GetApiKeys", "GetQueueUrl", "ListEventSourceMappings", "ListSubscriptions",
    "ListSubscriptionsByTopic", "GetFunctionUrlConfig", "ListLayerVersions", "DescribeTable",
    "ListStreams",
}  # fmt: skip
# By one of these the entries of two lists are told to be the same thing.
_NAMES = ("name", "path", "pathPart", "Endpoint", "FunctionArn", "TableName", "StreamLabel")
# What is still being made refuses the next change: a learner waits, a replay tries again.
_BUSY = {"ResourceInUseException", "ResourceConflictException", "ConflictException"}
_PATIENCE_SECONDS = 3.0
# They say nothing about what was built: traffic, or what time alone takes back.
_TRAFFIC = {"PutLogEvents", "PutMetricData", "DeleteMessage", "DeleteMessageBatch", "PutEvents"}
MAX_ENTRIES = 20_000


class Journal:
    """One chapter's journal, a line of JSON a call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._paused = False
        self._looked_up: dict[str, str] = {}

    def attach(self, client: Any) -> Any:
        """Write down what is done with a boto3 client from now on; returns the client."""
        events = client.meta.events
        service = client.meta.service_model.service_name
        # after boto3's resources have turned their Python values into DynamoDB's
        events.register_last("before-parameter-build", _remember_parameters)

        def note(parsed: Any, model: Any, context: Any, http_response: Any, **_: Any) -> None:
            if http_response.status_code >= 300:
                return
            parameters = context.get("orderlab_parameters", {})
            if is_change(model.name) or self._is_news(service, model.name, parameters, parsed):
                self.write(service, model.name, parameters, parsed)

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
        """Note a call."""
        entry = {
            "service": service,
            "operation": operation,
            "parameters": parameters,
            "answer": _without_metadata(answer),
        }
        self._append(entry)

    def write_step(self, step: str, exercise: str) -> None:
        """Note what the lab itself did: `prepare` or `solve` an exercise."""
        self._append({"step": step, "exercise": exercise})

    def _is_news(self, service: str, operation: str, parameters: Any, answer: Any) -> bool:
        """Whether a look-up told something that the last one of its kind did not."""
        if operation not in _LOOKUPS:
            return False
        key = json.dumps([service, operation, parameters], default=_encode, sort_keys=True)
        found = json.dumps(_without_metadata(answer), default=_encode, sort_keys=True)
        before, self._looked_up[key] = self._looked_up.get(key), found
        return found != before

    def _append(self, entry: dict[str, Any]) -> None:
        if self._paused:
            return
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

    def replay(
        self, client: Callable[[str], Any], step: Callable[[str, str], None] | None = None
    ) -> tuple[int, int]:
        """Do every call again with clients of `client(service)`; (changes done, failed).

        `step(kind, exercise)` does again what the lab itself did.
        """
        translation: dict[str, str] = {}
        done = failed = 0
        with self.paused():
            for entry in self.entries():
                try:
                    changed = _redo(entry, client, step, translation)
                except Exception:
                    # it may lean on traffic that was not written down; the rest can still stand
                    failed += 1
                    continue
                done += changed
        return done, failed

    def clear(self) -> None:
        """Begin a new journal; the old one is kept beside it, named for the time."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        with contextlib.suppress(FileNotFoundError):
            self.path.replace(self.path.with_name(f"{self.path.stem}-{stamp}.bak"))


def is_change(operation: str) -> bool:
    """Whether an operation changes what is built, by its name as AWS has it."""
    return bool(_CHANGES.match(operation)) and operation not in _TRAFFIC


def _remember_parameters(params: Any, context: Any, **_: Any) -> None:
    context["orderlab_parameters"] = dict(params)


def _redo(
    entry: dict[str, Any],
    client: Callable[[str], Any],
    step: Callable[[str, str], None] | None,
    translation: dict[str, str],
) -> bool:
    """Do one entry again; whether it was a change of the learner's."""
    if "step" in entry:
        if step is not None:
            step(entry["step"], entry["exercise"])
        return False
    parameters = _translate(entry["parameters"], translation)
    answer = _call(client(entry["service"]), entry["operation"], parameters)
    _learn(entry["answer"], answer, translation)
    return is_change(entry["operation"])


def _call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
    """Make the call; what is busy is tried again for some seconds."""
    names = {value: key for key, value in client.meta.method_to_api_mapping.items()}
    call, deadline = getattr(client, names[operation]), time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return call(**parameters)
        except Exception as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code")
            # what exists already is no less there later
            if code not in _BUSY or "exist" in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def _learn(old: Any, new: Any, translation: dict[str, str]) -> None:
    """Note every string that came out differently at the same place of two answers."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() & new.keys():
            _learn(old[key], new[key], translation)
    elif isinstance(old, list) and isinstance(new, list):
        for before, after in _pairs(old, new):
            _learn(before, after, translation)
    elif isinstance(old, str) and isinstance(new, str) and old != new and len(old) >= 6:
        translation[old] = new


def _pairs(old: list[Any], new: list[Any]) -> Iterator[tuple[Any, Any]]:
    """The entries of two lists that stand for the same thing: by name, else by place."""
    if not all(isinstance(each, dict) for each in [*old, *new]):
        yield from zip(old, new, strict=False)
        return
    for name in _NAMES:
        if old and all(name in each for each in [*old, *new]):
            found = {str(each[name]): each for each in new}
            yield from ((each, found[str(each[name])]) for each in old if str(each[name]) in found)
            return
    yield from zip(old, new, strict=False)


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
