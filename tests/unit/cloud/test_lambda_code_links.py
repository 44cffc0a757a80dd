"""Links to packages: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from orderlab.cloud.lambda_.code_links import SECONDS, CodeLinks
from orderlab.cloud.lambda_.model import Code

ENDPOINT = "http://127.0.0.1:4566"


def path_of(links: CodeLinks, folder: Path) -> str:
    code = Code("", 4, 4, folder / ("0" * 32))
    code.package.write_bytes(b"PK..")
    return links.link(code).removeprefix(f"{ENDPOINT}/_aws/lambda-code")


def test_a_link_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = CodeLinks(lambda: ENDPOINT)
    path = path_of(links, tmp_path)
    assert asyncio.run(links.answer(path)).body == b"PK.."
    later = time.time() + SECONDS + 2
    monkeypatch.setattr(time, "time", lambda: later)
    answer = asyncio.run(links.answer(path))
    assert (answer.status, b"expired" in answer.body) == (403, True)


@pytest.mark.parametrize(
    "path", ["", "/", "/../../etc/passwd", "/0/1/2", f"/{'0' * 32}/9/{'f' * 64}"]
)
def test_a_path_that_no_link_has_is_denied(tmp_path: Path, path: str) -> None:
    links = CodeLinks(lambda: ENDPOINT)
    path_of(links, tmp_path)
    assert asyncio.run(links.answer(path)).status == 403
