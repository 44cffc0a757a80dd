"""The same calls on two tables, one through DAX and one without, and what must be the same."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tests.cloud.dax_support import without_metadata
from tests.cloud.tables_support import make_table, wire

ITEM: dict[str, Any] = {
    "pk": {"S": "a"},
    "sk": {"N": "1"},
    "words": {"S": "Grüße, 世界"},
    "amount": {"N": "-12.75"},
    "large": {"N": "123456789012345678901234567890"},
    "raw": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "lines": {"L": [{"S": "x"}, {"M": {"deep": {"L": [{"N": "1"}, {"BOOL": False}]}}}]},
    "inside": {"M": {"a": {"S": "b"}, "empty": {"M": {}}, "none": {"L": []}}},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "blobs": {"BS": [b"1", b"2"]},
    "void": {"S": ""},
}
KEY = {"pk": {"S": "a"}, "sk": {"N": "1"}}


class Pair:
    """The same calls on two tables: one through DAX, one without."""

    def __init__(self, dax: Any, dynamodb: Any, **more: Any) -> None:
        self.dax, self.dynamodb = dax, dynamodb
        types = {"sk": "N", **more.pop("types", {})}
        self.names = [make_table(dynamodb, "pk sk", types=types, **more) for _ in "ab"]

    def both(self, operation: str, **parameters: Any) -> tuple[Any, Any]:
        """The results, or the errors' codes and texts."""
        return tuple(
            self._one(client, operation, name, parameters)
            for client, name in zip((self.dax, self.dynamodb), self.names, strict=True)
        )

    def _one(self, client: Any, operation: str, name: str, parameters: Any) -> Any:
        call = getattr(client, operation)
        try:
            answer = without_metadata(call(**_with_name(parameters, name)))
        except ClientError as error:
            found = error.response["Error"]
            return _with_name(found["Code"], "", name), _with_name(found["Message"], "", name)
        return sorted_sets(_with_name(answer, "TABLE", name))

    def same(self, operation: str, **parameters: Any) -> Any:
        by_dax, by_dynamodb = self.both(operation, **parameters)
        assert by_dax == by_dynamodb
        return by_dynamodb

    def on_table(self, operation: str, **parameters: Any) -> Any:
        return self.same(operation, TableName="TABLE", **parameters)


def _with_name(content: Any, name: str, old: str = "TABLE") -> Any:
    """Content with the table's name put in, or taken out."""
    if isinstance(content, dict):
        return {_with_name(k, name, old): _with_name(v, name, old) for k, v in content.items()}
    if isinstance(content, list):
        return [_with_name(each, name, old) for each in content]
    return content.replace(old, name) if isinstance(content, str) else content


def sorted_sets(content: Any) -> Any:
    """Members of sets in one order, which DynamoDB does not promise."""
    if isinstance(content, dict):
        return {
            name: sorted(value) if name in ("SS", "NS", "BS") else sorted_sets(value)
            for name, value in content.items()
        }
    return [sorted_sets(each) for each in content] if isinstance(content, list) else content


def put(pk: str, sk: str = "1", **more: Any) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"N": sk}, **wire(**more)}
