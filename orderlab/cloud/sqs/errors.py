"""SQS's errors, with the code of the JSON protocol and the one that older clients know.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from orderlab.cloud.aws_error import AwsError

_LEGACY = "AWS.SimpleQueueService."


class SqsError(AwsError):
    """`short_code` is the code that boto3 shows; `shape` names the error in the JSON protocol.

    `in_batch` is the text for an entry of a batch, where it differs.
    """

    in_batch = ""

    shape = "InvalidParameterValueException"
    short_code = "InvalidParameterValue"
    namespace = "com.amazonaws.sqs"

    def __init__(self, message: str) -> None:
        super().__init__(
            message, code=f"{self.namespace}#{self.shape}", query_error_code=self.short_code
        )


class InvalidParameterValue(SqsError):
    """A parameter, or a combination of them, that SQS refuses."""

    namespace = "com.amazon.coral.service"


class MessageTooLong(InvalidParameterValue):
    """A message larger than the queue's MaximumMessageSize."""

    def __init__(self, limit: int) -> None:
        reason = f"Reason: Message must be shorter than {limit} bytes."
        super().__init__(f"One or more parameters are invalid. {reason}")
        self.in_batch = f"One or more parameters cannot be validated. {reason}"


class MissingParameter(SqsError):
    """A parameter that is needed was not sent."""

    namespace = "com.amazon.coral.service"
    shape = "MissingRequiredParameterException"
    short_code = "MissingParameter"

    def __init__(self, name: str) -> None:
        super().__init__(f"The request must contain the parameter {name}.")


class QueueDoesNotExist(SqsError):
    """There is no such queue in the Region of the call."""

    shape = "QueueDoesNotExist"
    short_code = f"{_LEGACY}NonExistentQueue"

    def __init__(self) -> None:
        super().__init__("The specified queue does not exist.")
        self.details["query_message"] = "The specified queue does not exist for this wsdl version."


class QueueNameExists(SqsError):
    """CreateQueue named a queue that exists with other attributes."""

    shape = "QueueNameExists"
    short_code = "QueueAlreadyExists"

    def __init__(self, attribute: str) -> None:
        super().__init__(
            "A queue already exists with the same name and a different value for attribute "
            f"{attribute}"
        )


class QueueDeletedRecently(SqsError):
    """CreateQueue named a queue that was deleted within the last 60 seconds."""

    shape = "QueueDeletedRecently"
    short_code = f"{_LEGACY}QueueDeletedRecently"

    def __init__(self) -> None:
        super().__init__(
            "You must wait 60 seconds after deleting a queue before you can create another "
            "with the same name."
        )


class PurgeQueueInProgress(SqsError):
    """The queue was purged within the last 60 seconds."""

    shape = "PurgeQueueInProgress"
    short_code = f"{_LEGACY}PurgeQueueInProgress"
    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"Only one PurgeQueue operation on {name} is allowed every 60 seconds.")


class InvalidAddress(SqsError):
    """A QueueUrl that is not the address of a queue."""

    shape = "InvalidAddress"
    short_code = "InvalidAddress"

    def __init__(self, url: str) -> None:
        super().__init__(f"The address {url} is not valid for this endpoint.")


class NotAtAQueuesAddress(SqsError):
    """An operation that is not about a queue was sent to the address of one."""

    shape = "InvalidAction"
    short_code = "InvalidAction"

    def __init__(self, action: str) -> None:
        super().__init__(f"The action {action} is not valid for this endpoint.")


class InvalidAttributeName(SqsError):
    """An attribute that queues of this type do not have."""

    shape = "InvalidAttributeName"
    short_code = "InvalidAttributeName"

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown Attribute {name}.")


class FifoAttributeOfStandardQueue(InvalidAttributeName):
    """An attribute that only FIFO queues have was given to a standard queue."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.message = f"You can specify the {name} only when FifoQueue is set to true."


class TwoKindsOfEncryption(InvalidAttributeName):
    """Both SSE-SQS and SSE-KMS were asked for."""

    def __init__(self) -> None:
        super().__init__("KmsMasterKeyId")
        self.message = (
            "You can use one type of server-side encryption (SSE) at one time. You can either "
            "enable KMS SSE or SQS SSE."
        )


class InvalidAttributeValue(SqsError):
    """A value that the attribute cannot have."""

    shape = "InvalidAttributeValue"
    short_code = "InvalidAttributeValue"

    def __init__(self, name: str, reason: str = "") -> None:
        ending = f" Reason: {reason}" if reason else ""
        super().__init__(f"Invalid value for the parameter {name}.{ending}")


class InvalidMessageContents(SqsError):
    """A message has characters that SQS does not accept."""

    shape = "InvalidMessageContents"
    short_code = "InvalidMessageContents"

    def __init__(self) -> None:
        super().__init__(
            "Invalid binary character was found in the message body, the set of allowed "
            "characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
            "#x10000 to #x10FFFF."
        )


class ReceiptHandleIsInvalid(SqsError):
    """A receipt handle that was not written by this queue."""

    shape = "ReceiptHandleIsInvalid"
    short_code = "ReceiptHandleIsInvalid"

    def __init__(self, handle: str) -> None:
        super().__init__(f'The input receipt handle "{handle}" is not a valid receipt handle.')


class MessageNotInflight(SqsError):
    """The message is no longer in flight, so it has no visibility timeout to change."""

    shape = "MessageNotInflight"
    short_code = f"{_LEGACY}MessageNotInflight"

    def __init__(self) -> None:
        super().__init__("The specified message isn't in flight.")


class OverLimit(SqsError):
    """A quota of SQS is exceeded."""

    shape = "OverLimit"
    short_code = "OverLimit"
    status = 403


class UnsupportedOperation(SqsError):
    """An operation that cannot be done in this state, or with these parameters."""

    shape = "UnsupportedOperation"
    short_code = f"{_LEGACY}UnsupportedOperation"


class ResourceNotFound(SqsError):
    """A queue or a task that an operation on move tasks names does not exist."""

    shape = "ResourceNotFoundException"
    short_code = "ResourceNotFoundException"
    status = 404


class EmptyBatchRequest(SqsError):
    """A batch without entries."""

    shape = "EmptyBatchRequest"
    short_code = f"{_LEGACY}EmptyBatchRequest"

    def __init__(self, operation: str) -> None:
        super().__init__(f"There should be at least one {operation}RequestEntry in the request.")


class TooManyEntriesInBatchRequest(SqsError):
    """A batch with more than ten entries."""

    shape = "TooManyEntriesInBatchRequest"
    short_code = f"{_LEGACY}TooManyEntriesInBatchRequest"

    def __init__(self, count: int) -> None:
        super().__init__(f"Maximum number of entries per request are 10. You have sent {count}.")


class BatchEntryIdsNotDistinct(SqsError):
    """Two entries of a batch have the same id."""

    shape = "BatchEntryIdsNotDistinct"
    short_code = f"{_LEGACY}BatchEntryIdsNotDistinct"

    def __init__(self, entry_id: str) -> None:
        super().__init__(f"Id {entry_id} repeated.")


class BatchRequestTooLong(SqsError):
    """The messages of a batch are larger together than a message may be."""

    shape = "BatchRequestTooLong"
    short_code = f"{_LEGACY}BatchRequestTooLong"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"Batch requests cannot be longer than {limit} bytes. You have sent {size} bytes."
        )


class InvalidBatchEntryId(SqsError):
    """The id of a batch's entry has the wrong form."""

    shape = "InvalidBatchEntryId"
    short_code = f"{_LEGACY}InvalidBatchEntryId"

    def __init__(self) -> None:
        super().__init__(
            "A batch entry id can only contain alphanumeric characters, hyphens and "
            "underscores. It can be at most 80 letters long."
        )


class SerializationError(SqsError):
    """A parameter has the wrong JSON type."""

    namespace = "com.amazon.coral.service"
    shape = "SerializationException"
    short_code = "MalformedInput"
