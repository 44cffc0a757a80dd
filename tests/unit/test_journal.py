"""The journal: what it writes down, and how it translates ids."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from orderlab.journal import Journal, is_change


class FakeApi:
    """A client whose ids differ from run to run, as AWS's do."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.meta = SimpleNamespace(
            method_to_api_mapping={
                "create_rest_api": "CreateRestApi",
                "create_resource": "CreateResource",
            }
        )

    def create_rest_api(self, **parameters: Any) -> dict[str, Any]:
        self.calls.append(("create_rest_api", parameters))
        return {"id": f"{self.prefix}-api-id", "rootResourceId": f"{self.prefix}-root-id"}

    def create_resource(self, **parameters: Any) -> dict[str, Any]:
        self.calls.append(("create_resource", parameters))
        return {"id": f"{self.prefix}-resource"}


def test_reading_calls_and_traffic_are_not_written_down() -> None:
    assert is_change("CreateQueue") and is_change("PutItem") and is_change("PublishLayerVersion")
    assert not any(
        map(is_change, ("GetItem", "Query", "SendMessage", "Publish", "Invoke", "DeleteMessage"))
    )


def test_replay_translates_the_ids_that_came_out_differently(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write(
        "apigateway",
        "CreateRestApi",
        {"name": "a"},
        {"id": "old-api-id", "rootResourceId": "old-root-id"},
    )
    journal.write(
        "apigateway",
        "CreateResource",
        {"restApiId": "old-api-id", "parentId": "old-root-id", "pathPart": "x"},
        {"id": "old-resource"},
    )
    api = FakeApi("new")
    assert journal.replay(lambda _: api) == (2, 0)
    assert api.calls[1][1] == {
        "restApiId": "new-api-id",
        "parentId": "new-root-id",
        "pathPart": "x",
    }


def test_bytes_survive(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("lambda", "CreateFunction", {"Code": {"ZipFile": b"\x00\xff"}}, {})
    assert journal.entries()[0]["parameters"]["Code"]["ZipFile"] == b"\x00\xff"


def test_a_line_cut_by_a_crash_is_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("sqs", "CreateQueue", {"QueueName": "a"}, {})
    with journal.path.open("a") as file:
        file.write('{"service": "sqs", "oper')
    assert len(journal.entries()) == 1
