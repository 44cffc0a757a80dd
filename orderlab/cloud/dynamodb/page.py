"""One page of a Query or Scan: rows walked until a limit, filtered on the way.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from orderlab.cloud.dynamodb.attribute_values import Item
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored, encode

MAX_PAGE_BYTES = 1024 * 1024


@dataclass
class Page:
    """What was found. `size` counts every row walked, filtered out or not."""

    items: list[bytes] = field(default_factory=list)
    count: int = 0
    scanned: int = 0
    size: int = 0
    # the last row walked, if there may be more
    last: Stored | None = None
    # units of fetching whole items that a local index does not hold
    fetched: list[int] = field(default_factory=list)
    # what was walked, or fetched instead, and how far it was filtered
    rows: list[Stored] = field(default_factory=list)
    done: int = 0


@dataclass
class Walk:
    """How a page is made of rows.

    `seen` gives what a read sees of a row (None: nothing); `fetch` the whole item where an index
    holds too little; `keep` is the filter, `choose` the projection. `weight` says how much work
    these two are, for each byte of an item.
    """

    seen: Callable[[Key], Stored | None]
    fetch: Callable[[Key], Stored | None] | None = None
    keep: Callable[[Item], bool] | None = None
    choose: Callable[[Item], Item] | None = None
    count_only: bool = False
    weight: int = 1

    def over(
        self, keys: Iterator[Key], page: Page, limit: int | None, most_rows: int
    ) -> Key | None:
        """Walk rows of one page; where to go on if it is not full after `most_rows` of them.

        What a filter drops counts too, so it is not asked yet.
        """
        for walked, key in enumerate(keys, 1):
            stored = self.seen(key)
            if stored is None:
                continue
            page.scanned += 1
            page.size += stored.size
            whole = stored if self.fetch is None else self._fetched(page, key)
            if whole is not None:
                page.rows.append(whole)
            if page.size >= MAX_PAGE_BYTES or page.scanned == limit:
                page.last = stored
                break
            if walked == most_rows:
                return key
        return None

    def _fetched(self, page: Page, key: Key) -> Stored | None:
        assert self.fetch is not None
        whole = self.fetch(key)
        if whole is not None:
            page.fetched.append(whole.size)
        return whole

    def fill(self, page: Page, most_work: float) -> bool:
        """Filter what was walked, until it is done or the work allowed is used up.

        Rows are versions of items that never change, so that this may go on in another thread.
        """
        if self.keep is None and self.choose is None:
            page.count = len(page.rows)
            if not self.count_only:
                page.items = [stored.data for stored in page.rows]
            return True
        for stored in page.rows[page.done :]:
            # the work that there is with an item of a few bytes
            most_work -= (100 + stored.size) * self.weight
            if most_work < 0:
                return False
            self._add(page, stored)
            page.done += 1
        return True

    def _add(self, page: Page, stored: Stored) -> None:
        item = stored.item()
        if self.keep is not None and not self.keep(item):
            return
        page.count += 1
        if not self.count_only:
            chosen = self.choose(item) if self.choose is not None else None
            page.items.append(stored.data if chosen is None else encode(chosen))
