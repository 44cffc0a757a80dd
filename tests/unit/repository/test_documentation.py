"""The documentation builds strictly, loads nothing from other hosts, and links to what exists."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
HOOK = ROOT / "docs/links_to_code.py"
# elements that make a browser load something, and the attribute that says from where
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
# a `link` of these kinds is only read by machines
NOT_LOADED = {"canonical", "next", "prev", "alternate"}


class Loads(HTMLParser):
    """Collects the addresses that a page makes its browser load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(LOADING.get(tag, ""))
        if address and given.get("rel") not in NOT_LOADED:
            self.found.append(address)


def build(folder: Path, repository: str = "") -> Path:
    command = [sys.executable, "-m", "mkdocs", "-q", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "REPOSITORY_URL": repository, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield build(tmp_path_factory.mktemp("site"))


def outside(text: str) -> list[str]:
    loads = Loads()
    loads.feed(text)
    return [each for each in loads.found if re.match(r"(?:[a-z]+:)?//", each)]


def test_every_page_of_the_folder_is_in_the_site(site: Path) -> None:
    pages = {
        path.relative_to(ROOT / "docs").with_suffix(".html")
        for path in (ROOT / "docs").rglob("*.md")
    }
    assert len(pages) > 10
    assert [page for page in pages if not (site / page).is_file()] == []


def test_the_site_holds_no_code_of_ours(site: Path) -> None:
    assert [path.name for path in site.rglob("*.py*")] == []


def test_pages_load_nothing_from_other_hosts(site: Path) -> None:
    found = {
        path.name: addresses
        for path in site.rglob("*.html")
        if (addresses := outside(path.read_text("utf-8")))
    }
    assert found == {}


def test_styles_load_nothing_from_other_hosts(site: Path) -> None:
    loading = re.compile(r"""(?:@import\s*|url\(\s*)["']?(?:https?:)?//[^"')]+""")
    styles = list(site.rglob("*.css"))
    assert styles
    assert [hit[0] for path in styles for hit in loading.finditer(path.read_text("utf-8"))] == []


def test_a_script_or_a_font_from_elsewhere_would_be_found() -> None:
    page = '<script src="https://x.example/a.js"></script>'
    page += '<link rel="stylesheet" href="//y.example/b.css">'
    assert outside(page) == ["https://x.example/a.js", "//y.example/b.css"]


def test_links_to_code_lead_to_the_repository_or_become_text() -> None:
    hook: dict[str, Any] = runpy.run_path(str(HOOK))
    docs = ROOT / "docs"
    page, text = docs / "parts/cloud.md", "[cloud](../../orderlab/cloud), [memory](../memory.md)"
    linked = hook["rewrite"](text, page, docs, "https://repository.example")
    assert linked == (
        "[cloud](https://repository.example/tree/main/orderlab/cloud), [memory](../memory.md)"
    )
    assert hook["rewrite"](text, page, docs, "") == "cloud, [memory](../memory.md)"


def test_a_link_to_a_file_that_does_not_exist_is_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hook: dict[str, Any] = runpy.run_path(str(HOOK))
    docs = ROOT / "docs"
    hook["rewrite"]("[gone](../nowhere/gone.py)", docs / "memory.md", docs, "")
    assert "../nowhere/gone.py, which does not exist" in caplog.text


def test_the_readme_links_to_the_documentation() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "](docs/index.md)" in readme and "make docs" in readme
