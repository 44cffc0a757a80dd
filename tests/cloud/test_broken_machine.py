"""A full disk, and a standard error that nobody reads: the cloud works on."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.functions_support import Lambda, eventually, zip_of
from tests.cloud.wire import connection, read_answer
from tests.conftest import RunningCloud

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and limits of POSIX")


def complain(cloud: Any, times: int) -> None:
    """Make the cloud write that many messages to its standard error."""
    for _ in range(times):
        with connection(cloud) as opened:
            opened.sendall(b"this is no HTTP\r\n\r\n")
            assert read_answer(opened)[0] == 400


def test_nobody_reads_what_the_cloud_says(own_cloud: Any) -> None:
    reading, writing = os.pipe()
    try:
        with own_cloud(stderr=writing) as cloud, bystander(cloud):
            os.set_blocking(writing, False)
            try:
                while True:
                    os.write(writing, b"x" * 4096)
            except BlockingIOError:
                os.set_blocking(writing, True)
            complain(cloud, 1200)
    finally:
        os.close(reading)
        os.close(writing)


def test_whoever_read_what_the_cloud_says_is_gone(own_cloud: Any) -> None:
    reading, writing = os.pipe()
    with own_cloud(stderr=writing) as cloud, bystander(cloud):
        os.close(writing)
        os.close(reading)
        complain(cloud, 50)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_what_the_cloud_says_goes_to_a_full_disk(own_cloud: Any) -> None:
    with Path("/dev/full").open("wb") as full, own_cloud(stderr=full) as cloud, bystander(cloud):
        complain(cloud, 50)


def test_messages_are_written(own_cloud: Any, tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as file, own_cloud(stderr=file) as cloud:
        complain(cloud, 3)
    assert (tmp_path / "said").read_text().count("Invalid HTTP request received.") == 3


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">/dev/full", "2>/dev/full"])
def test_a_cloud_that_was_started_without_its_streams(closed: str, tmp_path: Path) -> None:
    """`orderlab cloud` in a shell: its address is told by a port of our choosing."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = f"{sys.executable} -c 'import orderlab.cli; orderlab.cli.main()'"
    command = f"exec {program} cloud --port {port} {closed}"
    keys = ["--access-key-id", "test", "--secret-access-key", "test"]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            ["sh", "-c", f"{command} {' '.join(keys)}"],
            stdout=out,
            stderr=err,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    cloud = RunningCloud(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait_for(port)
        complain(cloud, 3)
        cloud.client("sqs").list_queues()
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    import socket
    import time

    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


# --- disks ---


@pytest.fixture
def no_more_files(own_cloud: Any) -> Iterator[Any]:
    """A cloud whose files may not grow, with a function `old` that was made before."""
    if not sys.platform.startswith("linux"):
        pytest.skip("limits of another process are changed")
    import resource

    with own_cloud() as cloud:
        functions = Lambda(cloud)
        functions.make("def handler(event, context): return 'old'", FunctionName="old")
        resource.prlimit(cloud.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        yield functions
        resource.prlimit(
            cloud.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        assert functions.invoke("old").value == "old"
        name = functions.make("def handler(event, context): return 'new'", FunctionName="new")
        assert functions.invoke(name).value == "new"


def failure(call: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call()
    answer = error.value.response
    assert "temporary folder" in answer["Error"]["Message"]
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_code_that_cannot_be_stored_is_the_services_fault(no_more_files: Any) -> None:
    functions = no_more_files
    other = "def handler(event, context): return 'other'"
    layer = {"Content": {"ZipFile": zip_of("", python___m__py="x = 1")}}
    with bystander(functions.cloud):
        calls = [
            lambda: functions.make(other, FunctionName="new"),
            lambda: functions.client.update_function_code(
                FunctionName="old", ZipFile=zip_of(other)
            ),
            lambda: functions.client.publish_layer_version(LayerName="l", **layer),
        ]
        for call in calls:
            assert failure(call) == ("ServiceException", 500)
        names = [each["FunctionName"] for each in functions.client.list_functions()["Functions"]]
        assert names == ["old"]
        assert functions.client.list_layers()["Layers"] == []


def test_a_cloud_that_finds_no_folder_says_so() -> None:
    """One sentence, and no traceback."""
    import resource

    def no_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    process = subprocess.run(
        [sys.executable, "-c", "import orderlab.cli; orderlab.cli.main()", "cloud"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": "/nowhere"},
        preexec_fn=no_files,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode != 0
    assert "temporary folder" in process.stderr and "Traceback" not in process.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, for 400 files and folders."""
    settings = "size=2m,nr_inodes=400"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", settings, "none", str(tmp_path)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a disk")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=False)


def test_a_disk_that_is_full_harms_none_of_the_others(
    own_cloud: Any, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(small_disk))
    with own_cloud() as cloud:
        functions = Lambda(cloud)
        name = functions.make("def handler(event, context): return 1")
        with (small_disk / "rest").open("wb") as rest, pytest.raises(OSError) as full:
            while True:
                rest.write(b"x" * 65_536)
                rest.flush()
        assert full.value.errno == errno.ENOSPC
        with bystander(cloud):
            code = f"def handler(event, context): return {'x' * 100_000!r}"
            assert failure(lambda: functions.make(code)) == ("ServiceException", 500)
            assert functions.invoke(name).value == 1
        (small_disk / "rest").unlink()
        assert functions.invoke(functions.make(code)).value == "x" * 100_000
    assert list(small_disk.iterdir()) == []


def test_an_event_waits_until_there_is_a_folder_for_its_environment(
    own_cloud: Any, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(small_disk))
    with own_cloud(speed=10) as cloud:
        functions = Lambda(cloud)
        warm, cold = (functions.make("def handler(event, context): return 1") for _ in range(2))
        functions.invoke(warm)
        made: list[Path] = []
        with pytest.raises(OSError), bystander(cloud):
            while True:
                made.append(small_disk / f"folder-{len(made)}")
                made[-1].mkdir()
        with bystander(cloud):
            assert functions.invoke(warm).value == 1
            assert failure(lambda: functions.invoke(cold)) == ("ServiceException", 500)
            functions.client.invoke(FunctionName=cold, InvocationType="Event")
        for folder in made[:-1]:
            folder.rmdir()
        eventually(lambda: any("REPORT" in line for line in functions.log_lines(cold)))
