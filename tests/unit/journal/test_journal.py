"""The journal: what it writes down, and how it translates ids."""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orderlab.journal import Journal, is_change
from tests.unit.journal.journal_entries import ClientMeta


class FakeIam:
    """A client that keeps what it was given."""

    meta = ClientMeta({"create_login_profile": "CreateLoginProfile"})

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def create_login_profile(self, **parameters: Any) -> dict[str, Any]:
        self.given = parameters
        return {}


class FakeApi:
    """A client whose ids differ from run to run, as AWS's do."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.meta = ClientMeta(
            {
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


# --- values -------------------------------------------------------------------------------------


def test_a_value_comes_back_as_it_was(tmp_path: Path) -> None:
    values = {
        "bytes": b"\x00\xff",
        "moment": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        "decimal": Decimal("1.10"),
        "words": "Größe ☃ \ud800",
        "nested": [{"a": {"b": [b"x"]}}],
        # what looks like one of our own marks
        "alike": {"__bytes__": "AAA="},
        "more": {"__=__bytes__": "AAA="},
        "odd": {"__": 1},
    }
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("lambda", "CreateFunction", values, {})
    assert journal.entries()[0]["parameters"] == values
    assert b"\xc3" not in journal.path.read_bytes(), "readable in any encoding"


def test_a_set_is_kept_as_a_list(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("sqs", "CreateQueue", {"names": {"b", "a"}}, {})
    assert journal.entries()[0]["parameters"] == {"names": ["a", "b"]}


def test_a_call_with_values_that_json_cannot_hold_still_succeeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    endless: dict[str, Any] = {}
    endless["itself"] = endless
    journal.write("sqs", "CreateQueue", {("a", "b"): 1}, {})
    journal.write("sqs", "CreateQueue", endless, {})
    journal.write("sqs", "CreateQueue", {"QueueName": "q"}, {})
    assert len(journal.entries()) == 1
    assert capsys.readouterr().err.count("cannot be written") == 1


# --- secrets ------------------------------------------------------------------------------------


def test_secrets_are_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    key = {"AccessKey": {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "verysecret"}}
    journal.write("iam", "CreateAccessKey", {"UserName": "u"}, key)
    journal.write("iam", "CreateLoginProfile", {"UserName": "u", "Password": "verysecret"}, {})
    journal.write("apigateway", "CreateApiKey", {"name": "k"}, {"id": "i", "value": "verysecret"})
    keys = {"items": [{"id": "i", "name": "k", "value": "verysecret"}]}
    journal.write("apigateway", "GetApiKeys", {"includeValues": True}, keys)
    assert "verysecret" not in journal.path.read_text()
    assert "AKIDEXAMPLE" in journal.path.read_text()


def test_environment_variables_of_functions_are_kept_even_if_named_password(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    given = {"Environment": {"Variables": {"Password": "needed"}}}
    journal.write("lambda", "CreateFunction", given, {})
    item = {"Item": {"SecretAccessKey": {"S": "data"}, "Password": {"S": "data"}}}
    journal.write("dynamodb", "PutItem", item, {})
    assert [entry["parameters"] for entry in journal.entries()] == [given, item]


def test_a_password_that_was_not_kept_is_replaced_by_a_random_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("iam", "CreateLoginProfile", {"UserName": "u", "Password": "old"}, {})
    client = FakeIam()
    assert journal.replay(lambda _: client) == (1, 0)
    assert len(client.given["Password"]) > 20 and client.given["Password"] != "old"


def test_secrets_are_removed_from_a_journal_of_an_older_version(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    key = {"AccessKey": {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "verysecret"}}
    entry = {"service": "iam", "operation": "CreateAccessKey", "parameters": {}, "answer": key}
    path.write_text(json.dumps(entry) + "\n" + '{"cut' + "\n" + json.dumps({"step": "x"}) + "\n")
    path.chmod(0o644)
    journal = Journal(path)
    assert journal.prepare() == ""
    assert "verysecret" not in path.read_text()
    assert '{"cut' in path.read_text(), "what cannot be read is left for whoever can mend it"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(journal.entries()) == 1


def test_a_journal_of_a_newer_version_is_put_aside_untouched(tmp_path: Path) -> None:
    path = tmp_path / "journal-01.jsonl"
    path.write_text('{"journal": 99}\n{"something": "new"}\n')
    journal = Journal(path)
    assert "newer version" in journal.prepare()
    (aside,) = tmp_path.glob("*.bak")
    assert aside.read_text().startswith('{"journal": 99}')
    assert journal.entries() == []
    journal.write("sqs", "CreateQueue", {"QueueName": "q"}, {})
    assert len(journal.entries()) == 1


# --- the file -----------------------------------------------------------------------------------


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal = Journal(tmp_path / "folder" / "j.jsonl")
        journal.write("sqs", "CreateQueue", {"QueueName": "q"}, {})
    finally:
        os.umask(old)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("cut", [b'{"service": "sqs", "oper', b"\x00\x00\xff\xfe", b'"text"', b"7"])
def test_a_line_cut_by_a_crash_does_not_swallow_the_next_one(tmp_path: Path, cut: bytes) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("sqs", "CreateQueue", {"QueueName": "a"}, {})
    with journal.path.open("ab") as file:
        file.write(cut)
    later = Journal(journal.path)
    later.write("sqs", "CreateQueue", {"QueueName": "b"}, {})
    later.write("sqs", "CreateQueue", {"QueueName": "c"}, {})
    assert [entry["parameters"]["QueueName"] for entry in later.entries()] == ["a", "b", "c"]
    assert later.unreadable == 1


def test_a_full_disk_is_said_once_and_what_comes_after_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("sqs", "CreateQueue", {"QueueName": "a"}, {})
    write = os.write

    def half(descriptor: int, content: bytes) -> int:
        return write(descriptor, content[: len(content) // 2])

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for broken in (half, full):
        monkeypatch.setattr(os, "write", broken)
        journal.write("sqs", "CreateQueue", {"QueueName": "lost"}, {})
    monkeypatch.undo()
    journal.write("sqs", "CreateQueue", {"QueueName": "b"}, {})
    assert [entry["parameters"]["QueueName"] for entry in journal.entries()] == ["a", "b"]
    assert capsys.readouterr().err.count("cannot be written") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_calls_succeed_while_the_disk_is_really_full(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "j.jsonl").symlink_to("/dev/full")
    Journal(tmp_path / "j.jsonl").write("sqs", "CreateQueue", {}, {})
    assert "cannot be written" in capsys.readouterr().err


def test_a_named_pipe_in_place_of_the_journal_blocks_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "j.jsonl")
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("sqs", "CreateQueue", {}, {})
    with pytest.raises(OSError, match="not a regular file"):
        journal.entries()


def test_lines_written_by_several_threads_do_not_mix(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")

    def write(name: str) -> None:
        for number in range(200):
            journal.write("sqs", "CreateQueue", {"QueueName": f"{name}{number}" * 100}, {})

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.entries()) == 800 and journal.unreadable == 0
