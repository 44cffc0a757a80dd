"""`orderlab ...` as it is typed: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config

from orderlab.journal import Journal
from orderlab.journal.claim import claim
from orderlab.progress import Progress

ORDERLAB = [sys.executable, "-c", "from orderlab.cli import main; main()"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ORDERLAB, *arguments],
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@contextlib.contextmanager
def typed(
    *arguments: str, folder: Path, told: str = "", **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """`orderlab cloud ...`, with a temporary folder of its own, ended in the end. `told` is what it
    reads from standard input."""
    process = subprocess.Popen(
        [*ORDERLAB, "cloud", *arguments],
        env={**os.environ, "TMPDIR": str(folder), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write(told)
    process.stdin.flush()
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    facts: dict[str, Any] = json.loads(process.stdout.readline())
    return facts


def queues(endpoint: str, access_key_id: str, secret_access_key: str) -> Any:
    return boto3.Session().client(
        "sqs",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_the_cloud_answers_with_the_keys_that_it_was_given(folder: Path) -> None:
    keys = ("--access-key-id", "test", "--secret-access-key", "secret")
    with typed("--json", *keys, folder=folder) as process:
        facts = ready(process)
        assert (facts["access_key_id"], facts["secret_access_key"]) == ("test", "secret")
        sqs = queues(facts["endpoint"], "test", "secret")
        assert sqs.create_queue(QueueName="typed")["QueueUrl"]


def test_without_flags_the_keys_are_random_and_the_port_is_free(folder: Path) -> None:
    with typed("--json", folder=folder) as one, typed("--json", folder=folder) as other:
        first, second = ready(one), ready(other)
    for name in ("endpoint", "access_key_id", "secret_access_key"):
        assert first[name] != second[name]
    assert first["endpoint"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_stays(folder: Path, number: signal.Signals) -> None:
    with typed("--json", folder=folder) as process:
        ready(process)
        assert list(folder.glob("orderlab-cloud-*"))
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
        assert process.returncode == 0
    assert errors == ""
    assert list(folder.iterdir()) == []


def test_it_ends_with_the_process_that_started_it(folder: Path) -> None:
    starter = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen({[*ORDERLAB, 'cloud', '--json']!r}, stdout=subprocess.PIPE)\n"
        "print(child.stdout.readline().decode(), flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", starter],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    pid = json.loads(done.stdout)["pid"]
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)
    assert list(folder.iterdir()) == []


def test_a_taken_port_is_said_in_one_line(folder: Path) -> None:
    with typed("--json", folder=folder) as process:
        port = ready(process)["endpoint"].rpartition(":")[2]
        second = run("cloud", "--port", port)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"Port {port}" in second.stderr and "--port" in second.stderr
    assert "Traceback" not in second.stderr


def test_what_it_prints_can_be_pasted(folder: Path) -> None:
    with typed("--access-key-id", "test", "--secret-access-key", "s", folder=folder) as process:
        assert process.stdout
        lines: list[str] = []
        while "REST API" not in (lines or [""])[-1]:
            lines.append(process.stdout.readline())
    exported = dict(re.findall(r"^  export (\w+)=(\S+)$", "".join(lines), re.MULTILINE))
    assert exported["AWS_ACCESS_KEY_ID"] == "test"
    assert exported["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert exported["AWS_DEFAULT_REGION"] == "us-east-1"


def test_the_command_that_it_prints_reaches_it_whatever_the_client_reads(folder: Path) -> None:
    """The AWS CLI's version 1 ignores AWS_ENDPOINT_URL for SQS, older ones for every service."""
    with typed("--access-key-id", "test", "--secret-access-key", "s$x", folder=folder) as process:
        assert process.stdout
        lines: list[str] = []
        while "REST API" not in (lines or [""])[-1]:
            lines.append(process.stdout.readline())
    endpoint = next(line.split()[1] for line in lines if line.startswith("  endpoint"))
    commands = [line.split() for line in lines if line.startswith("  aws ")]
    assert commands and all(words[:3] == ["aws", "--endpoint-url", endpoint] for words in commands)
    assert "2.13" in "".join(lines) and "Version 1" in "".join(lines)
    assert "  export AWS_SECRET_ACCESS_KEY='s$x'\n" in lines


def test_the_secret_comes_from_a_file_a_variable_or_standard_input(folder: Path) -> None:
    file = folder / "secret"
    file.write_text("from-the-file\n")
    file.chmod(0o600)
    with typed("--json", "--secret-access-key-file", str(file), folder=folder) as process:
        assert ready(process)["secret_access_key"] == "from-the-file"
        assert "from-the-file" not in " ".join(psutil.Process(process.pid).cmdline())
    with typed("--json", folder=folder, ORDERLAB_SECRET_ACCESS_KEY="from-the-variable") as process:
        assert ready(process)["secret_access_key"] == "from-the-variable"
    arguments = ("--json", "--secret-access-key-file", "-")
    with typed(*arguments, folder=folder, told="from-standard-input\n") as process:
        assert ready(process)["secret_access_key"] == "from-standard-input"


def test_a_secret_in_a_file_is_not_printed(folder: Path) -> None:
    file = folder / "the secret"
    file.write_text("never-to-be-seen")
    file.chmod(0o600)
    with typed("--secret-access-key-file", str(file), folder=folder) as process:
        assert process.stdout
        lines: list[str] = []
        while "REST API" not in (lines or [""])[-1]:
            lines.append(process.stdout.readline())
    assert "never-to-be-seen" not in "".join(lines)
    (exported,) = re.findall(r"export AWS_SECRET_ACCESS_KEY=(.*)", "".join(lines))
    pasted = subprocess.run(
        ["sh", "-c", f"printf %s {exported}"], capture_output=True, text=True, check=True
    )
    assert pasted.stdout == "never-to-be-seen"


def test_the_keys_of_a_real_account_are_not_taken_for_the_clouds(folder: Path) -> None:
    real = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "real"}
    with typed("--json", folder=folder, **real) as process:
        facts = ready(process)
    assert facts["secret_access_key"] != "real" and facts["access_key_id"] != "AKIAREAL"


@pytest.mark.parametrize(
    ("content", "said"),
    [("two words", "one word is needed"), ("", "one word is needed"), (None, "cannot be read")],
)
def test_a_file_without_a_secret_is_said_without_its_content(
    folder: Path, content: str | None, said: str
) -> None:
    file = folder / "secret"
    if content is not None:
        file.write_text(content)
    done = run("cloud", "--secret-access-key-file", str(file))
    assert done.returncode != 0
    words = " ".join(done.stderr.replace("│", " ").split())
    assert said in words and "two words" not in words and "Traceback" not in words


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--port", "99999"], "--port"),
        (["--port", "x"], "--port"),
        (["--speed", "0"], "--speed"),
        (["--region", "Mars"], "--region"),
        (["--access-key-id", "a/b"], "--access-key-id"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], named: str) -> None:
    done = run("cloud", *arguments)
    assert done.returncode == 2
    assert named in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["lab", "demo", "cloud", "doctor"])
def test_every_command_explains_itself(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"orderlab {command}" in done.stdout


def test_alone_it_lists_the_commands() -> None:
    said = run().stdout
    assert all(command in said for command in ("lab", "demo", "cloud", "doctor"))


def test_the_version_is_that_of_the_package() -> None:
    from orderlab import __version__

    assert run("--version").stdout.strip() == f"orderlab {__version__}"


def test_the_doctor_ends_with_1_if_something_is_in_the_way() -> None:
    ill = run("doctor", http_proxy="http://proxy.example:1", NO_PROXY="", no_proxy="")
    assert ill.returncode == 1
    assert "NO_PROXY" in ill.stdout


# --- forgetting ---------------------------------------------------------------------------------


def kept(home: Path) -> None:
    """Progress of an exercise, and a journal of the chapter."""
    Progress(home).checked("1.1", "right", "")
    Journal(home / "journal-01.jsonl").write("sqs", "CreateQueue", {"QueueName": "q"}, {})


def test_forgetting_a_chapter_forgets_what_was_built_too_and_says_so(tmp_path: Path) -> None:
    kept(tmp_path)
    done = run("reset", "--chapter", "1", ORDERLAB_HOME=str(tmp_path))
    assert done.returncode == 0
    assert not Progress(tmp_path).exercise("1.1").solved
    (backup,) = tmp_path.glob("journal-01-*.bak")
    assert not (tmp_path / "journal-01.jsonl").exists() and "CreateQueue" in backup.read_text()
    assert "What was built in chapter 01" in done.stdout and backup.name in done.stdout
    again = run("reset", "--chapter", "1", ORDERLAB_HOME=str(tmp_path))
    assert (again.returncode, again.stdout) == (0, "No progress was kept yet.\n")


def test_what_was_built_can_be_kept(tmp_path: Path) -> None:
    kept(tmp_path)
    run("reset", "--all", "--keep-built", ORDERLAB_HOME=str(tmp_path))
    assert (tmp_path / "journal-01.jsonl").exists()
    assert not Progress(tmp_path).exercise("1.1").solved


def test_a_chapter_that_is_open_keeps_its_journal(tmp_path: Path) -> None:
    kept(tmp_path)
    ours = claim(tmp_path, 1)
    done = run("reset", "--chapter", "1", ORDERLAB_HOME=str(tmp_path))
    assert ours.path.exists()
    assert f"process {os.getpid()}" in done.stdout and "fresh=True" in done.stdout


def test_forgetting_an_exercise_leaves_what_was_built(tmp_path: Path) -> None:
    kept(tmp_path)
    done = run("reset", "--exercise", "1.1", ORDERLAB_HOME=str(tmp_path))
    assert (tmp_path / "journal-01.jsonl").exists() and "ex.again()" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--exercise", "1.99"], "There is no exercise '1.99'. There are: 1.1, "),
        (["--exercise", "nine"], "There is no exercise 'nine'."),
        (["--chapter", "77"], "There is no chapter 77. There are: 0, 1, "),
        ([], "--exercise 1.3, --chapter 1 or --all"),
        (["--chapter", "1", "--all"], "--exercise 1.3, --chapter 1 or --all"),
    ],
)
def test_what_does_not_exist_is_not_forgotten(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    kept(tmp_path)
    done = run("reset", *arguments, ORDERLAB_HOME=str(tmp_path))
    assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.bak")) and not list(tmp_path.glob("progress-*"))


def test_a_notebook_that_is_not_there_is_said_in_one_line() -> None:
    done = run("lab", "no/such/notebook.ipynb")
    assert done.returncode == 1
    assert "no/such/notebook.ipynb" in done.stderr and "Traceback" not in done.stderr
