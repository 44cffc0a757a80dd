"""The lab's window on a queue's servers: which were asked, what was missed, how to arrange them."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest

from orderlab.cloud.sqs.watching import BODY, KEPT, MESSAGES
from tests.cloud.queue_kit import Client, bodies, make_queue, receive


def servers_of(cloud: Any, name: str, **wanted: Any) -> Any:
    """The page of a queue's servers, after they were arranged as wanted."""
    return cloud.page("queues/servers", "POST", {"queue": name, **wanted})


def short_poll(client: Client, url: str, count: int = 10, **options: Any) -> list[str]:
    return bodies(receive(client, url, count, wait=0, **options))


def refusal(cloud: Any, name: str, **wanted: Any) -> tuple[int, str]:
    """Status and message of a request to arrange servers that is refused."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        servers_of(cloud, name, **wanted)
    with caught.value as answer:
        return caught.value.code, json.load(answer)["message"]


def test_the_figure_of_five_messages_where_one_is_missed(cloud: Any, client: Client) -> None:
    url = make_queue(client, "servers-figure", VisibilityTimeout=43_200)
    servers_of(cloud, "servers-figure", servers=8, sample=4)
    for body, server in zip("ABCDE", (0, 1, 2, 3, 5), strict=True):
        sent = client("sqs").send_message(QueueUrl=url, MessageBody=body)["MessageId"]
        page = servers_of(cloud, "servers-figure", lies={sent: server})
    assert page["depths"] == [1, 1, 1, 1, 0, 1, 0, 0]
    assert [(each["body"], each["server"]) for each in page["lying"]] == [
        ("A", 0), ("B", 1), ("C", 2), ("D", 3), ("E", 5),
    ]  # fmt: skip
    servers_of(cloud, "servers-figure", ask=[0, 1, 2, 3])
    assert sorted(short_poll(client, url)) == ["A", "B", "C", "D"]
    servers_of(cloud, "servers-figure", ask=[0, 1, 2, 4])
    assert short_poll(client, url) == []
    servers_of(cloud, "servers-figure", ask=[2, 5])
    assert short_poll(client, url) == ["E"]
    polls = cloud.page("queues/servers?queue=servers-figure")["polls"]
    assert [each["asked"] for each in polls] == [[0, 1, 2, 3], [0, 1, 2, 4], [2, 5]]
    assert [sorted(came["body"] for came in each["came"]) for each in polls] == [
        ["A", "B", "C", "D"], [], ["E"],
    ]  # fmt: skip
    assert all(each["short"] and each["chosen"] for each in polls)
    states = [{m["body"]: m["state"] for m in each["lying"]} for each in polls]
    assert set(states[0].values()) == {"visible"}
    assert states[1] == {**dict.fromkeys("ABCD", "in flight"), "E": "visible"}
    [last] = cloud.page("queues/servers?queue=servers-figure&after=2")["polls"]
    assert last["number"] == 3


def test_a_long_poll_asks_all_servers(cloud: Any, client: Client) -> None:
    url = make_queue(client, "servers-long")
    servers_of(cloud, "servers-long", servers=12, sample=1, ask=[0])
    for body in "ABCDE":
        client("sqs").send_message(QueueUrl=url, MessageBody=body)
    assert sorted(bodies(receive(client, url, wait=1))) == list("ABCDE")
    [poll] = cloud.page("queues/servers?queue=servers-long")["polls"]
    assert poll["asked"] == list(range(12))
    assert not poll["short"] and not poll["chosen"], "what was chosen waits for a short poll"


def test_chance_asks_as_many_as_the_sample_says_and_heavy_servers_more_often(
    cloud: Any, client: Client
) -> None:
    url = make_queue(client, "servers-weights")
    servers_of(cloud, "servers-weights", servers=4, sample=[1, 2], weights=[1, 1, 1, 50])
    for _ in range(60):
        assert short_poll(client, url) == []
    polls = cloud.page("queues/servers?queue=servers-weights")["polls"]
    assert {len(each["asked"]) for each in polls} == {1, 2}
    asked = [sum(place in each["asked"] for each in polls) for place in range(4)]
    assert asked[3] > 2 * max(asked[:3])
    assert not any(each["chosen"] for each in polls)


def test_messages_stay_where_they_are_as_long_as_their_server_does(
    cloud: Any, client: Client
) -> None:
    url = make_queue(client, "servers-fewer")
    ids = [client("sqs").send_message(QueueUrl=url, MessageBody=str(n))["MessageId"] for n in "012"]
    servers_of(cloud, "servers-fewer", servers=16, lies=dict(zip(ids, (1, 14, 15), strict=True)))
    page = servers_of(cloud, "servers-fewer", servers=3)
    assert page["lying"][0]["server"] == 1 and sum(page["depths"]) == 3
    assert page["weights"] == [1, 1, 1] and page["sample"] == [2, 3]
    assert sorted(bodies(receive(client, url))) == ["0", "1", "2"]


def test_a_message_in_flight_comes_back_on_the_server_it_was_laid(
    cloud: Any, client: Client
) -> None:
    url = make_queue(client, "servers-back")
    sent = client("sqs").send_message(QueueUrl=url, MessageBody="x")["MessageId"]
    [got] = receive(client, url)
    page = servers_of(cloud, "servers-back", lies={sent: 6})
    assert sum(page["depths"]) == 0 and page["in_flight"] == 1
    client("sqs").change_message_visibility(
        QueueUrl=url, ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=0
    )
    page = cloud.page("queues/servers?queue=servers-back")
    assert page["depths"][6] == 1 and page["visible"] == 1


def test_a_purge_leaves_the_servers_as_they_were_arranged(cloud: Any, client: Client) -> None:
    url = make_queue(client, "servers-purged")
    servers_of(cloud, "servers-purged", servers=5, sample=2, weights=[1, 2, 3, 4, 5])
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    client("sqs").purge_queue(QueueUrl=url)
    page = cloud.page("queues/servers?queue=servers-purged")
    assert (page["weights"], page["sample"]) == ([1, 2, 3, 4, 5], [2, 2])
    assert page["watched"] and page["depths"] == [0] * 5


def test_scattered_messages_lie_elsewhere_at_each_receive(cloud: Any, client: Client) -> None:
    url = make_queue(client, "servers-scattered")
    servers_of(cloud, "servers-scattered", scatters=True)
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    for _ in range(30):
        short_poll(client, url, VisibilityTimeout=0)
    polls = cloud.page("queues/servers?queue=servers-scattered")["polls"]
    assert len({each["lying"][0]["server"] for each in polls}) > 3


def test_what_is_kept_of_receives_is_bounded(cloud: Any, client: Client) -> None:
    url = make_queue(client, "servers-bounded")
    servers_of(cloud, "servers-bounded")
    for _ in range(MESSAGES // 10 + 1):
        entries = [{"Id": str(n), "MessageBody": "é" * 500} for n in range(10)]
        client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    for _ in range(KEPT + 5):
        short_poll(client, url, VisibilityTimeout=0)
    page = cloud.page("queues/servers?queue=servers-bounded")
    assert len(page["polls"]) == KEPT
    assert [each["number"] for each in page["polls"]] == list(range(6, KEPT + 6))
    assert {len(each["lying"]) for each in page["polls"]} == {MESSAGES}
    assert max(len(each["body"]) for each in page["lying"]) == BODY
    assert sum(page["depths"]) == (MESSAGES // 10 + 1) * 10
    page = servers_of(cloud, "servers-bounded", keeps=False, forget=True)
    short_poll(client, url)
    assert cloud.page("queues/servers?queue=servers-bounded")["polls"] == []


def test_dead_letters_are_told_from_what_came(cloud: Any, client: Client) -> None:
    make_queue(client, "servers-dead-letters")
    target = "arn:aws:sqs:us-east-1:123456789012:servers-dead-letters"
    policy = {"deadLetterTargetArn": target, "maxReceiveCount": 1}
    url = make_queue(client, "servers-dying", VisibilityTimeout=0, RedrivePolicy=policy)
    servers_of(cloud, "servers-dying")
    client("sqs").send_message(QueueUrl=url, MessageBody="old")
    assert bodies(receive(client, url)) == ["old"]
    client("sqs").send_message(QueueUrl=url, MessageBody="new")
    assert bodies(receive(client, url)) == ["new"]
    last = cloud.page("queues/servers?queue=servers-dying")["polls"][-1]
    assert [each["body"] for each in last["came"]] == ["new"]
    assert [each["body"] for each in last["buried"]] == ["old"]


def test_a_queue_that_is_no_longer_watched_keeps_its_messages(cloud: Any, client: Client) -> None:
    url = make_queue(client, "servers-left")
    assert not cloud.page("queues/servers?queue=servers-left")["watched"]
    servers_of(cloud, "servers-left", servers=2, sample=2)
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    left = cloud.page("queues/servers?queue=servers-left", "DELETE")
    assert not left["watched"] and sum(left["depths"]) == 1 and left["sample"] == [2, 2]
    assert short_poll(client, url) == ["x"]


@pytest.mark.parametrize(
    "wanted",
    (
        {"servers": 0},
        {"servers": 17},
        {"servers": "many"},
        {"servers": 4, "sample": 5},
        {"sample": 0},
        {"sample": [3, 2]},
        {"sample": [1, 2, 3]},
        {"servers": 2, "weights": [1]},
        {"servers": 2, "weights": [1, 0]},
        {"servers": 2, "weights": [1, -1]},
        {"servers": 2, "weights": [1, 1e300]},
        {"servers": 2, "weights": [1, "NaN"]},
        {"ask": []},
        {"ask": [8]},
        {"ask": [1, 1]},
        {"ask": 3},
        {"lies": {"some-id": -1}},
        {"lies": {"some-id": 8}},
        {"lies": [1]},
    ),
)
def test_servers_that_cannot_be_are_refused_and_nothing_changes(
    cloud: Any, client: Client, wanted: dict[str, Any]
) -> None:
    make_queue(client, "servers-refused")
    before = servers_of(cloud, "servers-refused")
    status, message = refusal(cloud, "servers-refused", **wanted)
    assert status == 400 and message.startswith("Bad parameters: ")
    assert cloud.page("queues/servers?queue=servers-refused") == before


def test_queues_without_servers_are_refused(cloud: Any, client: Client) -> None:
    make_queue(client, "servers-none.fifo")
    assert refusal(cloud, "servers-none.fifo")[0] == 400
    assert refusal(cloud, "servers-nowhere")[0] == 400
