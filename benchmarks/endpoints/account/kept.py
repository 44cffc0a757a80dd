"""What the course did in an account, chapter by chapter, as it is kept in account.json."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parents[1] / "account.json"


@dataclass(frozen=True)
class Left:
    """A cell that did not run to its end, and what it said."""

    cell: str
    said: str


@dataclass
class Chapter:
    """A chapter in an account.

    `kind` are cells that said what the server lacks and gave an empty value or a sentence;
    `failed` those that ended in an error. `left` was the learner's and stands after the teardown,
    `lost` was somebody else's and does not.
    """

    chapter: int
    cells: int = 0
    kind: list[Left] = field(default_factory=list)
    failed: list[Left] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    orders: dict[str, Any] = field(default_factory=dict)
    built: int = 0
    deleted: int = 0
    status: int = 0
    left: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    teardown_said: str = ""
    broke: str = ""
    seconds: int = 0

    @classmethod
    def of(cls, chapter: int, told: list[dict[str, Any]], broke: str) -> Chapter:
        found = cls(chapter, broke=broke)
        for each in told:
            found._note(each)
        return found

    def _note(self, told: dict[str, Any]) -> None:
        if "orders" in told:
            self.orders = told["orders"]
            return
        self.cells += 1
        if "kind" in told:
            self.kind.append(Left(told["cell"], told["kind"]))
        if "failed" in told:
            self.failed.append(Left(told["cell"], told["failed"]))
        if "verdict" in told:
            self.verdicts[told["exercise"]] = told["verdict"]
            if told["verdict"] != "right":
                self.said[told["exercise"]] = told["message"]

    @property
    def clean(self) -> bool:
        return not (self.status or self.left or self.lost)

    def __str__(self) -> str:
        verdicts = ", ".join(f"{n} {kind}" for kind, n in Counter(self.verdicts.values()).items())
        end = "taken away" if self.clean else f"LEFT {self.left} LOST {self.lost}"
        return (
            f"chapter {self.chapter:02d}: {self.cells} cells, {len(self.kind)} left out, "
            f"{len(self.failed)} failed; checks: {verdicts or 'none'}; orders: {self.orders}; "
            f"{self.built} built, {end}; {self.seconds} s {self.broke}"
        )


@dataclass
class Account:
    """A server in an account's place, and the chapters that were run in it."""

    name: str
    version: str = ""
    date: str = ""
    chapters: dict[int, Chapter] = field(default_factory=dict)


def read(path: Path = KEPT) -> dict[str, Account]:
    if not path.exists():
        return {}
    return {name: _account(raw) for name, raw in json.loads(path.read_text("utf-8")).items()}


def write(found: dict[str, Account], path: Path = KEPT) -> None:
    raw = {name: asdict(found[name]) for name in sorted(found)}
    for each in raw.values():
        each["chapters"] = dict(sorted(each["chapters"].items()))
    path.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")


def _account(raw: dict[str, Any]) -> Account:
    chapters = {int(number): _chapter(each) for number, each in raw["chapters"].items()}
    return Account(raw["name"], raw["version"], raw["date"], chapters)


def _chapter(raw: dict[str, Any]) -> Chapter:
    lefts = {name: [Left(**each) for each in raw[name]] for name in ("kind", "failed")}
    return Chapter(**{**raw, **lefts})
