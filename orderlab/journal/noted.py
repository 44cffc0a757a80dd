"""Which calls are written down: those that change what is built, and those that tell ids."""

from __future__ import annotations

import re

_CHANGES = re.compile(
    r"^(Create|Put|Update|Delete|Add|Remove|Set|Attach|Detach|Tag|Untag|Publish(Layer)?Version|"
    r"Subscribe|Unsubscribe|TransactWrite|BatchWrite|Import|Enable|Disable)"
)
# They say nothing about what was built: traffic, or what time alone takes back.
_TRAFFIC = {"PutLogEvents", "PutMetricData", "DeleteMessage", "DeleteMessageBatch", "PutEvents"}
# Asked in order to learn what AWS called something; the same answer twice in a row is noted once.
LOOKUPS = {
    "GetRestApis", "GetResources", "GetAuthorizers", "GetRequestValidators", "GetUsagePlans",
    "GetApiKeys", "GetQueueUrl", "ListEventSourceMappings", "ListSubscriptions",
    "ListSubscriptionsByTopic", "GetFunctionUrlConfig", "ListLayerVersions", "DescribeTable",
    "ListStreams",
}  # fmt: skip


def is_change(operation: str) -> bool:
    """Whether an operation changes what is built, by its name as AWS has it."""
    return bool(_CHANGES.match(operation)) and operation not in _TRAFFIC
