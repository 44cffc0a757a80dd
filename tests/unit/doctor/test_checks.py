"""Each check, on a machine that is well and on machines that are not."""

from __future__ import annotations

import time
import webbrowser
from pathlib import Path

import pytest

from orderlab.doctor import CHECKS, examine
from orderlab.doctor.aws import aws_files, aws_variables
from orderlab.doctor.aws_cli import aws_cli
from orderlab.doctor.finding import Finding, bad, ok, warn
from orderlab.doctor.folders import temporary_folder, working_folder
from orderlab.doctor.jupyter import browser, kernel
from orderlab.doctor.leftovers import CloudProcess, leftovers
from orderlab.doctor.machine import clock, cores, memory
from orderlab.doctor.network import loopback, proxies
from orderlab.doctor.pictures import pictures
from orderlab.doctor.python import packages, python_version
from orderlab.doctor.view import summary, table

GB = 1_000_000_000


def fails() -> int:
    raise OSError("blocked")


def no_browser() -> object:
    raise webbrowser.Error("none")


def is_exempt(_: str) -> bool:
    return True


def is_not_exempt(_: str) -> bool:
    return False


PROXY = {"http": "http://proxy.example:3128"}
NOW = time.mktime((2026, 6, 1, 12, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        (python_version((3, 11, 0)), "ok"),
        (python_version((3, 10, 9)), "bad"),
        (python_version((3, 15, 0)), "warn"),
        (packages(["a>=2"], {"a": "2.1"}), "ok"),
        (packages(["a>=2"], {"a": "1.9"}), "bad"),
        (packages(["a>=2"], {}), "bad"),
        (packages(["a>=2; extra == 'dev'"], {}), "ok"),
        (packages(["a>=2; python_version < '3'"], {}), "ok"),
        (loopback(), "ok"),
        (loopback(fails), "bad"),
        (proxies({}), "ok"),
        (proxies(PROXY, is_exempt), "ok"),
        (proxies(PROXY, is_not_exempt), "bad"),
        (proxies({"https": "http://proxy.example:3128"}, is_not_exempt), "ok"),
        (working_folder(Path("/nowhere/at/all")), "bad"),
        (temporary_folder(Path("/nowhere/at/all")), "bad"),
        (temporary_folder(free=10 * GB, noexec=False), "ok"),
        (temporary_folder(free=10 * GB, noexec=True), "warn"),
        (temporary_folder(free=GB // 2, noexec=False), "warn"),
        (temporary_folder(free=GB // 10, noexec=False), "bad"),
        (memory(8 * GB), "ok"),
        (memory(2 * GB), "warn"),
        (memory(GB // 2), "bad"),
        (cores(4), "ok"),
        (cores(1), "warn"),
        (clock(NOW, NOW + 1), "ok"),
        (clock(NOW, NOW - 90), "warn"),
        (clock(0.0, 0.0), "bad"),
        (aws_variables({}), "ok"),
        (aws_variables({"AWS_PROFILE": "work"}), "warn"),
        (aws_variables({"AWS_ACCESS_KEY_ID": "x"}), "warn"),
        (aws_variables({"AWS_SESSION_TOKEN": "x"}), "warn"),
        (aws_variables({"AWS_ENDPOINT_URL_SQS": "http://x"}), "warn"),
        (aws_variables({"AWS_USE_FIPS_ENDPOINT": "true"}), "bad"),
        (aws_variables({"AWS_USE_FIPS_ENDPOINT": "false"}), "ok"),
        (aws_variables({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"}), "bad"),
        (
            aws_variables({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ACCESS_KEY_ID": "x"}),
            "ok",
        ),
        (aws_files(Path("/nowhere/config")), "ok"),
        (kernel(["/elsewhere/python3", "-m", "ipykernel_launcher"]), "bad"),
        (kernel(["python3", "-m", "ipykernel_launcher"]), "ok"),
        (browser(object), "ok"),
        (browser(no_browser), "warn"),
        (pictures("wasm"), "ok"),
        (pictures("columns"), "warn"),
        (leftovers([], {}), "ok"),
        (leftovers([CloudProcess(7, 6, 100.0)], {Path("orderlab-cloud-a"): 101.0}), "ok"),
        (leftovers([CloudProcess(7, 1, 100.0)], {}), "warn"),
        (leftovers([CloudProcess(7, 0, 100.0)], {}), "warn"),
        # somebody runs it on purpose, in the background or as PID 1's child in a container
        (leftovers([CloudProcess(7, 1, 100.0, typed=True)], {}), "ok"),
        (aws_cli(""), "ok"),
        (aws_cli("aws-cli/2.17.1 Python/3.11.8 Linux/6.1 exe/x86_64"), "ok"),
        (aws_cli("aws-cli/2.9.0 Python/3.9.11"), "warn"),
        (aws_cli("aws-cli/1.46.3 Python/3.11.7 botocore/1.43.62"), "warn"),
        (aws_cli("aws-cli/1.22.34 Python/3.10.12"), "warn"),
        (aws_cli("no idea"), "ok"),
        (leftovers([], {Path("orderlab-cloud-a"): 101.0}), "warn"),
        (leftovers([CloudProcess(7, 6, 100.0)], {Path("orderlab-cloud-a"): 50.0}), "warn"),
    ],
)
def test_the_level_of_a_finding_follows_from_what_was_seen(finding: Finding, level: str) -> None:
    assert finding.level == level, finding
    assert bool(finding.mend) == (level != "ok"), "what is wrong comes with what to do"


def test_this_machine_can_be_examined() -> None:
    findings = examine()
    assert len(findings) == len(CHECKS)
    assert [each for each in findings if "could not be looked at" in each.found] == []
    assert findings[0].level == "ok", "this Python runs the tests, so it is good enough"


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on() -> None:
    def broken() -> Finding:
        raise RuntimeError("oh")

    def well() -> Finding:
        return ok("well", "yes")

    first, second = examine([broken, well])
    assert (first.level, second.level) == ("bad", "ok")
    assert "RuntimeError: oh" in first.found


def test_the_working_folder_is_left_as_it_was(tmp_path: Path) -> None:
    assert working_folder(tmp_path).level == "ok"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "profile", "level"),
    [
        ("[default]\nregion=eu-west-1\n", "default", "ok"),
        ("[default]\nendpoint_url=http://example.com\n", "default", "warn"),
        ("[default]\nuse_fips_endpoint = true\n", "default", "bad"),
        ("[profile work]\nuse_fips_endpoint = true\n", "default", "ok"),
        ("[profile work]\nuse_fips_endpoint = true\n", "work", "bad"),
        ("no section = here\n", "default", "warn"),
    ],
)
def test_the_aws_configuration_counts_for_the_profile_in_use(
    tmp_path: Path, content: str, profile: str, level: str
) -> None:
    file = tmp_path / "config"
    file.write_text(content)
    assert aws_files(file, profile).level == level


def test_no_value_of_a_secret_is_shown() -> None:
    finding = aws_variables({"AWS_SESSION_TOKEN": "very-secret", "AWS_ACCESS_KEY_ID": "AKIAX"})
    assert "very-secret" not in str(finding) and "AKIAX" not in str(finding)


def test_the_table_says_what_to_do_and_ends_in_a_sentence() -> None:
    findings = [ok("a", "fine"), warn("b", "so so", "do this"), bad("c", "broken", "do that")]
    said = table(findings, colour=False, width=80)
    assert "\x1b" not in said
    assert said.index("do this") < said.index("broken")
    assert said.endswith("1 in the way, 1 to know of. Mend what is marked bad first.")
    assert summary(findings[:1]) == "All is well."
