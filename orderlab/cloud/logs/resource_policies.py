"""DescribeResourcePolicies, page by page: moto keeps the policies, and gives them whole.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.logs import reading
from orderlab.cloud.logs.store import LogStore

_MOST = 50


class ResourcePolicies:
    """The policies that let services write to the account's log groups."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.operations = {"DescribeResourcePolicies": self._describe}

    def _describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        most = reading.limit(parameters, _MOST, _MOST)
        after = str(parameters.get("nextToken") or "")
        kept = reading.state_of(self._store, call).resource_policies
        names = sorted(name for name in kept if name > after)
        shown = [kept[name].describe() for name in names[:most]]
        answer: dict[str, Any] = {"resourcePolicies": shown}
        if len(names) > most:
            answer["nextToken"] = names[most - 1]
        return answer
