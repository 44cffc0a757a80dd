"""Doing a journal again: what failed is named, what was learned is translated; and whose it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orderlab.errors import CloudGone
from orderlab.journal import Journal
from orderlab.journal.claim import claim, holder, journal_path
from orderlab.journal.translation import Translation
from tests.unit.journal.journal_entries import ClientMeta


class Refusing:
    """A client that refuses some queues, each for its reason."""

    def __init__(self, **reasons: Exception) -> None:
        self.meta = ClientMeta({"create_queue": "CreateQueue"})
        self.made: list[str] = []
        self._reasons = reasons

    def create_queue(self, **given: Any) -> dict[str, Any]:
        if given["QueueName"] in self._reasons:
            raise self._reasons[given["QueueName"]]
        self.made.append(given["QueueName"])
        return {}


def test_calls_that_fail_in_a_replay_are_named_with_their_reason(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    for name in ("a", "bad", "b"):
        journal.write("sqs", "CreateQueue", {"QueueName": name}, {})
    journal.write("sqs", "CreateQueue", {"QueueName": "bad"}, {}, region="eu-west-1")
    client = Refusing(bad=ValueError("no such thing"))
    assert journal.replay(lambda service, region="": client) == (2, 2)
    assert client.made == ["a", "b"]
    assert list(map(str, journal.failures)) == [
        "sqs CreateQueue bad (2 times): ValueError: no such thing"
    ]


def test_a_refused_batch_is_written_item_by_item(tmp_path: Path) -> None:
    """One item that is refused today, for whatever reason, does not take 24 others with it."""

    class Table(Refusing):
        def __init__(self) -> None:
            super().__init__()
            self.meta = ClientMeta(
                {
                    "create_table": "CreateTable",
                    "put_item": "PutItem",
                    "batch_write_item": "BatchWriteItem",
                }
            )

        def create_table(self, **_: Any) -> dict[str, Any]:
            return {}

        def batch_write_item(self, **_: Any) -> dict[str, Any]:
            raise ValueError("one of them")

        def put_item(self, **given: Any) -> dict[str, Any]:
            if given["Item"]["id"]["S"] == "bad":
                raise ValueError("this one")
            self.made.append(given["Item"]["id"]["S"])
            return {}

    journal = Journal(tmp_path / "j.jsonl")
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    journal.write("dynamodb", "CreateTable", {"TableName": "t", "KeySchema": keys}, {})
    for key in ("a", "bad", "b"):
        journal.write("dynamodb", "PutItem", {"TableName": "t", "Item": {"id": {"S": key}}}, {})
    table = Table()
    assert journal.replay(lambda _: table) == (3, 1)
    assert table.made == ["a", "b"]
    assert list(map(str, journal.failures)) == ["dynamodb PutItem t: ValueError: this one"]


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


def test_an_id_is_translated_only_as_a_whole_word() -> None:
    translation = Translation()
    translation.learn(
        {"id": "abc123xyz", "url": "http://127.0.0.1:1/q", "TableStatus": "CREATING"},
        {"id": "new-id", "url": "http://127.0.0.1:2/q", "TableStatus": "ACTIVE"},
    )
    assert translation("arn:aws:x:abc123xyz/*/GET") == "arn:aws:x:new-id/*/GET"
    assert translation({"a": ["http://127.0.0.1:1/q"]}) == {"a": ["http://127.0.0.1:2/q"]}
    assert translation("abc123xyzw 0abc123xyz") == "abc123xyzw 0abc123xyz"
    assert translation("CREATING a plan") == "CREATING a plan"


def test_translation_does_not_slow_down_with_the_number_of_ids() -> None:
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


def test_an_id_that_an_earlier_session_gave_to_something_else_is_itself_again() -> None:
    """Each cloud begins with the same ids; a session's second mapping may have its first one's."""
    translation = Translation()
    translation.learn({"UUID": "id-of-the-returns"}, {"UUID": "id-of-another"})
    assert translation("id-of-the-returns") == "id-of-another"
    translation.learn({"UUID": "id-of-the-returns"}, {"UUID": "id-of-the-returns"})
    assert translation({"UUID": "id-of-the-returns"}) == {"UUID": "id-of-the-returns"}
