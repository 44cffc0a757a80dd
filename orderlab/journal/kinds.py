"""The kinds of resources whose making and removal the journal can tell cancel each other."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.journal.file import Entry

ITEM_CALLS = {"PutItem", "UpdateItem", "DeleteItem"}


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    `create` and `delete` are its operations, `named` the parameters that name it, `answered` the
    member of `create`'s answer that does. `about` are operations that touch nothing but it; None
    stands for every call that names it so. `idempotent`: to create what exists succeeds, and tells
    nothing; `gone` is then the error of a delete of what is not there.
    """

    service: str
    create: str
    delete: str
    named: tuple[str, ...]
    about: frozenset[str] | None
    answered: str = ""
    idempotent: bool = False
    gone: tuple[str, ...] = ()

    def named_by(self, entry: Entry) -> str:
        """The name of the resource that an entry is about: out of a name, an ARN or an address."""
        if self.answered and entry["operation"] == self.create:
            return str(entry["answer"].get(self.answered, ""))
        for parameter in self.named:
            given = entry["parameters"].get(parameter)
            if isinstance(given, str) and given:
                return self._short(given)
        return ""

    def removes(self, entry: Entry) -> bool:
        return (
            entry.get("operation") == self.delete
            and entry.get("service") == self.service
            and "Qualifier" not in entry["parameters"]  # one version of a function
        )

    def is_about(self, entry: Entry, region: str, name: str) -> bool:
        """Whether an entry touches that resource, and nothing else."""
        if entry.get("service") != self.service or entry.get("region", "") != region:
            return False
        operation = entry["operation"]
        if operation == "BatchWriteItem":
            return list(entry["parameters"].get("RequestItems", ())) == [name]
        if operation == self.delete and not self.removes(entry):
            return False
        known = self.about is None or operation in self.about
        return (known or operation in (self.create, self.delete)) and self.named_by(entry) == name

    def _short(self, given: str) -> str:
        if self.service == "sqs":
            return given.rpartition("/")[2]
        if given.startswith("arn:"):
            return given.split(":", 6 if self.service == "lambda" else 5)[-1].removeprefix("table/")
        return given


KINDS = (
    Kind(
        "sqs",
        "CreateQueue",
        "DeleteQueue",
        ("QueueName", "QueueUrl"),
        frozenset({"SetQueueAttributes", "TagQueue", "UntagQueue", "GetQueueUrl", "AddPermission"}),
        idempotent=True,
        gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    ),
    Kind(
        "sns",
        "CreateTopic",
        "DeleteTopic",
        ("Name", "TopicArn", "ResourceArn"),
        frozenset({"SetTopicAttributes", "TagResource", "UntagResource", "AddPermission"}),
        idempotent=True,
        gone=("NotFound", "NotFoundException"),
    ),
    Kind(
        "dynamodb",
        "CreateTable",
        "DeleteTable",
        ("TableName",),
        frozenset({*ITEM_CALLS, "UpdateTable", "UpdateTimeToLive", "DescribeTable"}),
    ),
    Kind(
        "lambda",
        "CreateFunction",
        "DeleteFunction",
        ("FunctionName",),
        frozenset(
            {
                "UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion",
                "CreateAlias", "UpdateAlias", "DeleteAlias", "AddPermission", "RemovePermission",
                "PutFunctionConcurrency", "DeleteFunctionConcurrency",
            }
        ),
    ),
    Kind(
        "iam",
        "CreateRole",
        "DeleteRole",
        ("RoleName",),
        frozenset(
            {
                "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy",
                "UpdateAssumeRolePolicy", "TagRole", "UntagRole",
            }
        ),
    ),
    Kind(
        "logs",
        "CreateLogGroup",
        "DeleteLogGroup",
        ("logGroupName",),
        frozenset({"CreateLogStream", "DeleteLogStream", "PutRetentionPolicy"}),
    ),
    Kind(
        "apigateway",
        "CreateRestApi",
        "DeleteRestApi",
        ("restApiId",),
        # every call that names an API in this way is about that API
        None,
        answered="id",
    ),
    Kind("apigatewayv2", "CreateApi", "DeleteApi", ("ApiId",), None, answered="ApiId"),
)  # fmt: skip
