"""Tags of tables. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.cloud.aws_error import AccessDenied, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.dynamodb.errors import ResourceNotFound
from orderlab.cloud.dynamodb.input_shapes import check_input
from orderlab.cloud.dynamodb.registry import TableRegistry
from orderlab.cloud.dynamodb.table_names import ARN, invalid_arn

if TYPE_CHECKING:
    from orderlab.cloud.dynamodb.table_record import TableRecord

MAX_TAGS = 50
PAGE = 10


class Tags:
    """The tags of tables.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
    """

    def __init__(self, registry: TableRegistry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
            "ListTagsOfResource": self.list_tags_of_resource,
        }

    def tag_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html"""
        check_input("dynamodb", "TagResource", parameters)
        record = self._record(call, parameters)
        tags = {tag["Key"]: tag["Value"] for tag in [*record.tags, *parameters["Tags"]]}
        if len(tags) > MAX_TAGS:
            raise ValidationException(
                f"One or more parameter values were invalid: Too many tags, at most {MAX_TAGS}"
            )
        record.tags = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {}

    def untag_resource(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html"""
        check_input("dynamodb", "UntagResource", parameters)
        record = self._record(call, parameters)
        record.tags = [tag for tag in record.tags if tag["Key"] not in parameters["TagKeys"]]
        return {}

    def list_tags_of_resource(self, call: Call, parameters: Parameters) -> Result:
        """Ten at a time; the token is the number of those that were shown."""
        check_input("dynamodb", "ListTagsOfResource", parameters)
        record = self._record(call, parameters)
        token = parameters.get("NextToken", "0")
        if not (token.isascii() and token.isdigit() and len(token) < 9):
            raise ValidationException("Invalid NextToken")
        start = int(token)
        shown: dict[str, Any] = {"Tags": record.tags[start : start + PAGE]}
        if len(record.tags) > start + PAGE:
            shown["NextToken"] = str(start + PAGE)
        return shown

    def _record(self, call: Call, parameters: Parameters) -> TableRecord:
        arn = parameters["ResourceArn"]
        parts = ARN.fullmatch(arn)
        if parts is None:
            raise invalid_arn(arn)
        if parts["account"] != call.principal.account_id:
            action = f"dynamodb:{call.operation}"
            raise AccessDenied(
                f"User: {call.principal.arn} is not authorized to perform: {action} on resource: "
                f"{arn} because no resource-based policy allows the {action} action"
            )
        backend = self._registry.backend(call.region)
        found: TableRecord | None = backend.tables.get(parts["name"])
        if found is None or found.table_arn != arn:
            raise ResourceNotFound(f"Requested resource not found: ResourcArn: {arn} not found")
        return found
