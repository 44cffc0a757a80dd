"""The way of a batch through a pipe: enrichment, input template, target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.pipes.input_template import InputTemplate, dynamic
from orderlab.cloud.pipes.pipe import SERVICE, Pipe
from orderlab.cloud.pipes.recording import Recording
from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.sender import Message, Source, TargetSender, kind_of

# the limit of a synchronous invocation's payload
MAX_PAYLOAD = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """An event of the source. `id` is what a partial answer calls it; `text` is its JSON."""

    id: str
    event: dict[str, Any]
    text: str


class FlowFailed(Exception):
    """The whole batch failed. `stage` is `Enrichment` or `Target`."""

    def __init__(self, stage: str, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.stage = stage
        self.code = code


class Flow:
    """Takes batches of one pipe from its source to its target."""

    def __init__(self, pipe: Pipe, *, sender: TargetSender, recording: Recording) -> None:
        self._pipe = pipe
        self._sender = sender
        self._recording = recording
        self._source = Source(SERVICE, pipe.arn, pipe.account_id, pipe.role_arn)
        enrichment = pipe.settings.get("EnrichmentParameters") or {}
        self._enrichment_input = InputTemplate(enrichment.get("InputTemplate"), pipe)
        self._target_input = InputTemplate(pipe.target_parameters.get("InputTemplate"), pipe)

    async def process(self, batch: Sequence[Record]) -> set[str]:
        """Hand a batch on. Returns the ids of the records that failed.

        Raises FlowFailed if all of them did.
        """
        pipe, recording = self._pipe, self._recording
        with recording.execution(pipe, (record.text for record in batch)):
            recording.read(pipe, (record.text for record in batch))
            try:
                failed = await self._through(batch)
            except FlowFailed as failure:
                recording.ended(pipe, failed=failure.stage, code=failure.code)
                arn = pipe.target if failure.stage == "Target" else pipe.enrichment or ""
                for record in batch:
                    recording.failed(pipe, arn, failure.code, record.text)
                raise
            recording.ended(pipe, partly=bool(failed))
            return failed

    async def _through(self, batch: Sequence[Record]) -> set[str]:
        events: list[Any] = [record.event for record in batch]
        if self._pipe.enrichment is not None:
            with self._recording.took(self._pipe, "EnrichmentStageDuration"):
                events = await self._enrich(events)
            if not events:
                # nothing is left for the target
                self._recording.count(self._pipe, "TargetStageSkipped", unit="Count")
                return set()
        with self._recording.took(self._pipe, "TargetStageDuration"):
            return await self._to_target(batch, events)

    async def _to_target(self, batch: Sequence[Record], events: list[Any]) -> set[str]:
        if kind_of(self._pipe.target) == "lambda":
            return await self._to_function(events, {record.id for record in batch})
        failed: set[str] = set()
        for place, event in enumerate(events):
            try:
                await self._deliver(event)
            except TargetFailure as failure:
                if self._pipe.enrichment is not None or len(batch) == 1:
                    raise FlowFailed("Target", failure.code, failure.message) from failure
                failed.add(batch[place].id)
                self._recording.failed(
                    self._pipe, self._pipe.target, failure.code, batch[place].text
                )
                if self._pipe.ordered:
                    # what comes later in the source must not overtake what failed
                    return failed | {record.id for record in batch[place:]}
        return failed

    # --- enrichment ---

    async def _enrich(self, events: list[Any]) -> list[Any]:
        """What the function made of the events: a list, or one thing."""
        payload = self._payload(self._enrichment_input, events, "Enrichment")
        answer = await self._invoke(self._pipe.enrichment or "", payload, "Enrichment")
        try:
            found = json.loads(answer) if answer.strip() else None
        except (ValueError, RecursionError):
            raise FlowFailed("Enrichment", "INVALID_JSON", "The answer is not JSON.") from None
        if found is None or found == "" or found == {}:
            return []
        return found if isinstance(found, list) else [found]

    async def _invoke(self, arn: str, payload: bytes, stage: str) -> bytes:
        try:
            invocation = await self._sender.invoke(arn, payload, self._source)
        except TargetFailure as failure:
            raise FlowFailed(stage, failure.code, failure.message) from failure
        if invocation.function_error:
            raise FlowFailed(stage, "ERROR_FROM_TARGET", "The function has failed.")
        return invocation.payload

    def _payload(self, template: InputTemplate, events: list[Any], stage: str) -> bytes:
        """A JSON array of what the template makes of each event; other text is quoted."""
        try:
            payload = "[" + ",".join(_as_json(template.fill(event)) for event in events) + "]"
        except TargetFailure as failure:
            raise FlowFailed(stage, failure.code, failure.message) from failure
        encoded = payload.encode("utf-8", "surrogatepass")
        if len(encoded) > MAX_PAYLOAD:
            raise FlowFailed(stage, "INVALID_PARAMETER", "The payload is larger than 6 MB.")
        return encoded

    # --- target ---

    async def _to_function(self, events: list[Any], known: set[str]) -> set[str]:
        payload = self._payload(self._target_input, events, "Target")
        given = self._pipe.target_parameters.get("LambdaFunctionParameters") or {}
        if given.get("InvocationType") == "FIRE_AND_FORGET":
            try:
                await self._sender.send(self._pipe.target, Message(payload.decode()), self._source)
            except TargetFailure as failure:
                raise FlowFailed("Target", failure.code, failure.message) from failure
            return set()
        return _failures(await self._invoke(self._pipe.target, payload, "Target"), known)

    async def _deliver(self, event: Any) -> None:
        body = self._target_input.fill(event)
        ids = self._recording.ids_in(body)
        parameters = self._pipe.target_parameters
        queue = parameters.get("SqsQueueParameters") or {}
        message = Message(
            body,
            dynamic(queue.get("MessageGroupId"), event),
            dynamic(queue.get("MessageDeduplicationId"), event),
            ids=ids,
            entry=self._entry(parameters, event, body),
        )
        await self._sender.send(self._pipe.target, message, self._source)

    def _entry(self, parameters: dict[str, Any], event: Any, body: str) -> dict[str, Any] | None:
        if kind_of(self._pipe.target) != "events":
            return None
        given = parameters.get("EventBridgeEventBusParameters") or {}
        service = "dynamodb" if self._pipe.of_stream else "sqs"
        entry: dict[str, Any] = {
            "Source": dynamic(given.get("Source"), event) or f"Pipe {self._pipe.name}",
            "DetailType": dynamic(given.get("DetailType"), event) or f"Event from aws:{service}",
            "Detail": body,
            "Resources": [dynamic(each, event) or "" for each in given.get("Resources") or ()],
        }
        when = dynamic(given.get("Time"), event)
        if when is not None:
            entry["Time"] = float(when) if when.replace(".", "", 1).isdigit() else when
        return entry


def _as_json(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return json.dumps(text)
    return text


def _failures(payload: bytes, known: set[str]) -> set[str]:
    """What a partial answer names as failed. One that names something unknown fails as a whole."""
    try:
        answer = json.loads(payload) if payload.strip() else None
    except (ValueError, RecursionError):
        answer = None
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not isinstance(failures, list):
        return set()
    named = {each.get("itemIdentifier") if isinstance(each, dict) else None for each in failures}
    if not named <= known:
        raise FlowFailed("Target", "ERROR_FROM_TARGET", "The answer names unknown records.")
    return {str(each) for each in named}
