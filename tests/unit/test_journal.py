"""The journal: what it writes down, and how it translates ids."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orderlab.errors import CloudGone
from orderlab.journal import Journal, is_change
from orderlab.journal import file as journal_file
from orderlab.journal.claim import claim, holder, journal_path
from orderlab.journal.translation import Translation


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


def test_what_json_cannot_hold_fails_no_call(
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


def test_what_a_function_is_given_is_kept_since_it_would_not_run_without(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    given = {"Environment": {"Variables": {"Password": "needed"}}}
    journal.write("lambda", "CreateFunction", given, {})
    item = {"Item": {"SecretAccessKey": {"S": "data"}, "Password": {"S": "data"}}}
    journal.write("dynamodb", "PutItem", item, {})
    assert [entry["parameters"] for entry in journal.entries()] == [given, item]


def test_a_secret_that_was_not_kept_is_a_new_one_at_the_next_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("iam", "CreateLoginProfile", {"UserName": "u", "Password": "old"}, {})
    given: dict[str, Any] = {}
    client = SimpleNamespace(
        create_login_profile=lambda **parameters: given.update(parameters) or {},
        meta=SimpleNamespace(method_to_api_mapping={"create_login_profile": "CreateLoginProfile"}),
    )
    assert journal.replay(lambda _: client) == (1, 0)
    assert len(given["Password"]) > 20 and given["Password"] != "old"


def test_a_journal_of_before_loses_its_secrets_and_nothing_else(tmp_path: Path) -> None:
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
def test_a_line_that_a_crash_cut_swallows_nothing(tmp_path: Path, cut: bytes) -> None:
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
        monkeypatch.setattr(journal_file.os, "write", broken)
        journal.write("sqs", "CreateQueue", {"QueueName": "lost"}, {})
    monkeypatch.undo()
    journal.write("sqs", "CreateQueue", {"QueueName": "b"}, {})
    assert [entry["parameters"]["QueueName"] for entry in journal.entries()] == ["a", "b"]
    assert capsys.readouterr().err.count("cannot be written") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_of_the_systems_own_making_fails_no_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "j.jsonl").symlink_to("/dev/full")
    Journal(tmp_path / "j.jsonl").write("sqs", "CreateQueue", {}, {})
    assert "cannot be written" in capsys.readouterr().err


def test_a_pipe_in_its_place_holds_nobody_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "j.jsonl")
    journal = Journal(tmp_path / "j.jsonl")
    journal.write("sqs", "CreateQueue", {}, {})
    with pytest.raises(OSError, match="not a regular file"):
        journal.entries()


def test_threads_lines_do_not_mix(tmp_path: Path) -> None:
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


# --- doing it again -----------------------------------------------------------------------------


class Refusing:
    """A client that refuses some queues, each for its reason."""

    def __init__(self, **reasons: Exception) -> None:
        self.meta = SimpleNamespace(method_to_api_mapping={"create_queue": "CreateQueue"})
        self.made: list[str] = []
        self._reasons = reasons

    def create_queue(self, **given: Any) -> dict[str, Any]:
        if given["QueueName"] in self._reasons:
            raise self._reasons[given["QueueName"]]
        self.made.append(given["QueueName"])
        return {}


def test_what_could_not_be_done_again_is_named_with_its_reason(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    for name in ("a", "bad", "bad", "b"):
        journal.write("sqs", "CreateQueue", {"QueueName": name}, {})
    client = Refusing(bad=ValueError("no such thing"))
    assert journal.replay(lambda _: client) == (2, 2)
    assert client.made == ["a", "b"]
    assert list(map(str, journal.failures)) == [
        "sqs CreateQueue bad (2 times): ValueError: no such thing"
    ]


def test_a_cloud_that_goes_ends_the_replay_at_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    for name in ("a", "gone", "b"):
        journal.write("sqs", "CreateQueue", {"QueueName": name}, {})
    client = Refusing(gone=CloudGone("The local cloud has stopped."))
    with pytest.raises(CloudGone):
        journal.replay(lambda _: client)
    assert client.made == ["a"]
    journal.write("sqs", "CreateQueue", {"QueueName": "c"}, {})
    assert len(journal.entries()) == 4, "it writes again after that"


def test_the_beginning_of_a_long_journal_is_not_lost(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    for number in range(25_000):
        journal.write("sqs", "TagQueue", {"QueueUrl": f"u{number % 3}"}, {})
    assert len(journal.entries()) == 25_000


def test_what_is_translated_stands_as_a_word_of_its_own() -> None:
    translation = Translation()
    translation.learn(
        {"id": "abc123xyz", "url": "http://127.0.0.1:1/q", "TableStatus": "CREATING"},
        {"id": "new-id", "url": "http://127.0.0.1:2/q", "TableStatus": "ACTIVE"},
    )
    assert translation("arn:aws:x:abc123xyz/*/GET") == "arn:aws:x:new-id/*/GET"
    assert translation({"a": ["http://127.0.0.1:1/q"]}) == {"a": ["http://127.0.0.1:2/q"]}
    assert translation("abc123xyzw 0abc123xyz") == "abc123xyzw 0abc123xyz"
    assert translation("CREATING a plan") == "CREATING a plan"


def test_translating_takes_no_longer_the_more_was_learned() -> None:
    translation = Translation()
    for number in range(20_000):
        translation.learn([f"http://h:1/queue-{number}"], [f"http://h:2/queue-{number}"])
    text = " ".join(f"http://h:1/queue-{number}" for number in range(2_000))
    assert translation(text).count("http://h:2/") == 2_000


# --- whose it is --------------------------------------------------------------------------------

HOLDS = """
import sys
from pathlib import Path
from orderlab.journal.claim import claim
print(claim(Path(sys.argv[1]), 1).path.name, flush=True)
sys.stdin.read()
"""


def test_of_many_kernels_at_once_one_has_the_chapters_journal(tmp_path: Path) -> None:
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    named = [kernel.stdout.readline().strip() for kernel in kernels if kernel.stdout]
    own = [kernel.pid for kernel in kernels if holder(journal_path(tmp_path, 1)) == kernel.pid]
    ours = claim(tmp_path, 1)
    for kernel in kernels:
        kernel.communicate("", timeout=20)
    assert len(set(named)) == 4 and named.count("journal-01.jsonl") == 1
    assert [ours.holder] == own
    # they have ended: the next one takes it
    assert claim(tmp_path, 1).path.name == "journal-01.jsonl"


def test_a_journal_of_an_earlier_process_of_our_number_is_not_ours(tmp_path: Path) -> None:
    kernel = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert kernel.stdout
    kernel.stdout.readline()
    (tmp_path / f"journal-01-{os.getpid()}.jsonl").write_text("of somebody else")
    ours = claim(tmp_path, 1)
    assert ours.holder == kernel.pid and not ours.path.exists()
    kernel.communicate("", timeout=20)
