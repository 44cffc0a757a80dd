"""What the page of other servers says, tried again: all of it here, some of it on moto's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.endpoints import kept
from benchmarks.endpoints.behaviours import BEHAVIOURS
from benchmarks.endpoints.behaviours.behaviour import Behaviour
from benchmarks.endpoints.servers import SERVERS
from benchmarks.endpoints.trial import on
from orderlab.aws_target.endpoint import EndpointTarget
from orderlab.aws_target.local import LocalTarget
from orderlab.exercises import registry
from orderlab.session import WAIT_SPEED
from orderlab.workbook.verdicts import verdicts

MOTO = SERVERS["moto"]
SOME = ("SQS", "SNS", "DynamoDB")


@pytest.fixture(scope="module")
def local() -> Iterator[LocalTarget]:
    with LocalTarget.start(seed=1, speed=WAIT_SPEED) as target:
        yield target


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with MOTO.running() as endpoint:
        yield endpoint


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda each: each.name)
def test_the_local_cloud_does_as_aws(local: LocalTarget, behaviour: Behaviour) -> None:
    assert behaviour.seen(local) == ""


def test_motos_server_does_what_the_page_says(moto: str) -> None:
    target = EndpointTarget.attach(moto)
    tried = [each for each in BEHAVIOURS if each.service in SOME]
    met = {each.name: not each.seen(target) for each in tried}
    target.stop()
    page = kept.read()["moto"].behaviours
    assert met == {each.name: page[each.name].met for each in tried}


@pytest.mark.parametrize("identifier", ["0.2", "2.1"])
def test_an_exercise_is_judged_there_as_the_page_says(moto: str, identifier: str) -> None:
    found = list(verdicts(registry.exercise(identifier), on(moto, MOTO.reset)))
    page = kept.read()["moto"].exercises[identifier]
    assert len(found) == page.of
    misses = {(each.attempt, each.given) for each in found if not each.holds}
    assert misses == {(each.attempt, each.given) for each in page.misses}
