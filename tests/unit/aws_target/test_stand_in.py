"""A server in an account's place, as boto3's own settings name one."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from orderlab.aws_target.stand_in import environment_at, stand_in_of


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    return config


def test_without_settings_it_is_awss_own() -> None:
    assert stand_in_of(boto3.Session()) == ""


def test_the_variable_and_the_profile_name_one(
    nothing_set: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_set.write_text("[default]\nendpoint_url = http://127.0.0.1:4566/\n", "utf-8")
    assert stand_in_of(boto3.Session()) == "http://127.0.0.1:4566"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")
    assert stand_in_of(boto3.Session()) == "http://127.0.0.1:5000"
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert stand_in_of(boto3.Session()) == ""


def test_an_address_of_awss_own_is_no_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://vpce-1.vpce.amazonaws.com")
    assert stand_in_of(boto3.Session()) == ""


def test_programs_started_there_get_the_sessions_keys() -> None:
    session = boto3.Session("AKIA1", "secret", "token")
    found = environment_at("http://127.0.0.1:4566", session, "eu-west-1")
    assert found["AWS_ACCESS_KEY_ID"] == "AKIA1"
    assert found["AWS_SESSION_TOKEN"] == "token"
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
