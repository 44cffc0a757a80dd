"""Doing an entry again against a new cloud."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from orderlab.errors import CloudGone
from orderlab.journal.file import Entry
from orderlab.journal.held import Held
from orderlab.journal.noted import LOOKUPS, is_change
from orderlab.journal.translation import Translation
from orderlab.journal.values import NOT_KEPT, fresh_secret

# Gives the boto3 client of a service, and of another Region where one is named.
Clients = Callable[..., Any]
Step = Callable[[str, str], None]

# What is still being made, or has just been removed, refuses the next change for a while: a
# learner waits, a replay tries again for so many seconds.
_BUSY = {
    "ResourceInUseException": 3.0,
    "ResourceConflictException": 3.0,
    "ConflictException": 3.0,
    "OperationAbortedException": 3.0,
    # a minute of AWS's time, six seconds in a chapter
    "AWS.SimpleQueueService.QueueDeletedRecently": 8.0,
    "QueueDeletedRecently": 8.0,
    "ProvisionedThroughputExceededException": 8.0,
    "ThrottlingException": 8.0,
}
# They hold the learner's data, and are too many to be looked through for nothing.
_ITEMS = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
# What fails for this would fail for each by itself as well.
_ALL_ALIKE = {"ResourceNotFoundException"}
_PAUSE_SECONDS = 0.05
_LONGEST_REASON = 160


@dataclass(frozen=True)
class Failure:
    """What could not be done again, and why; `count` is how many steps it stood for."""

    what: str
    why: str
    count: int = 1

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        return f"{self.what}{times}: {self.why}"


def grouped(failures: Iterable[Failure]) -> list[Failure]:
    """The same thing that failed for the same reason many times, as one."""
    counts: dict[tuple[str, str], int] = {}
    for failure in failures:
        key = (failure.what, failure.why)
        counts[key] = counts.get(key, 0) + failure.count
    return [Failure(what, why, count) for (what, why), count in counts.items()]


class Redo:
    """One replay: its clients, and what it has learned of the new names."""

    def __init__(self, client: Clients, step: Step | None, held: Held) -> None:
        self._client = client
        self._step = step
        self._held = held
        self._translation = Translation()
        self._methods: dict[int, dict[str, str]] = {}
        self.failures: list[Failure] = []
        # how many of the learner's changes do not stand
        self.lost = 0

    def __call__(self, entry: Entry) -> None:
        """Do one entry again. What failed is noted; the rest may still stand.

        Raises CloudGone, since then nothing else can be done either.
        """
        try:
            self._redo(entry)
        except CloudGone:
            raise
        except Exception as error:
            # it may lean on traffic that was not written down
            self._failed(entry, error)

    def _failed(self, entry: Entry, error: Exception) -> None:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
        if code and code in entry.get("harmless", ()):
            return
        if entry.get("operation") in LOOKUPS:
            return  # what leans on it will say so
        if "instead" in entry and code not in _ALL_ALIKE:
            # one of many that were put together: each by itself, then
            for each in entry["instead"]:
                self(each)
            return
        self.lost += weight(entry)
        self.failures.append(Failure(describe(entry), _reason(error), max(1, weight(entry))))

    def _redo(self, entry: Entry) -> None:
        if "step" in entry:
            if self._step is not None:
                self._step(entry["step"], entry["exercise"])
            return
        region = entry.get("region")
        client = self._client(entry["service"], *((region,) if region else ()))
        given = entry["parameters"]
        parameters = self._translation(given if entry["operation"] in _ITEMS else _secrets(given))
        parameters = self._held.completed(entry, _without_unprocessed(parameters, entry))
        answer = self._call(client, entry["operation"], parameters)
        self._held.compare(entry, answer)
        self._translation.learn(entry["answer"], answer)

    def _call(self, client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        call = getattr(client, self._method(client, operation))
        answer = _patiently(call, parameters)
        if operation == "BatchWriteItem":
            self._finish_batch(call, answer)
        return answer

    def _method(self, client: Any, operation: str) -> str:
        names = self._methods.get(id(client))
        if names is None:
            names = {api: name for name, api in client.meta.method_to_api_mapping.items()}
            self._methods[id(client)] = names
        return names[operation]

    def _finish_batch(self, call: Any, answer: dict[str, Any]) -> None:
        """Send again what a batch left over, as its caller is to do."""
        deadline = time.monotonic() + _BUSY["ProvisionedThroughputExceededException"]
        while left := answer.get("UnprocessedItems"):
            if time.monotonic() > deadline:
                count = sum(map(len, left.values()))
                raise TimeoutError(f"{count} of a batch's items were not taken")
            time.sleep(_PAUSE_SECONDS)
            answer = _patiently(call, {"RequestItems": left})


def describe(entry: Entry) -> str:
    """An entry in a few words, such as `sqs CreateQueue orders`."""
    if "step" in entry:
        return f"{entry['step']} of exercise {entry['exercise']}"
    named = next((v for v in entry["parameters"].values() if isinstance(v, str) and v), "")
    return f"{entry['service']} {entry['operation']} {named[:60]}".strip()


def weight(entry: Entry) -> int:
    """How many of the learner's changes an entry stands for; a look-up is none."""
    if "step" in entry:
        return 0
    count = entry.get("count")
    return int(is_change(entry["operation"])) if count is None else int(count)


def _patiently(call: Any, parameters: dict[str, Any]) -> Any:
    """Make the call; what is busy is tried again for some seconds."""
    began = time.monotonic()
    while True:
        try:
            return call(**parameters)
        except Exception as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code")
            # what exists already is no less there later
            if code not in _BUSY or "exist" in str(error):
                raise
            if time.monotonic() - began > _BUSY[code]:
                raise
            time.sleep(_PAUSE_SECONDS)


def _reason(error: Exception) -> str:
    told = getattr(error, "response", {}).get("Error", {})
    if told.get("Code"):
        text = f"{told['Code']}: {told.get('Message', '')}"
    else:
        text = f"{type(error).__name__}: {error}"
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]} ..."


def _secrets(value: Any) -> Any:
    """Parameters with new secrets for those that were not kept."""
    if isinstance(value, dict):
        return {key: _secrets(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_secrets(each) for each in value]
    return fresh_secret() if value is NOT_KEPT else value


def _without_unprocessed(parameters: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """A batch without what it left over then: that was never written, or by a later call."""
    left = entry["answer"].get("UnprocessedItems") if entry["operation"] == "BatchWriteItem" else {}
    if not left:
        return parameters
    kept = {
        table: [request for request in requests if request not in left.get(table, [])]
        for table, requests in parameters["RequestItems"].items()
    }
    return {**parameters, "RequestItems": {t: each for t, each in kept.items() if each}}
