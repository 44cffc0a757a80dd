"""Packages that are made to do harm: refused or bounded, and nobody else waits for them.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import io
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, eventually

HANDLER = "def handler(event, context): return 1"
# what others wait at most for an answer while the cloud is busy with a package, in seconds
PATIENCE = 2.0


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


@contextmanager
def others_answered(cloud: Any, name: str) -> Iterator[None]:
    """Another client asks all the time, and is answered each time."""
    sqs, done, waits = cloud.client("sqs"), threading.Event(), []
    sqs.create_queue(QueueName=name)

    def ask() -> None:
        while not done.is_set():
            began = time.monotonic()
            sqs.get_queue_url(QueueName=name)
            waits.append(time.monotonic() - began)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        done.set()
        asking.join()
    assert waits
    assert max(waits) < PATIENCE


def zip_by(fill: Callable[[zipfile.ZipFile], object]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", HANDLER)
        fill(archive)
    return buffer.getvalue()


def link(name: str, target: str) -> Callable[[zipfile.ZipFile], object]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return lambda archive: archive.writestr(entry, target)


def compiled_for_ever(archive: zipfile.ZipFile) -> None:
    lines = ["def f():"]
    for depth in range(20):
        lines += [" " * (depth + 1) + "try: pass", " " * (depth + 1) + "finally:"]
    archive.writestr("bomb.py", "\n".join([*lines, " " * 21 + "x = (1, 2, f())"]))


def many_files(archive: zipfile.ZipFile) -> None:
    for number in range(5_000):
        archive.writestr(f"data/{number % 100}/{number}.txt", "x")


def large(archive: zipfile.ZipFile) -> None:
    archive.writestr("zeros.bin", bytes(200_000_000))


def too_large(archive: zipfile.ZipFile) -> None:
    for number in range(3):
        archive.writestr(f"{number}.bin", bytes(100_000_000))


@pytest.mark.parametrize("fill", [compiled_for_ever, many_files, large])
def test_a_package_that_takes_long_holds_nobody_else_up(functions: Lambda, fill: Any) -> None:
    zipped = zip_by(fill)
    with others_answered(functions.cloud, f"others-{fill.__name__.replace('_', '-')}"):
        name = functions.make("", Code={"ZipFile": zipped})
    assert functions.invoke(name).value == 1


@pytest.mark.parametrize(
    ("fill", "why"),
    [
        (too_large, "Unzipped size must be smaller than 262144000 bytes"),
        (link("out", "../../../etc"), "Could not unzip uploaded file"),
        (link("../out", "app.py"), "Could not unzip uploaded file"),
    ],
)
def test_a_package_that_leads_out_or_is_too_large_is_refused(
    functions: Lambda, fill: Any, why: str
) -> None:
    with pytest.raises(ClientError, match=why) as refused:
        functions.make("", Code={"ZipFile": zip_by(fill)})
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    with pytest.raises(ClientError, match=why):
        functions.client.publish_layer_version(
            LayerName="leads-out", Content={"ZipFile": zip_by(fill)}
        )


def test_the_processes_that_prepare_functions_end_with_the_cloud(own_cloud: Any) -> None:
    import psutil

    with own_cloud() as cloud:
        functions = Lambda(cloud)
        functions.make(HANDLER)
        family = psutil.Process(cloud.pid).children(recursive=True)
        assert family
    eventually(lambda: not [each for each in family if each.is_running()])
