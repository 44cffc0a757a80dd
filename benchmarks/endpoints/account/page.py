"""The part of docs/endpoints.md on servers in an account's place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from benchmarks.endpoints.account.kept import Account, Chapter

_HEAD = """
## The whole course in an account's place

No AWS account was at hand, so the path of `target="aws"` was tried with these servers standing in
for one, by `python -m benchmarks.endpoints.account`. Each chapter is opened as a learner opens it,
with the account's id typed; all cells of its executed notebook run, whatever the ones before said;
then the builders bring about the chapter's end and 60 real orders are sent. `orderlab teardown`
follows in another process. Before and after it all resources are listed with the services' own
calls. Somebody else's stand there meanwhile, one of each kind, called and tagged almost as the
learner's are.

On ministack the learner is an IAM user, and IAM is asked about every call (`AUTH=true`). The user
may do what the policy names that `orderlab doctor --target aws` prints, with any resource, since
ministack derives another resource than AWS from many a request, such as a role without its path.
Where a role may do `sns:Publish`, `sns:PublishBatch` is given besides, which ministack asks for.

*Left out* are cells that said in a sentence what the server lacks. *Failed* are cells that ended in
an error, most of them since one before had failed.

"""


def section(accounts: dict[str, Account], plain: Callable[[str], str]) -> str:
    """The part; empty before the first run. `plain` makes a server's words fit a line of a page."""
    if not accounts:
        return ""
    return "\n".join([_HEAD + "\n".join(_table(accounts)), *_all_failures(accounts, plain)])


def _table(accounts: dict[str, Account]) -> Iterator[str]:
    yield (
        "| server | chapter | cells | left out | failed | checks that were right "
        "| orders taken | in the tables | made | left behind | of others, lost |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for account in accounts.values():
        for each in account.chapters.values():
            yield f"| {account.name} {account.version} | {_row(each)} |"


def _row(each: Chapter) -> str:
    verdicts = Counter(each.verdicts.values())
    checks = f"{verdicts['right']} of {verdicts.total()}"
    taken = f"{each.orders['accepted']} of {each.orders['sent']}" if "sent" in each.orders else "-"
    cells: tuple[object, ...] = (
        f"{each.chapter:02d}", each.cells, len(each.kind), len(each.failed), checks, taken,
        _stored(each), each.built, len(each.left), len(each.lost),
    )  # fmt: skip
    return " | ".join(map(str, cells))


def _stored(each: Chapter) -> str:
    """The fewest that any of the tables has: an order counts when all services did their part."""
    stored = each.orders.get("stored")
    return str(min(stored.values())) if stored else "-"


def _all_failures(accounts: dict[str, Account], plain: Callable[[str], str]) -> Iterator[str]:
    for account in accounts.values():
        lines = [line for each in account.chapters.values() for line in _failures(each, plain)]
        if lines:
            yield "\n".join(["", f"### What failed with {account.name} as the account", "", *lines])


def _failures(each: Chapter, plain: Callable[[str], str]) -> Iterator[str]:
    for exercise, verdict in each.verdicts.items():
        if verdict == "wrong":
            yield f"- check of **{exercise}**, called wrong: {plain(each.said[exercise])}"
    for cell in each.failed:
        yield f"- cell `{cell.cell}`: {plain(cell.said)}"
    for word in ("failed", "refused"):
        if each.orders.get(word):
            yield f"- the orders of chapter {each.chapter:02d}: {plain(str(each.orders[word]))}"
    if each.broke:
        yield f"- chapter {each.chapter:02d} {plain(each.broke)}"
