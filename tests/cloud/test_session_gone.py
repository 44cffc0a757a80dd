"""A cloud that is gone: what a learner is told, and what works on after the first cell."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
import psutil
import pytest

from orderlab import session
from orderlab.aws_target.local import LocalTarget
from orderlab.errors import CloudGone, LabError, LearnerError
from orderlab.lab import Lab
from orderlab.orders.reading import SAMPLE
from orderlab.orders.replay import replay
from tests.cloud.session_kit import home, kill_the_cloud, start, took

__all__ = ["home"]

SENTENCE = (
    r"^The local cloud has stopped\. Run the first cell \(`orderlab\.start\(chapter=0\)`\) again; "
    r"your work is kept\.$"
)
ASKING: dict[str, Callable[[Lab], Any]] = {
    "client": lambda lab: lab.client("sqs").list_queues(),
    "plain client": lambda lab: lab.plain_client("dynamodb").list_tables(),
    "boto3": lambda lab: boto3.client("sns").list_topics(),
    "boto3's resources": lambda lab: list(boto3.resource("dynamodb").tables.all()),
    "replay": lambda lab: lab.replay(limit=5),
    "diagram": lambda lab: lab.diagram(),
    "trace": lambda lab: lab.trace("o-1"),
    "scoreboard": lambda lab: lab.scoreboard("R1"),
    "watch": lambda lab: lab.watch(),
    "cost": lambda lab: lab.cost(),
    "faults": lambda lab: lab.faults.active(),
    "url": lambda lab: lab.url,
    "request": lambda lab: lab.request(f"{lab.target.endpoint}/_aws/execute-api/a/live/orders"),
    "deploy": lambda lab: lab.deploy("mine", "def handler(event, context): pass"),
    "catch up": lambda lab: lab.catch_up(),
}


def test_whatever_is_asked_of_it_gives_one_sentence_at_once(home: Path) -> None:
    lab = start()
    kept = [lab.client("sqs"), boto3.client("sqs")]
    kill_the_cloud(lab)
    began = time.monotonic()
    for name, ask in ASKING.items():
        with pytest.raises(CloudGone, match=SENTENCE) as told:
            ask(lab)
        assert told.value._render_traceback_() == [f"CloudGone: {told.value}"], name
    for client in kept:
        with pytest.raises(CloudGone, match=SENTENCE):
            client.list_queues()
    assert took(began) < 30, "botocore would try each again and again"


def test_after_finish_earlier_cells_say_what_to_run(home: Path) -> None:
    lab = start()
    client = boto3.client("sqs")
    lab.finish(quiet=True)
    for ask in (lambda: client.list_queues(), lambda: lab.client("sqs"), lambda: lab.cost()):
        with pytest.raises(CloudGone, match=SENTENCE):
            ask()
    assert lab.name("orders") == "orders", "what needs no cloud works on"
    assert lab.percentiles([1, 2, 3])["p50"] == 2
    with pytest.raises(LearnerError, match=r"There is no exercise '0\.77'"):
        lab.exercise("0.77")
    lab.finish()


def test_another_program_at_its_port_is_sent_nothing(home: Path) -> None:
    lab = start()
    client = boto3.client("sqs")
    kill_the_cloud(lab)
    with listening_at(lab.target.endpoint) as stranger:
        with pytest.raises(CloudGone):
            client.list_queues()
        stranger.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stranger.accept()


def listening_at(endpoint: str) -> socket.socket:
    address = urlsplit(endpoint)
    return socket.create_server((str(address.hostname), address.port or 0))


def test_the_first_cell_gives_another_cloud_to_what_a_notebook_has(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = start()
    exercise, endpoint = lab.exercise("0.1"), lab.target.endpoint
    clients = [lab.client("sqs"), boto3.client("sqs"), boto3.Session().client("sqs")]
    table = boto3.resource("dynamodb").create_table(
        TableName="mine",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.put_item(Item={"id": "a"})
    url = clients[0].create_queue(QueueName="mine")["QueueUrl"]
    kill_the_cloud(lab)
    again = session.start(0)
    assert "The local cloud had stopped; this is another one." in capsys.readouterr().out
    assert again is lab and lab.target.endpoint == endpoint
    for client in clients:
        assert client.get_queue_url(QueueName="mine")["QueueUrl"] == url
    assert table.get_item(Key={"id": "a"})["Item"] == {"id": "a"}
    assert "not tried yet" in repr(exercise)
    assert session.start(0) is lab
    assert "everything stands as you left it" in capsys.readouterr().out


def test_clients_find_it_also_where_its_port_was_taken(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = start()
    clients, endpoint = [lab.client("sqs"), boto3.client("sqs")], lab.target.endpoint
    url = clients[0].create_queue(QueueName="mine")["QueueUrl"]
    kill_the_cloud(lab)
    with listening_at(endpoint):
        lab = session.start(0)
        assert lab.target.endpoint != endpoint
        assert "Its address is new." in capsys.readouterr().out
        for client in clients:
            client.send_message(QueueUrl=url, MessageBody="x")
        assert boto3.client("sqs").list_queues()["QueueUrls"]
    # what they built there is in the journal, and stands again the next time
    clients[1].create_queue(QueueName="later")
    lab.finish(quiet=True)
    urls = start().client("sqs").list_queues()["QueueUrls"]
    assert {each.rpartition("/")[2] for each in urls} == {"mine", "later"}


def test_an_option_counts_also_where_a_chapter_is_opened_again(home: Path) -> None:
    lab = start(speed=7)
    assert lab.target.page("health")["speed"] == 7
    lab.finish(quiet=True)
    assert start(speed=3).target.page("health")["speed"] == 3


def test_another_folder_of_the_learner_is_another_session(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = start()
    lab.client("sqs").create_queue(QueueName="mine")
    monkeypatch.setenv("ORDERLAB_HOME", str(home / "elsewhere"))
    other = start()
    assert other is not lab and not lab.alive
    assert "QueueUrls" not in other.client("sqs").list_queues()


def test_keys_that_a_notebook_holds_work_on_and_are_not_in_the_journal(home: Path) -> None:
    lab = start()
    key = lab.client("apigateway").create_api_key(name="partner")
    assert key["value"] not in lab.journal.path.read_text()
    kill_the_cloud(lab)
    start()
    (found,) = lab.client("apigateway").get_api_keys(includeValues=True)["items"]
    assert found["value"] == key["value"]


def test_ids_that_came_out_differently_are_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = start()
    gateway = lab.client("apigateway")
    api = gateway.create_rest_api(name="mine")["id"]
    kill_the_cloud(lab)
    # whatever makes AWS choose another id
    text = lab.journal.path.read_text()
    lab.journal.path.write_text(text.replace(api, "0000000000"))
    session.start(0)
    assert "AWS gave new ids to your APIs: run the cells again" in capsys.readouterr().out


def test_a_cloud_that_is_stuck_is_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = start()
    client = lab.client("sqs")
    client.create_queue(QueueName="mine")
    stuck = lab.target.pid
    assert stuck is not None
    os.kill(stuck, signal.SIGSTOP)
    answers = LocalTarget.answers
    monkeypatch.setattr(LocalTarget, "answers", lambda self: answers(self, 2.0))
    start()
    assert not psutil.pid_exists(stuck)
    assert client.get_queue_url(QueueName="mine")


def test_one_that_was_started_elsewhere_says_so(home: Path) -> None:
    with LocalTarget.start() as running:
        attached = LocalTarget.attach(
            running.endpoint, running.access_key_id, running.secret_access_key
        )
        assert attached.answers()
        client = attached.new_client("sqs")
    with pytest.raises(CloudGone, match=r"The local cloud has stopped\. Start the cloud again\."):
        client.list_queues()
    with pytest.raises(LabError, match="started elsewhere"):
        attached.restart()
    assert not attached.answers()


def test_a_replay_to_nobody_ends_after_seconds_and_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    began = time.monotonic()
    with pytest.raises(LearnerError, match=r"Nobody listens at .*; 0 orders had been accepted"):
        replay(url, SAMPLE)
    assert took(began) < 60


def test_a_cloud_that_goes_in_the_middle_of_a_replay_ends_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = start(1)
    lab.catch_up()
    seen = 0

    def kill(replayed: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 20:
            kill_the_cloud(lab)

    began = time.monotonic()
    monkeypatch.setattr("orderlab.orders.replay.progress_bar", lambda _: nullcontext(kill))
    with pytest.raises(CloudGone, match=r"orderlab\.start\(chapter=1\)"):
        lab.replay()
    assert took(began) < 60


# --- what a learner may do in another order -----------------------------------------------------


def test_an_exercise_of_another_chapter_names_its_place(home: Path) -> None:
    lab = start(0)
    with pytest.raises(LearnerError, match=r"1\.1 belongs to chapter 01, and this is chapter 00"):
        lab.exercise("1.1")
    with pytest.raises(LearnerError, match=r"orderlab\.start\(chapter=1\)"):
        lab.catch_up("1.1")
    with pytest.raises(LearnerError, match="There is no exercise"):
        lab.reset(exercise="0.77")


def test_what_another_region_holds_stands_again_there(home: Path) -> None:
    lab = start()
    boto3.client("sqs", region_name="eu-central-1").create_queue(QueueName="far")
    lab.client("sqs").create_queue(QueueName="near")
    lab.finish(quiet=True)
    lab = start()
    far = boto3.client("sqs", region_name="eu-central-1").list_queues()["QueueUrls"]
    near = lab.client("sqs").list_queues()["QueueUrls"]
    assert [url.rpartition("/")[2] for url in (*far, *near)] == ["far", "near"]


def test_calls_to_other_places_are_not_written_down(home: Path) -> None:
    lab = start()
    with LocalTarget.start() as other:
        boto3.client(
            "sqs",
            endpoint_url=other.endpoint,
            aws_access_key_id=other.access_key_id,
            aws_secret_access_key=other.secret_access_key,
        ).create_queue(QueueName="elsewhere")
    assert lab.journal.entries() == []


def test_what_could_not_be_done_again_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = start()
    lab.client("sqs").create_queue(QueueName="mine")
    # leans on something that a journal does not hold
    lab.journal.write("sns", "Subscribe", {"TopicArn": "arn:aws:sns:us-east-1:1:no"}, {})
    with lab.journal.path.open("ab") as file:
        file.write(b'{"cut')
    lab.finish(quiet=True)
    capsys.readouterr()
    lab = session.start(0)
    said = capsys.readouterr().out
    assert "your step stands again" in said
    assert "1 could not be done again: sns Subscribe arn:aws:sns:us-east-1:1:no: " in said
    assert "1 line of" in said and "cannot be read" in said
    assert len(lab.journal.failures) == 1


def test_a_journal_that_cannot_be_read_keeps_nobody_from_starting(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(home / "journal-00.jsonl")
    lab = session.start(0)
    lab.client("sqs").create_queue(QueueName="mine")
    told = capsys.readouterr()
    assert "cannot be read (" in told.out and "cannot be written" in told.err


# --- no real account ----------------------------------------------------------------------------


def test_nothing_of_a_real_account_is_left_in_the_process(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = home / "credentials"
    credentials.write_text("[default]\naws_access_key_id=REAL\naws_secret_access_key=REAL\n")
    for name, value in {
        "AWS_PROFILE": "work",
        "AWS_DEFAULT_PROFILE": "work",
        "AWS_ACCESS_KEY_ID": "REAL",
        "AWS_SECRET_ACCESS_KEY": "REAL",
        "AWS_SESSION_TOKEN": "REAL",
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ENDPOINT_URL_SQS": "https://sqs.us-east-1.amazonaws.com",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "internal.example",
    }.items():
        monkeypatch.setenv(name, value)
    lab = start()
    assert not [name for name, value in os.environ.items() if "REAL" in value]
    for sqs in (boto3.client("sqs"), boto3.Session().client("sqs")):
        assert sqs.meta.endpoint_url == lab.target.endpoint
        assert "QueueUrls" not in sqs.list_queues()
    # a library that knows nothing of AWS_ENDPOINT_URL has only keys that AWS does not know
    found = botocore.session.get_session().get_credentials()
    assert found and found.access_key == lab.target.access_key_id  # type: ignore[attr-defined]
    assert "internal.example" in os.environ["NO_PROXY"]
    health = urllib.request.Request(
        f"{lab.target.endpoint}/_orderlab/health",
        headers={"x-orderlab-key": os.environ["AWS_SECRET_ACCESS_KEY"]},
    )
    with urllib.request.urlopen(health) as answer:
        assert json.load(answer)["status"] == "ok"


def test_the_name_of_a_queue_deleted_before_is_free_on_the_next_cloud(home: Path) -> None:
    lab = start(3, speed=1.0)
    made = lab.client("sqs").create_queue(QueueName="hello")["QueueUrl"]
    # a step of the lab stands between: what came before it is done again, and deleted again
    lab.exercise("3.3")
    lab.client("sqs").delete_queue(QueueUrl=made)
    kill_the_cloud(lab)
    again = start(3, speed=1.0)
    assert again.client("sqs").create_queue(QueueName="hello")["QueueUrl"]
