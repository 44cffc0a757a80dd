"""What others have put into the temporary folder holds nobody up, and is left alone; and whose
processes and folders the doctor speaks of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlab.aws_target.child import PARENT
from orderlab.cloud.process_identity import has_ended, identity, lives
from orderlab.doctor.leftovers import _clouds, leftovers
from orderlab.progress import learner_folder
from tests.cloud.notebook_kernel import eventually

NOBODY = 65534


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        monkeypatch.setenv("TMPDIR", name)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(name)


def an_ended_process() -> str:
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    mark = identity(process.pid)
    process.communicate()
    return mark


def planted(temporary: Path) -> list[Path]:
    """Things that hold up, or lead astray, whoever opens them."""
    pipe = temporary / "orderlab-cloud-pipe"
    pipe.mkdir()
    os.mkfifo(pipe / "owner")
    os.mkfifo(temporary / "orderlab-cloud-itself-a-pipe")
    valuable = temporary / "valuable"
    valuable.mkdir()
    (valuable / "owner").write_text(an_ended_process())
    (temporary / "orderlab-cloud-link").symlink_to(valuable)
    linked = temporary / "orderlab-cloud-linked-owner"
    linked.mkdir()
    (linked / "owner").symlink_to(valuable / "owner")
    found = [pipe, valuable, linked]
    if os.geteuid() == 0:
        foreign = temporary / "orderlab-cloud-foreign"
        foreign.mkdir()
        (foreign / "owner").write_text(an_ended_process())
        os.chown(foreign, NOBODY, NOBODY)
        found.append(foreign)
    return found


def test_a_cloud_starts_beside_what_others_have_planted(temporary: Path) -> None:
    stays = planted(temporary)
    ours = temporary / "orderlab-cloud-left"
    ours.mkdir()
    (ours / "owner").write_text(an_ended_process())
    process = subprocess.Popen(
        [sys.executable, "-m", "orderlab.cloud"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "ORDERLAB_CLOUD": "{}"},
    )
    assert process.stdin and process.stdout
    try:
        assert "endpoint" in json.loads(process.stdout.readline())
        # it sweeps beside its work: this was its own to remove
        eventually(lambda: not ours.exists())
    finally:
        process.stdin.close()
        assert process.wait(20) == 0
        process.stdout.close()
    assert all(path.exists() for path in stays)


def test_the_doctor_looks_past_them_and_names_only_what_is_ours(temporary: Path) -> None:
    stays = planted(temporary)
    left = temporary / "orderlab-cloud-left"
    left.mkdir()
    (left / "owner").write_text(an_ended_process())
    alive = temporary / "orderlab-cloud-alive"
    alive.mkdir()
    (alive / "owner").write_text(identity())
    finding = leftovers([])
    assert str(left) in finding.mend
    assert str(alive) not in finding.mend
    assert not any(str(path) in finding.mend for path in stays if "foreign" in path.name)
    assert "link" not in finding.mend.replace("linked-owner", "")


def run(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def test_the_doctor_tells_a_left_cloud_from_one_that_runs_on_purpose(tmp_path: Path) -> None:
    command = tmp_path / "orderlab"
    command.write_text("from orderlab.cli import main; main()")
    child = run("-m", "orderlab.cloud", ORDERLAB_CLOUD="{}", **{PARENT: an_ended_process()})
    kept = run("-m", "orderlab.cloud", ORDERLAB_CLOUD="{}", **{PARENT: identity()})
    typed = run(str(command), "cloud", "--json")
    processes = [child, kept, typed]
    try:
        for process in processes:
            assert process.stdout
            process.stdout.readline()
        found = {cloud.pid: cloud for cloud in _clouds()}
        assert found[child.pid].parent == 0 and not found[child.pid].typed
        assert found[kept.pid].parent == os.getpid()
        assert found[typed.pid].typed
        mend = leftovers([found[process.pid] for process in processes], folders={}).mend
        assert f"kill {child.pid}`" in mend
        assert str(typed.pid) not in mend and str(kept.pid) not in mend
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)


def test_a_folder_that_another_user_planted_above_is_not_taken_for_the_learners(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    monkeypatch.delenv("ORDERLAB_HOME", raising=False)
    temporary.chmod(0o1777)
    (temporary / ".orderlab").mkdir()
    work = temporary / "work"
    work.mkdir()
    assert learner_folder(work) == temporary / ".orderlab"
    os.chown(temporary / ".orderlab", NOBODY, NOBODY)
    assert learner_folder(work) == work / ".orderlab"


@pytest.mark.parametrize("text", ["", "x", "1 12345.00", "-1-2-3-4", "1-1-other-boot", "٣-1-a-b"])
def test_what_is_no_identity_is_no_process(text: str) -> None:
    assert not lives(text)


def test_a_process_is_told_from_a_later_one_of_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = identity()
    assert lives(mark) and not has_ended(mark)
    pid, started, rest = mark.split("-", 2)
    assert has_ended(f"{pid}-{int(started or 0) + 1}-{rest}")
    # of another container, whose processes cannot be seen from here
    elsewhere = f"{mark.rpartition('-')[0]}-1"
    assert not lives(elsewhere) and not has_ended(elsewhere)


def test_setting_the_clock_makes_no_process_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that slept, or a virtual machine, sets its clock while kernels run."""
    import time

    mark = identity()
    now: Any = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3600)
    assert lives(mark)
