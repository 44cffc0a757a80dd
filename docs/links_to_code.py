"""A hook of mkdocs: links that leave this folder lead to the repository.

On GitHub a page links to code beside it, as in `../orderlab/cloud/front/server.py`. The site has
no such files. The links lead to the repository where REPOSITORY_URL names it, as CI does;
otherwise their text stays and the link goes. A link to a file that does not exist is a warning,
which fails a strict build.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Any

log = logging.getLogger("mkdocs.hooks.links_to_code")
LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>(?:\.\./)+[^)#\s]+)(?P<anchor>#[^)\s]*)?\)"
)


def rewrite(markdown: str, page: Path, docs: Path, repository: str) -> str:
    """A page's text, with every link out of `docs` made a link into `repository`, or plain text."""

    def replaced(link: re.Match[str]) -> str:
        target = (page.parent / link["target"]).resolve()
        if target.is_relative_to(docs):
            return link[0]
        if not target.exists():
            log.warning("%s links to %s, which does not exist.", page.name, link["target"])
        path = target.relative_to(docs.parent).as_posix()
        kind = "tree" if target.is_dir() else "blob"
        address = f"{repository}/{kind}/main/{path}{link['anchor'] or ''}"
        return f"[{link['text']}]({address})" if repository else link["text"]

    return LINK.sub(replaced, markdown)


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Called by mkdocs for each page before it is rendered."""
    docs = Path(config.docs_dir).resolve()
    repository = os.environ.get("REPOSITORY_URL", "")
    return rewrite(markdown, Path(page.file.abs_src_path).resolve(), docs, repository)
