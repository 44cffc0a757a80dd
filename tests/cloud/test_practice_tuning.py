"""What chapter 06 measures: Init, memory sizes, logs and layers of functions; reads of the week."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.practice import functions
from orderlab.practice.orders import week
from orderlab.practice.package_layers import POWERTOOLS, layer_of
from orderlab.practice.power_tuning import power_tuning
from orderlab.practice.read_week import LOOKS, read_week
from orderlab.practice.removal import remove
from orderlab.practice.stand_in_cache import StandInCache
from orderlab.practice.tables import fill, new_table

WAITING = "import time\ndef handler(event, context):\n    time.sleep(0.05)\n"


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, "test", "test")


@pytest.fixture
def name(target: LocalTarget) -> Iterator[str]:
    made = f"tuned-{uuid.uuid4().hex[:8]}"
    yield made
    remove(target, made)


def test_a_function_is_measured_at_each_size_and_has_its_own_again(
    target: LocalTarget, name: str
) -> None:
    functions.deploy(target, name, WAITING, MemorySize=512)
    tuned = power_tuning(target, name, [128, 1024], None, calls=1)
    assert list(tuned.ms) == [128, 1024]
    assert min(tuned.ms.values()) >= 50
    # who waits pays for the memory that waits with it
    assert tuned.usd[1024] > 2 * tuned.usd[128]
    found = target.client("lambda").get_function_configuration(FunctionName=name)
    assert found["MemorySize"] == 512


def test_sizes_that_lambda_does_not_have_are_refused(target: LocalTarget) -> None:
    with pytest.raises(LearnerError, match="Take memory sizes from 128"):
        power_tuning(target, "anything", [64], None, calls=1)


def test_init_is_that_of_a_new_environment(target: LocalTarget, name: str) -> None:
    functions.deploy(target, name, "import time\ntime.sleep(0.05)\n" + WAITING)
    assert functions.init_ms(target, name, starts=2) >= 50


def test_a_report_is_read_from_json_as_well(target: LocalTarget, name: str) -> None:
    functions.deploy(target, name, WAITING, LoggingConfig={"LogFormat": "JSON"})
    cold, warm = (functions.report(target, name, {}) for _ in range(2))
    assert cold.init_ms is not None
    assert warm.init_ms is None
    assert warm.duration_ms >= 50


def test_what_a_function_logs_is_counted(target: LocalTarget, name: str) -> None:
    functions.deploy(target, name, "def handler(event, context):\n    print('x' * 5000)\n")
    assert 5000 < functions.log_bytes(target, name, [{}, {}]) < 7000


def test_powertools_can_be_imported_from_its_layer(target: LocalTarget, name: str) -> None:
    published = target.client("lambda").publish_layer_version(
        LayerName=name, Content={"ZipFile": layer_of(*POWERTOOLS)}
    )
    code = (
        "from aws_lambda_powertools import Logger, Metrics\n"
        "from aws_lambda_powertools.utilities import batch, idempotency\n"
        "def handler(event, context):\n    return 'imported'\n"
    )
    functions.deploy(target, name, code, Layers=[published["LayerVersionArn"]], Timeout=20)
    assert functions.invoke(target, name, {}) == "imported"


def test_a_package_that_is_not_installed_is_said() -> None:
    with pytest.raises(LearnerError, match="no_such_package is not installed"):
        layer_of("no_such_package")


def test_the_week_is_read_at_the_table_and_through_a_cache(target: LocalTarget, name: str) -> None:
    new_table(target, name, "order_id")
    fill(target, name, week()[:5])
    dynamodb = target.client("dynamodb")
    strong = read_week(target, dynamodb, name, orders=5, seed=6, strong=True)
    cached = read_week(target, StandInCache(dynamodb), name, orders=5, seed=6, strong=False)
    assert strong.count == cached.count == cached.found == 5 * LOOKS
    assert (strong.hits, cached.hits, cached.misses) == (0, 5 * LOOKS - 5, 5)
    assert cached.units == strong.units / 2 / LOOKS
