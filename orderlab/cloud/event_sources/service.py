"""The API of event source mappings: create, get, list, update, delete.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud import ids
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler, Moto, Parameters, Result
from orderlab.cloud.event_sources import settings as rules
from orderlab.cloud.event_sources import tags
from orderlab.cloud.event_sources.dynamodb_streams import starting_progress
from orderlab.cloud.event_sources.lifecycle import BUSY_STATES, Lifecycle, with_settings
from orderlab.cloud.event_sources.mapping import NOTHING_YET, EventSourceMapping
from orderlab.cloud.event_sources.registry import MappingRegistry
from orderlab.cloud.event_sources.sources import Source, SourceChecks, parse_source
from orderlab.cloud.event_sources.wiring import Wiring
from orderlab.cloud.http import Response
from orderlab.cloud.lambda_.api_input import read_input
from orderlab.cloud.lambda_.names import function_arn, parse_function_name

PAGE = 100


class EventSources:
    """The event source mappings of Lambda, which answers under its name together with them.

    TagResource, UntagResource and ListTags are answered for mappings, and passed on otherwise.
    """

    name = "lambda"

    def __init__(
        self,
        wiring: Wiring,
        *,
        account_id: str,
        of_functions: Mapping[str, Handler],
        moto: Moto,
    ) -> None:
        """`of_functions` are the operations of Lambda that functions answer."""
        self._account = account_id
        self._wiring = wiring
        self._registry = MappingRegistry()
        self._lifecycle = Lifecycle(wiring)
        self._checks = SourceChecks(wiring.permissions, wiring.queues, wiring.streams)
        self.operations: Mapping[str, Handler] = {
            "CreateEventSourceMapping": self._create,
            "GetEventSourceMapping": self._get,
            "ListEventSourceMappings": self._list,
            "UpdateEventSourceMapping": self._update,
            "DeleteEventSourceMapping": self._delete,
            **{
                name: tags.with_mappings(name, of_functions.get(name), moto, self._registry.by_arn)
                for name in tags.OPERATIONS
            },
        }

    async def start(self) -> None:
        """Nothing is to be done before there is a mapping."""

    async def stop(self) -> None:
        """End every poller at once."""
        await self._lifecycle.stop()

    # --- operations -------------------------------------------------------------------------

    def _create(self, call: Call, parameters: Parameters) -> Result:
        sent = read_input("CreateEventSourceMapping", call, parameters)
        source = parse_source(sent.get("EventSourceArn"))
        position = _starting_position(source, sent)
        settings = rules.merged(source.kind, source.fifo, rules.defaults(source.kind), sent)
        arn, function = self._function(call.region, sent["FunctionName"])
        if source.region != call.region:
            raise rules.invalid(
                f"The event source arn's region {source.region} does not match {call.region}."
            )
        self._checks.require_ready(source, function, settings)
        self._registry.refuse_second(source, arn)
        name = ids.new_uuid("event source mapping")
        mapping = EventSourceMapping(
            uuid=name,
            arn=f"arn:aws:lambda:{call.region}:{self._account}:event-source-mapping:{name}",
            region=call.region,
            source=source,
            function_arn=arn,
            settings=settings,
            enabled=sent.get("Enabled", True),
            state="Creating",
            last_modified=self._wiring.clock.wall(),
            starting_position=position,
            tags=dict(sent.get("Tags", {})),
            last_result=NOTHING_YET if source.kind == "dynamodb" else None,
        )
        if mapping.of_stream:
            mapping.progress = starting_progress(self._wiring.streams, mapping)
        self._registry.add(mapping)
        self._lifecycle.create(mapping)
        return Response.json(mapping.configuration(), status=202)

    def _get(self, call: Call, parameters: Parameters) -> Result:
        return self._registry.existing(call.region, str(parameters.get("UUID", ""))).configuration()

    def _list(self, call: Call, parameters: Parameters) -> Result:
        sent = read_input("ListEventSourceMappings", call, parameters)
        chosen = [
            mapping
            for mapping in self._registry.in_region(call.region)
            if _is_asked_for(mapping, sent)
        ]
        first = _marker(sent.get("Marker"))
        last = first + min(sent.get("MaxItems", PAGE), PAGE)
        page: dict[str, Any] = {
            "EventSourceMappings": [mapping.configuration() for mapping in chosen[first:last]]
        }
        if last < len(chosen):
            page["NextMarker"] = str(last)
        return page

    def _update(self, call: Call, parameters: Parameters) -> Result:
        mapping = self._registry.existing(call.region, str(parameters.get("UUID", "")))
        sent = read_input("UpdateEventSourceMapping", call, parameters)
        _refuse_while_busy(mapping, "update", BUSY_STATES)
        source = mapping.source
        settings = rules.merged(source.kind, source.fifo, mapping.settings, sent)
        name = sent.get("FunctionName", mapping.function_arn)
        arn, function = self._function(call.region, name)
        self._checks.require_ready(source, function, settings)
        if arn != mapping.function_arn:
            self._registry.refuse_second(source, arn)
        with_settings(mapping, settings, arn)
        self._lifecycle.update(mapping, sent.get("Enabled", mapping.enabled))
        return Response.json(mapping.configuration(), status=202)

    def _delete(self, call: Call, parameters: Parameters) -> Result:
        mapping = self._registry.existing(call.region, str(parameters.get("UUID", "")))
        # a mapping that is still being created can be deleted: nothing of it is under way
        _refuse_while_busy(mapping, "delete", BUSY_STATES[1:])
        self._lifecycle.delete(mapping, self._registry.forget(mapping))
        return Response.json(mapping.configuration(), status=202)

    # --- what they share --------------------------------------------------------------------

    def _function(self, region: str, text: str) -> tuple[str, Mapping[str, Any]]:
        """The ARN as it was named, with its qualifier if any, and the configuration."""
        named = parse_function_name(text)
        if named.region not in ("", region) or named.account_id not in ("", self._account):
            raise rules.invalid("Function does not exist")
        unqualified = function_arn(region, self._account, named.name)
        try:
            function = self._wiring.functions.configuration(unqualified, named.qualifier)
        except AwsError as error:
            if error.code != "ResourceNotFoundException":
                raise
            raise rules.invalid("Function does not exist") from None
        return function_arn(region, self._account, named.name, named.qualifier), function


def _refuse_while_busy(mapping: EventSourceMapping, what: str, states: tuple[str, ...]) -> None:
    if mapping.state in states:
        raise AwsError(
            f"Cannot {what} the event source mapping because it is in use.",
            code="ResourceInUseException",
        )


def _is_asked_for(mapping: EventSourceMapping, sent: Mapping[str, Any]) -> bool:
    if sent.get("EventSourceArn") not in (None, mapping.source.arn):
        return False
    if not sent.get("FunctionName"):
        return True
    named = parse_function_name(sent["FunctionName"])
    return named.name == mapping.function_name and (named.qualifier in (None, mapping.qualifier))


def _starting_position(source: Source, sent: Mapping[str, Any]) -> str | None:
    position = sent.get("StartingPosition")
    if source.kind == "sqs":
        return None
    if position is None:
        raise rules.invalid(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    if position == "AT_TIMESTAMP":
        raise rules.invalid(f"Unsupported starting position for arn type: {source.arn}")
    return str(position)


def _marker(text: str | None) -> int:
    if not text:
        return 0
    if not text.isdigit():
        raise rules.invalid("Invalid pagination token.")
    return int(text)
