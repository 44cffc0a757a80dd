"""What a notebook that runs on has in its variables from a cloud that is gone: ids and keys.

The values of API keys stay in this process's memory, never in the file, so that the same ones are
made again. Ids cannot be chosen; which kinds came out differently is told.
"""

from __future__ import annotations

from typing import Any

from orderlab.journal.file import Entry

# Where a creation's answer holds the id that a learner keeps, and the word for what has it.
_IDS = {
    ("apigateway", "CreateRestApi"): ("id", "APIs"),
    ("apigateway", "CreateApiKey"): ("id", "API keys"),
    ("apigatewayv2", "CreateApi"): ("ApiId", "APIs"),
    ("iam", "CreateAccessKey"): ("AccessKey", "access keys"),
    ("lambda", "CreateEventSourceMapping"): ("UUID", "event source mappings"),
    ("lambda", "CreateFunctionUrlConfig"): ("FunctionUrl", "function URLs"),
    ("sns", "Subscribe"): ("SubscriptionArn", "subscriptions"),
}


class Held:
    """`renamed` are the kinds of things that the last replay gave other ids."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self.renamed: set[str] = set()

    def note(self, entry: Entry) -> None:
        """Remember what an answer holds that the file does not."""
        value = entry.get("answer", {}).get("value")
        if entry.get("operation") == "CreateApiKey" and isinstance(value, str):
            self._values[str(entry["answer"].get("id"))] = value

    def completed(self, entry: Entry, parameters: dict[str, Any]) -> dict[str, Any]:
        """A call's parameters with the value that the key has had in this process."""
        if entry["operation"] != "CreateApiKey" or "value" in parameters:
            return parameters
        value = self._values.get(str(entry["answer"].get("id")))
        return {**parameters, "value": value} if value else parameters

    def compare(self, entry: Entry, answer: dict[str, Any]) -> None:
        """Note a thing whose id is another one now."""
        member, kind = _IDS.get((entry["service"], entry["operation"]), ("", ""))
        before = entry["answer"].get(member)
        if before is not None and before != answer.get(member):
            self.renamed.add(kind)
