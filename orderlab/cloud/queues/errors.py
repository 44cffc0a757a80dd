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
    namespace = "com.amazon.coral.service"


class MessageTooLong(InvalidParameterValue):
    def __init__(self, limit: int) -> None:
        reason = f"Reason: Message must be shorter than {limit} bytes."
        super().__init__(f"One or more parameters are invalid. {reason}")
        self.in_batch = f"One or more parameters cannot be validated. {reason}"


class MissingParameter(SqsError):
    namespace = "com.amazon.coral.service"
    shape = "MissingRequiredParameterException"
    short_code = "MissingParameter"

    def __init__(self, name: str) -> None:
        super().__init__(f"The request must contain the parameter {name}.")


class QueueDoesNotExist(SqsError):
    shape = "QueueDoesNotExist"
    short_code = f"{_LEGACY}NonExistentQueue"

    def __init__(self) -> None:
        super().__init__("The specified queue does not exist.")
        self.details["query_message"] = "The specified queue does not exist for this wsdl version."


class QueueNameExists(SqsError):
    shape = "QueueNameExists"
    short_code = "QueueAlreadyExists"

    def __init__(self, attribute: str) -> None:
        super().__init__(
            "A queue already exists with the same name and a different value for attribute "
            f"{attribute}"
        )


class QueueDeletedRecently(SqsError):
    shape = "QueueDeletedRecently"
    short_code = f"{_LEGACY}QueueDeletedRecently"

    def __init__(self) -> None:
        super().__init__(
            "You must wait 60 seconds after deleting a queue before you can create another "
            "with the same name."
        )


class PurgeQueueInProgress(SqsError):
    shape = "PurgeQueueInProgress"
    short_code = f"{_LEGACY}PurgeQueueInProgress"
    status = 403

    def __init__(self, name: str) -> None:
        super().__init__(f"Only one PurgeQueue operation on {name} is allowed every 60 seconds.")


class InvalidAddress(SqsError):
    shape = "InvalidAddress"
    short_code = "InvalidAddress"

    def __init__(self, url: str) -> None:
        super().__init__(f"The address {url} is not valid for this endpoint.")


class NotAtAQueuesAddress(SqsError):
    shape = "InvalidAction"
    short_code = "InvalidAction"

    def __init__(self, action: str) -> None:
        super().__init__(f"The action {action} is not valid for this endpoint.")


class InvalidAttributeName(SqsError):
    shape = "InvalidAttributeName"
    short_code = "InvalidAttributeName"

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown Attribute {name}.")


class FifoAttributeOfStandardQueue(InvalidAttributeName):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.message = f"You can specify the {name} only when FifoQueue is set to true."


class TwoKindsOfEncryption(InvalidAttributeName):
    def __init__(self) -> None:
        super().__init__("KmsMasterKeyId")
        self.message = (
            "You can use one type of server-side encryption (SSE) at one time. You can either "
            "enable KMS SSE or SQS SSE."
        )


class InvalidAttributeValue(SqsError):
    shape = "InvalidAttributeValue"
    short_code = "InvalidAttributeValue"

    def __init__(self, name: str, reason: str = "") -> None:
        ending = f" Reason: {reason}" if reason else ""
        super().__init__(f"Invalid value for the parameter {name}.{ending}")


class InvalidMessageContents(SqsError):
    shape = "InvalidMessageContents"
    short_code = "InvalidMessageContents"

    def __init__(self) -> None:
        super().__init__(
            "Invalid binary character was found in the message body, the set of allowed "
            "characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | "
            "#x10000 to #x10FFFF."
        )


class ReceiptHandleIsInvalid(SqsError):
    shape = "ReceiptHandleIsInvalid"
    short_code = "ReceiptHandleIsInvalid"

    def __init__(self, handle: str) -> None:
        super().__init__(f'The input receipt handle "{handle}" is not a valid receipt handle.')


class MessageNotInflight(SqsError):
    shape = "MessageNotInflight"
    short_code = f"{_LEGACY}MessageNotInflight"

    def __init__(self) -> None:
        super().__init__("The specified message isn't in flight.")


class OverLimit(SqsError):
    shape = "OverLimit"
    short_code = "OverLimit"
    status = 403


class UnsupportedOperation(SqsError):
    shape = "UnsupportedOperation"
    short_code = f"{_LEGACY}UnsupportedOperation"


class ResourceNotFound(SqsError):
    shape = "ResourceNotFoundException"
    short_code = "ResourceNotFoundException"
    status = 404


class EmptyBatchRequest(SqsError):
    shape = "EmptyBatchRequest"
    short_code = f"{_LEGACY}EmptyBatchRequest"

    def __init__(self, operation: str) -> None:
        super().__init__(f"There should be at least one {operation}RequestEntry in the request.")


class TooManyEntriesInBatchRequest(SqsError):
    shape = "TooManyEntriesInBatchRequest"
    short_code = f"{_LEGACY}TooManyEntriesInBatchRequest"

    def __init__(self, count: int) -> None:
        super().__init__(f"Maximum number of entries per request are 10. You have sent {count}.")


class BatchEntryIdsNotDistinct(SqsError):
    shape = "BatchEntryIdsNotDistinct"
    short_code = f"{_LEGACY}BatchEntryIdsNotDistinct"

    def __init__(self, entry_id: str) -> None:
        super().__init__(f"Id {entry_id} repeated.")


class BatchRequestTooLong(SqsError):
    shape = "BatchRequestTooLong"
    short_code = f"{_LEGACY}BatchRequestTooLong"

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"Batch requests cannot be longer than {limit} bytes. You have sent {size} bytes."
        )


class InvalidBatchEntryId(SqsError):
    shape = "InvalidBatchEntryId"
    short_code = f"{_LEGACY}InvalidBatchEntryId"

    def __init__(self) -> None:
        super().__init__(
            "A batch entry id can only contain alphanumeric characters, hyphens and "
            "underscores. It can be at most 80 letters long."
        )


class SerializationError(SqsError):
    namespace = "com.amazon.coral.service"
    shape = "SerializationException"
    short_code = "MalformedInput"
