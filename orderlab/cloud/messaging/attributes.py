"""Message attributes: the forms in which they come, and the digest over them.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Attributes

# The value of an attribute of type Number. What follows a digit is certain, so that a text of any
# length is read in linear time.
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?", re.ASCII)
# MessageGroupId and MessageDeduplicationId
IDENTIFIER = re.compile(r"[!-~]{1,128}")


def as_sent(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message attribute as JSON carries it: binary values as base64 text."""
    binary = value.get("BinaryValue")
    if isinstance(binary, bytes | bytearray):
        return {**value, "BinaryValue": base64.b64encode(binary).decode()}
    return value


def md5_of_attributes(attributes: Attributes) -> str:
    """The digest that SDKs compare with their own; empty if there are no attributes.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
    """
    if not attributes:
        return ""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        binary = value["DataType"].startswith("Binary")
        content = (
            base64.b64decode(value["BinaryValue"]) if binary else value["StringValue"].encode()
        )
        for part in (name.encode(), value["DataType"].encode()):
            digest.update(struct.pack("!I", len(part)) + part)
        digest.update(b"\x02" if binary else b"\x01")
        digest.update(struct.pack("!I", len(content)) + content)
    return digest.hexdigest()
