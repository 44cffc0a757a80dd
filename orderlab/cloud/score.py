"""The score: how many of AWS's behaviours are tried and hold, differ, or are refused.

`python -m orderlab.cloud.score` writes docs/score.md; a test compares it. A behaviour is a test of
`tests/cloud/` that drives the running cloud and names a page of AWS's documentation, in its own
docstring or in that of its file; tests that fail are not released. What differs and what is refused
by name are counted from the code, as `differences` finds it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orderlab.cloud.differences import SECTIONS, TITLES, Section, collect

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "cloud"
PAGE = ROOT / "docs" / "score.md"
# how the files of tests are called, by the section that they belong to
_FILES = {"event_sources": "event_sources", "lambda": "lambda_", "concurrency": "lambda_"}
# by a part of the address of AWS's guides; the first that fits
_GUIDES = (
    ("/amazondynamodb/latest/developerguide/DAX", "dax"),
    ("/amazondynamodb/", "dynamodb"),
    ("/AWSSimpleQueueService/", "sqs"),
    ("/sns/", "sns"),
    ("/lambda/latest/dg/services-sqs", "event_sources"),
    ("/lambda/latest/dg/with-ddb", "event_sources"),
    ("/lambda/", "lambda_"),
    ("/eventbridge/latest/userguide/eb-pipes", "pipes"),
    ("/eventbridge/", "events"),
    ("/scheduler/", "scheduler"),
    ("/AmazonCloudWatch/latest/logs/", "logs"),
    ("/AmazonCloudWatch/", "cloudwatch"),
    ("/xray/", "xray"),
    ("/apigateway/", "apigateway"),
    ("/apigatewayv2/", "apigateway"),
    ("/IAM/", "iam"),
)
_SCORED = [name for name in TITLES if name not in ("cloud", "simulation")]
_PAGE = re.compile(r"https://docs\.aws\.amazon\.com/[^\s)\"'<>]+")
_HEAD = """# How much of AWS is tried

Generated from the tests and the code by `make docs`; not edited by hand.

- *tried and hold*: tests that drive the running cloud with boto3, an AWS client or plain HTTP,
  and name the page of AWS's documentation that they judge by. All of them pass in each release.
- *differ*: what is done otherwise than on AWS, [line by line](differs-from-aws.md).
- *refused by name*: parts of a service that answer `NotImplementedByOrderlab`, and what they are.
- *calls*: operations of the service's API that are answered, of all that boto3 knows.

Nobody has counted how many behaviours AWS documents: a share of a service cannot be read from
these numbers.
"""


@dataclass
class Tried:
    """What the tests of one service try: how many behaviours by AWS's page."""

    pages: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many behaviours there are."""
        return self.pages.total()


def tried() -> dict[str, Tried]:
    """The behaviours that tests try, by section."""
    found = {name: Tried() for name in _SCORED}
    for path in sorted(TESTS.glob("test_*.py")):
        of_file = section_of(path.stem)
        for url in pages_of(ast.parse(path.read_text(encoding="utf-8"))):
            section = of_file or section_of_page(url)
            if section is not None:
                found[section].pages[url] += 1
    return found


def section_of_page(url: str) -> str | None:
    """The section that a page of AWS is about, for tests of several services."""
    return next((section for part, section in _GUIDES if part in url), None)


def section_of(test: str) -> str | None:
    """The section that a file of tests belongs to, by its name: `test_sqs_fifo` is of SQS."""
    words = test.removeprefix("test_")
    names = {**{name.rstrip("_"): name for name in _SCORED}, **_FILES}
    fitting = [name for name in names if words == name or words.startswith(f"{name}_")]
    return names[max(fitting, key=len)] if fitting else None


def pages_of(module: ast.Module) -> Iterator[str]:
    """The page of AWS that each test of a file names, or its file for it."""
    of_file = _page_in(module)
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            named = _page_in(node) or of_file
            if named:
                yield named


def _page_in(node: ast.Module | ast.FunctionDef) -> str:
    found = _PAGE.search(ast.get_docstring(node) or "")
    return found[0].rstrip(".,;") if found else ""


def calls_of(name: str, section: Section) -> tuple[int, int]:
    """How many operations of a section's services are answered, and how many there are."""
    from orderlab.cloud.service_models import known_operations

    services = [service for service, part in SECTIONS.items() if part == name]
    known = sum(len(known_operations(service)) for service in services)
    return known - sum(len(each) for each in section.calls.values()), known


def page() -> str:
    """The whole page as Markdown."""
    sections, found = collect(), tried()
    parts = [_HEAD, _table(sections, found)]
    parts += [_pages(name, found[name]) for name in _SCORED if found[name].count]
    return "\n".join(parts)


def _table(sections: dict[str, Section], found: dict[str, Tried]) -> str:
    lines = [
        "| service | tried and hold | pages of AWS | differ | refused by name | calls |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    sums = [0, 0, 0, 0]
    for name in _SCORED:
        section = sections[name]
        numbers = [
            found[name].count,
            len(found[name].pages),
            len(section.differs),
            len(section.refused),
        ]
        sums = [a + b for a, b in zip(sums, numbers, strict=True)]
        served, known = calls_of(name, section)
        calls = f"{served} of {known}" if known else "-"
        lines.append(f"| {TITLES[name]} | {' | '.join(map(str, numbers))} | {calls} |")
    lines.append(f"| **all** | {' | '.join(f'**{each}**' for each in sums)} | |")
    return "\n".join(lines) + "\n"


def _pages(name: str, found: Tried) -> str:
    lines = [f"- [{_title(url)}]({url}): {count}" for url, count in sorted(found.pages.items())]
    return f"## {TITLES[name]}\n\n" + "\n".join(lines) + "\n"


def _title(url: str) -> str:
    """A page's own name, from its address."""
    place = url.partition("#")
    last = place[0].rstrip("/").rpartition("/")[2].removesuffix(".html")
    return f"{last} {place[2]}".strip()


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
