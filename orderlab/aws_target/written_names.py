"""Names inside texts of a request: ARNs written by hand, templates, rules of alarms.

A notebook writes `arn:aws:sqs:us-east-1:123456789012:orders` into a policy, a rule's target or an
integration's address. In an account that queue has the learner's prefix, so the ARN gets it, too.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

# the resources of the course in ARNs: the service, what stands before the name, the longest name
_ARNS = (
    ("sqs", "", 80),
    ("sns", "", 256),
    ("lambda", "function:", 64),
    ("lambda", "layer:", 140),
    ("dynamodb", "table/", 255),
    ("logs", "log-group:/aws/lambda/", 64),
    ("logs", "log-group:", 512),
    ("events", "event-bus/", 256),
    ("events", "archive/", 48),
    # a rule of another bus than the default one has the bus before it
    ("events", "rule/", 64),
    ("pipes", "pipe/", 64),
    ("scheduler", "schedule-group/", 64),
    ("schemas", "registry/", 64),
    ("cloudwatch", "alarm:", 255),
    ("dax", "cache/", 20),
    ("s3", "", 63),
)
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.?*-]*"
_ARN = re.compile(
    r"(?P<head>arn:aws[\w-]*:(?P<service>[a-z0-9-]+):[\w*?-]*:(?P<account>[\w*?]*):)"
    r"(?P<resource>[^\s\"'\\,;:<>{}\[\]()|]+(?::[^\s\"'\\,;:<>{}\[\]()|]+)*)"
)
# what an integration hands to a queue stands in its address, after the account
_QUEUE_PATH = re.compile(r"(:sqs:path/[\w*]+/)(" + _NAME + ")")
_IN_TEMPLATE = re.compile(
    r"(\"(?:TableName|QueueName|FunctionName)\"\s*:\s*\")(" + _NAME + r")(\")"
)
_IN_ALARM_RULE = re.compile(r"(\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*\"?)([^\")]+?)(\"?\s*\))")
_SHORTENED = re.compile(r"ol[0-9a-f]{8}-")
# by name, no learner's: AWS's own, which every account has
STANDING = frozenset({"default", "discovered-schemas", "default.dax1.0"})
_OF_AWS = ("AWS", "aws-service-role/", "aws.", "AWSLambda")


def shortened(prefix: str) -> str:
    """How the names of a learner begin that would be too long: by it they are known again."""
    return f"ol{_digest(prefix)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:4]


@dataclass(frozen=True)
class Names:
    """The prefix of a learner's names, and the path of the learner's roles.

    `account` is the account's id; ARNs of other accounts stay as they are. Without it none do.
    """

    prefix: str
    role_path: str
    account: str = ""

    def of(self, name: str, longest: int = 255) -> str:
        """A name with the prefix; one that AWS would refuse as too long is shortened.

        The same name is shortened to the same each time, and differs from all others.
        """
        if not name or name in STANDING or name.startswith("$") or _SHORTENED.match(name):
            return name
        full = name if name.startswith(self.prefix) else f"{self.prefix}{name}"
        if len(full) <= longest:
            return full
        digest = _digest(full)
        end = ".fifo" if full.endswith(".fifo") else ""
        told = full.removeprefix(self.prefix).removesuffix(end)[: longest - 11 - len(end)]
        return f"{shortened(self.prefix)}{digest}-{told.rstrip('-')}{end}"

    def in_text(self, text: str) -> str:
        """A text whose ARNs of the account have the prefix."""
        if "arn:" not in text:
            return text
        found = _ARN.sub(self._in_arn, text)
        return _QUEUE_PATH.sub(lambda at: at[1] + self.of(at[2], 80), found)

    def in_template(self, text: str) -> str:
        """A template or another JSON text: ARNs, and members that hold a resource's name."""
        return _IN_TEMPLATE.sub(lambda at: at[1] + self.of(at[2]) + at[3], self.in_text(text))

    def in_alarm_rule(self, text: str) -> str:
        """A composite alarm's rule, `ALARM("a") OR OK(b)`."""

        def named(at: re.Match[str]) -> str:
            name = self.in_text(at[2]) if at[2].startswith("arn:") else self.of(at[2])
            return at[1] + name + at[3]

        return _IN_ALARM_RULE.sub(named, text)

    def of_function(self, name: str) -> str:
        """A function's name with or without qualifier, `account:function:name`, or its ARN."""
        if name.startswith("arn:"):
            return self.in_text(name)
        before, between, rest = name.rpartition("function:")
        plain, colon, qualifier = rest.partition(":")
        return f"{before}{between}{self.of(plain, 64)}{colon}{qualifier}"

    def of_log_group(self, name: str) -> str:
        """A log group's name; a function's has its function's, one with another path stays."""
        if name.startswith("arn:"):
            return self.in_text(name)
        folder = "/aws/lambda/" if name.startswith("/aws/lambda/") else ""
        if not folder and name.startswith("/"):
            return name
        return folder + self.of(name.removeprefix(folder), 64 if folder else 512)

    def _in_arn(self, at: re.Match[str]) -> str:
        account, service, resource = at["account"], at["service"], at["resource"]
        # an integration's address holds its function's ARN, in an account that is called lambda
        if service == "apigateway":
            return at["head"] + self.in_text(resource) if "arn:" in resource else at[0]
        if self.account and account not in ("", "*", self.account):
            return at[0]
        return at["head"] + self._resource(service, resource)

    def _resource(self, service: str, resource: str) -> str:
        if service == "iam":
            return self._role(resource)
        for known, before, longest in _ARNS:
            if known == service and resource.startswith(before):
                return before + self._first(resource[len(before) :], before, longest)
        return resource

    def _first(self, rest: str, before: str, longest: int) -> str:
        """The name that an ARN's resource begins with, and what follows it."""
        found = re.match(_NAME, rest)
        if found is None:
            return rest
        name, after = found[0], rest[found.end() :]
        if before == "rule/" and after.startswith("/"):
            return f"{self.of(name, 256)}/{self._first(after[1:], '', 64)}"
        return self.of(name, longest) + after

    def _role(self, resource: str) -> str:
        kind, _, rest = resource.partition("/")
        if kind not in ("role", "policy") or rest.startswith(_OF_AWS):
            return resource
        path, _, name = rest.rpartition("/")
        if not re.match(_NAME, name):
            return resource
        ours = self.role_path.strip("/")
        path = path if f"{path}/".startswith(f"{ours}/") else f"{ours}/{path}".strip("/")
        return f"{kind}/{path}/{self.of(name, 64)}"
