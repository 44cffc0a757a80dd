"""The API of DynamoDB Streams.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Result, StreamPosition
from orderlab.cloud.dynamodb.answers import answer, array
from orderlab.cloud.dynamodb.errors import ResourceNotFound, detected
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.shard_log import ShardLog
from orderlab.cloud.dynamodb.stored import encode
from orderlab.cloud.dynamodb.stream_log import StreamLog

ITERATOR_SECONDS = 15 * 60
MAX_RECORDS = 1000
MAX_LISTED = 100


class ExpiredIterator(AwsError):
    """The shard iterator is older than 15 minutes."""

    code = "ExpiredIteratorException"


class TrimmedDataAccess(AwsError):
    """The records at the iterator are older than a day, and gone."""

    code = "TrimmedDataAccessException"


class StreamOperations:
    """The API of DynamoDB Streams.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
    """

    def __init__(self, registry: TableRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.operations: dict[str, Handler] = {
            "ListStreams": self.list_streams,
            "DescribeStream": self.describe_stream,
            "GetShardIterator": self.get_shard_iterator,
            "GetRecords": self.get_records,
        }

    def list_streams(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.ht
        ml"""
        check_input("dynamodbstreams", "ListStreams", parameters)
        name, after = parameters.get("TableName"), parameters.get("ExclusiveStartStreamArn", "")
        limit = min(parameters.get("Limit", MAX_LISTED), MAX_LISTED)
        found = [
            log
            for log in self._registry.streams()
            if log.region == call.region and log.arn > after and name in (None, log.table_name)
        ]
        shown: dict[str, Any] = {
            "Streams": [
                {"StreamArn": log.arn, "TableName": log.table_name, "StreamLabel": log.label}
                for log in found[:limit]
            ]
        }
        if len(found) > limit:
            shown["LastEvaluatedStreamArn"] = found[limit - 1].arn
        return shown

    def describe_stream(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream
        .html"""
        check_input("dynamodbstreams", "DescribeStream", parameters)
        log = self._log(parameters["StreamArn"])
        shards = _chosen_shards(log, parameters)
        limit = min(parameters.get("Limit", MAX_LISTED), MAX_LISTED)
        shown = {
            "StreamArn": log.arn,
            "StreamLabel": log.label,
            "StreamStatus": "ENABLED" if log.open else "DISABLED",
            "StreamViewType": log.view_type,
            "CreationRequestDateTime": log.created,
            "TableName": log.table_name,
            "KeySchema": log.key_schema,
            "Shards": [_shown_shard(shard) for shard in shards[:limit]],
        }
        if len(shards) > limit:
            shown["LastEvaluatedShardId"] = shards[limit - 1].id
        return {"StreamDescription": shown}

    def get_shard_iterator(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterat
        or.html"""
        check_input("dynamodbstreams", "GetShardIterator", parameters)
        log = self._log(parameters["StreamArn"])
        shard = log.shard(parameters["ShardId"])
        if shard is None:
            raise ResourceNotFound(
                f"Requested resource not found: Shard: {parameters['ShardId']} in stream: "
                f"{log.arn} not found"
            )
        index = _start_index(shard, parameters)
        return {"ShardIterator": self._iterator(log.arn, shard.id, index)}

    def get_records(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.htm
        l"""
        check_input("dynamodbstreams", "GetRecords", parameters)
        limit = parameters.get("Limit", MAX_RECORDS)
        if limit > MAX_RECORDS:
            raise detected(
                f"Value '{limit}' at 'limit' failed to satisfy constraint: "
                f"Member must have value less than or equal to {MAX_RECORDS}"
            )
        arn, shard, index = self._read_iterator(parameters["ShardIterator"])
        if index < shard.oldest:
            raise TrimmedDataAccess(
                "The operation attempted to read past the oldest stream record in a shard."
            )
        records, position = shard.read(StreamPosition(index), limit)
        members = {"Records": array(record.shown() for record in records)}
        if not shard.ended(position):
            following = self._iterator(arn, shard.id, position.index)
            members["NextShardIterator"] = encode(following)
        return answer(call, members)

    # --- iterators: all that they stand for is in their text ---

    def _iterator(self, arn: str, shard_id: str, index: int) -> str:
        content = json.dumps([shard_id, index, self._clock.now()])
        return f"{arn}|1|{base64.b64encode(content.encode()).decode()}"

    def _read_iterator(self, text: str) -> tuple[str, ShardLog, int]:
        invalid = ValidationException("Invalid ShardIterator")
        arn, _, rest = text.partition("|1|")
        log = self._registry.stream(arn)
        try:
            shard_id, index, issued = json.loads(base64.b64decode(rest, validate=True))
            fresh = float(issued) + ITERATOR_SECONDS > self._clock.now()
            index = int(index)
        except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
            raise invalid from None
        shard = log.shard(shard_id) if log is not None else None
        if shard is None or not 0 <= index <= shard.end:
            raise invalid
        if not fresh:
            raise ExpiredIterator(
                "The shard iterator has expired and can no longer be used to retrieve stream "
                "records. A shard iterator expires 15 minutes after it is retrieved."
            )
        return arn, shard, index

    def _log(self, arn: str) -> StreamLog:
        log = self._registry.stream(arn)
        if log is None:
            raise ResourceNotFound(f"Requested resource not found: Stream: {arn} not found")
        return log


def _chosen_shards(log: StreamLog, parameters: Parameters) -> list[ShardLog]:
    """The shards behind ExclusiveStartShardId that pass the ShardFilter."""
    after = parameters.get("ExclusiveStartShardId", "")
    found = [shard for shard in log.shards if shard.id > after]
    wanted = parameters.get("ShardFilter")
    if wanted is None:
        return found
    if "Type" not in wanted or "ShardId" not in wanted:
        raise ValidationException("Both Type and ShardId are required in a ShardFilter")
    return [shard for shard in found if shard.parent == wanted["ShardId"]]


def _shown_shard(shard: ShardLog) -> dict[str, Any]:
    numbers = {"StartingSequenceNumber": shard.sequence_number(0)}
    if not shard.open:
        numbers["EndingSequenceNumber"] = shard.sequence_number(max(shard.end - 1, 0))
    shown: dict[str, Any] = {"ShardId": shard.id, "SequenceNumberRange": numbers}
    if shard.parent is not None:
        shown["ParentShardId"] = shard.parent
    return shown


def _start_index(shard: ShardLog, parameters: Parameters) -> int:
    kind = parameters["ShardIteratorType"]
    if kind == "TRIM_HORIZON":
        return shard.oldest
    if kind == "LATEST":
        return shard.end
    if kind == "AT_TIMESTAMP":
        if "Timestamp" not in parameters:
            raise ValidationException("Timestamp is required for ShardIteratorType AT_TIMESTAMP")
        return shard.index_at(float(parameters["Timestamp"]))
    return _index_of_number(shard, parameters.get("SequenceNumber"), after=kind.startswith("AFTER"))


def _index_of_number(shard: ShardLog, number: str | None, *, after: bool) -> int:
    if number is None or not (number.isascii() and number.isdigit()):
        raise ValidationException(
            "Invalid SequenceNumber: a sequence number of the shard is required for this "
            "ShardIteratorType"
        )
    index = shard.index_of(int(number))
    if not 0 <= index < max(shard.end, 1):
        raise ValidationException(
            f"Invalid SequenceNumber: {number} is not in the range of shard {shard.id}"
        )
    index += after
    if index < shard.oldest:
        raise TrimmedDataAccess(
            "The operation attempted to read past the oldest stream record in a shard."
        )
    return index
