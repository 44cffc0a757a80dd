"""The polling laboratory on a real queue: pictures, shares of empty answers, costs of idling."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.polling_words import PollingWords
from orderlab.practice import false_empties as measuring
from orderlab.simulation.polling import Setting


@pytest.fixture(scope="module")
def lab() -> Iterator[PollingWords]:
    """The words alone, on a cloud of their own whose waits pass fast."""
    with LocalTarget.start(seed=5, speed=50) as target:
        words = PollingWords()
        words.target = target
        yield words


_names = itertools.count(1)


def a_name() -> str:
    """A name of a test's own; a queue's chance follows from its name, so that runs are alike."""
    return f"polling-{next(_names)}"


def the_figure(lab: PollingWords) -> Any:
    """Five messages on eight servers, as in the figure of the notes."""
    pool = lab.polling(a_name(), servers=8, sample=4)
    for body, server in zip("ABCDE", (0, 1, 2, 3, 5), strict=True):
        pool.place(body, server)
    return pool


def test_the_figure_of_the_notes_and_the_message_it_misses(lab: PollingWords) -> None:
    pool = the_figure(lab)
    assert pool.servers == [["A"], ["B"], ["C"], ["D"], [], ["E"], [], []]
    got = pool.receive(ask=[0, 1, 2, 3])
    assert (sorted(got.bodies), got.asked, got.missed) == (list("ABCD"), [0, 1, 2, 3], ["E"])
    assert got.short and not got.empty and not got.false_empty
    assert got.picture().alt == (
        "A short poll asks 4 of 8 servers, chosen by you. Asked: 0, 1, 2 and 3. A, B, C and D come "
        "back. E, on server 5, is missed: that server was not asked."
    )
    again = pool.receive(ask=[0, 1, 2, 4])
    assert again.empty and again.false_empty and again.missed == ["E"]
    last = pool.receive(wait=20)
    assert (last.bodies, last.asked, last.missed) == (["E"], list(range(8)), [])
    assert not last.short and last.seconds < 20
    steps = pool.steps()
    assert len(steps) == 3
    assert [picture.alt.split(". ")[0] for picture in steps] == ["Step 1", "Step 2", "Step 3"]
    assert "A, B, C and D are in flight" in steps[1].alt
    assert not any(picture.measured for picture in steps), "nothing was left to chance"


def test_what_chance_decides_is_marked_as_measured(lab: PollingWords) -> None:
    pool = the_figure(lab)
    assert not pool.now().measured
    assert pool.receive().picture().measured
    pool.clear()
    assert not pool.now().measured and len(pool.steps()) == 0
    pool.place("A")
    assert pool.now().measured and pool.receive(ask=[0]).picture().measured


def test_what_came_is_deleted_or_comes_back(lab: PollingWords) -> None:
    pool = the_figure(lab)
    first = pool.receive(wait=1, visibility=0)
    assert sorted(first.bodies) == list("ABCDE")
    second = pool.receive(wait=1)
    pool.delete(second)
    assert pool.servers == [[] for _ in range(8)]
    assert pool.receive(wait=1).bodies == [] and not pool.receive(wait=1).false_empty


def test_the_wait_may_be_left_to_the_queue(lab: PollingWords) -> None:
    pool = the_figure(lab)
    lab.target.client("sqs").set_queue_attributes(
        QueueUrl=pool.url, Attributes={"ReceiveMessageWaitTimeSeconds": "5"}
    )
    got = pool.receive(ask=[4])
    assert got.short and got.false_empty, "0 in the request overrides the queue's wait"
    got = pool.receive(wait=None)
    assert not got.short and len(got.bodies) == 5


def test_an_opened_queue_keeps_its_messages_and_how_it_was_arranged(lab: PollingWords) -> None:
    name = a_name()
    lab.polling(name, servers=3, sample=(1, 2), weights=[1, 2, 3]).place("A", 2)
    again = lab.polling(name)
    assert again.setting == Setting(3, (1, 2), (1, 2, 3))
    assert again.servers[2] == ["A"]
    assert repr(again) == f"Queue {name}: a short poll asks 1 to 2 of 3 servers"
    assert lab.polling(name, servers=2).setting == Setting(2, (1, 2), (1, 1))


@pytest.mark.parametrize(
    "wanted",
    [{"servers": 17}, {"sample": 9}, {"servers": 2, "sample": (2, 3)}, {"weights": [1, 0]}],
)
def test_impossible_servers_are_a_learners_error(lab: PollingWords, wanted: Any) -> None:
    with pytest.raises(LearnerError):
        lab.polling(a_name(), **wanted)


def test_impossible_requests_are_a_learners_error(lab: PollingWords) -> None:
    pool = lab.polling(a_name())
    for ask in ([8], [], [1, 1]):
        with pytest.raises(LearnerError):
            pool.receive(ask=ask)
    with pytest.raises(LearnerError):
        pool.receive(wait=1, ask=[1])
    with pytest.raises(LearnerError):
        pool.place("A", server=8)
    with pytest.raises(LearnerError):
        lab.polling("a.fifo")


def test_a_queue_with_many_messages_is_drawn_with_their_number(lab: PollingWords) -> None:
    pool = lab.polling(a_name(), servers=16, sample=16)
    for number in range(30):
        pool.place(f"order {number:03d}", server=number % 2)
    picture = pool.now()
    assert "+13 more" in picture.svg and picture.alt.startswith("30 visible messages on 16")
    got = pool.receive(most=3)
    assert len(got.bodies) == 2, "one from each of two servers with few messages"
    assert "28 more" not in got.picture().alt and "18 more are missed" in got.picture().alt


# --- shares of empty answers --------------------------------------------------------------


def settings_at_random() -> list[dict[str, Any]]:
    chance = random.Random(31)
    found: list[dict[str, Any]] = []
    for _ in range(4):
        size = chance.randint(2, 16)
        low = chance.randint(1, max(1, size // 3))
        weights = [chance.choice((1, 2, 3, 5)) for _ in range(size)]
        found.append({"servers": size, "sample": (low, low + chance.randint(0, 2))})
        found[-1]["sample"] = tuple(min(each, size) for each in found[-1]["sample"])
        found[-1]["weights"] = weights
    return found


@pytest.mark.parametrize("setting", settings_at_random())
def test_measured_simulated_and_computed_shares_agree(
    lab: PollingWords, setting: dict[str, Any]
) -> None:
    counts = [1, 2, 4, 9]
    found = lab.false_empties(counts, receives=150, **setting)
    assert found.agree, found.table()
    assert list(found.shares) == counts and found.setting.weights == tuple(setting["weights"])
    odds = lab.polling_odds(4, **setting)
    assert found.computed[4] == odds.empty
    assert abs(found.shares[4] - odds.empty) <= found.error(4)


def test_messages_that_stay_are_missed_as_often_as_computed(lab: PollingWords) -> None:
    weights = [1, 1, 2, 3, 1, 2, 1, 3]
    pool = lab.polling(a_name(), servers=8, sample=(2, 4), weights=weights)
    lying = (0, 1, 2, 3, 5)
    for body, server in zip("ABCDE", lying, strict=True):
        pool.place(body, server)
    receives = 400
    got = [pool.receive(visibility=0) for _ in range(receives)]
    odds = lab.polling_odds(lying=lying, **pool.setting.as_words())
    for chance, counted in (
        (odds.missed(5), sum("E" in each.missed for each in got)),
        (odds.missed(3), sum("D" not in each.bodies for each in got)),
        (odds.empty, sum(each.false_empty for each in got)),
    ):
        error = 4 * (chance * (1 - chance) / receives) ** 0.5 + 2 / receives
        assert abs(counted / receives - chance) <= error


def test_answers_hold_as_many_messages_as_simulated(lab: PollingWords) -> None:
    pool = lab.polling(a_name(), servers=5, sample=(1, 3), weights=[1, 1, 1, 2, 3])
    lying = [number % 3 for number in range(90)]
    queues = lab.target.client("sqs")
    ids = [
        queues.send_message(QueueUrl=pool.url, MessageBody=str(number))["MessageId"]
        for number in range(len(lying))
    ]
    pool.arrange(lies=dict(zip(ids, lying, strict=True)))
    receives = 300
    got = [len(pool.receive(visibility=0).bodies) for _ in range(receives)]
    simulated = lab.polling_simulation(lying=lying, receives=200_000, **pool.setting.as_words())
    spread = (sum((each - simulated.mean_messages) ** 2 for each in got) / receives) ** 0.5
    assert abs(sum(got) / receives - simulated.mean_messages) <= 4 * spread / receives**0.5
    assert set(got) <= {0, 2, 4, 6}, "two from each server with thirty messages"


def test_a_queue_that_answered_otherwise_would_not_agree(lab: PollingWords) -> None:
    found = lab.false_empties([1, 2], receives=150)
    found.shares[1] -= 2 * found.error(1)
    assert not found.agree


def test_long_polls_are_not_empty(lab: PollingWords) -> None:
    found = lab.false_empties([1, 3], receives=20, wait=1)
    assert found.shares == {1: 0.0, 3: 0.0} and found.agree


def test_the_plot_says_its_numbers_and_the_queue_is_gone(lab: PollingWords) -> None:
    found = lab.false_empties([1, 3], receives=50)
    picture = found.plot()
    assert picture.measured and f"with 3 messages {found.shares[3]:.1%} measured" in picture.alt
    assert "computed" in picture.svg and "simulated" in picture.svg
    queues = lab.target.client("sqs").list_queues(QueueNamePrefix="false-empties").get("QueueUrls")
    assert not queues


def test_a_fresh_cloud_gives_the_same_shares_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for _ in range(2):
        monkeypatch.setattr(measuring, "_numbers", itertools.count(1))
        with LocalTarget.start(seed=5, speed=50) as target:
            words = PollingWords()
            words.target = target
            found.append([words.false_empties([1, 3], receives=60).answers for _ in range(2)])
    assert found[0] == found[1]


# --- idle consumers -----------------------------------------------------------------------


def test_requests_of_idle_consumers_are_metered(lab: PollingWords) -> None:
    found = lab.idle_cost((0, 20), pause=5.0, seconds=60)
    # a busy machine lets fewer requests pass
    assert found.requests(20) == pytest.approx(129_600, rel=0.3)
    assert found.requests(0) == pytest.approx(518_400, rel=0.3)
    assert found.requests("mapping") == pytest.approx(648_000, rel=0.3)
    assert found.usd("mapping") == pytest.approx(0.26, rel=0.3)
    assert found.metered[20].requests == 3
    assert repr(found).count("\n") == 5 and "second-hand" in repr(found)
    functions = lab.target.client("lambda").list_functions()["Functions"]
    assert not [each for each in functions if each["FunctionName"].startswith("idle-")]
    with pytest.raises(LearnerError, match="was not measured"):
        found.requests(1)


@pytest.mark.parametrize(
    "wanted", [{"waits": (21,)}, {"waits": (1, 1)}, {"seconds": 0}, {"pause": -1}]
)
def test_consumers_that_cannot_be_measured(lab: PollingWords, wanted: dict[str, Any]) -> None:
    with pytest.raises(LearnerError):
        lab.idle_cost(**wanted)


# --- the live view, without a browser -----------------------------------------------------


def test_the_live_view_arranges_and_receives_on_the_queue(lab: PollingWords) -> None:
    pool = lab.polling(a_name(), servers=8, sample=4)
    live = pool.live()
    assert sum(map(len, pool.servers)) == 5
    live.delete.click()
    assert "nothing to delete" in live.says.value
    live.messages.value = 12
    live.servers.value = 3
    assert live.sample.max == 3 and live.sample.value == 3
    assert pool.setting == Setting(3, (3, 3), (1, 1, 1))
    live.receive.click()
    assert live.received is not None and not live.received.empty
    assert "A short poll asks 3 of 3 servers" in live.says.value
    assert "A short poll asks 3 of 3 servers" in live.picture.value and "<svg" in live.picture.value
    count = len(live.received.bodies)
    live.delete.click()
    assert sum(map(len, pool.servers)) == 12 - count
    live.wait.value = 1
    live.receive.click()
    assert "A long poll asks all 3 servers" in live.says.value
    live.anew.click()
    assert sum(map(len, pool.servers)) == 12
    bundle = live._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "<svg" in data["text/html"]


def test_the_live_view_says_what_is_wrong(
    lab: PollingWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = lab.polling(a_name())
    live = pool.live()
    monkeypatch.setattr(pool, "receive", _refuse)
    live.receive.click()
    assert "no such thing" in live.says.value


def _refuse(*_: Any) -> Any:
    raise LearnerError("There is no such thing.", advice="Try again.")
