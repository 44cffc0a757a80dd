"""One page of a Query or Scan: rows walked until a limit, filtered on the way.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from orderlab.cloud.tables.attribute_values import Item
from orderlab.cloud.tables.rows import Key
from orderlab.cloud.tables.stored import Stored, encode

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


@dataclass
class Walk:
    """How a page is made of rows.

    `seen` gives what a read sees of a row (None: nothing); `fetch` the whole item where an index
    holds too little; `keep` is the filter, `choose` the projection.
    """

    seen: Callable[[Key], Stored | None]
    fetch: Callable[[Key], Stored | None] | None = None
    keep: Callable[[Item], bool] | None = None
    choose: Callable[[Item], Item] | None = None
    count_only: bool = False

    def page(self, keys: Iterator[Key], limit: int | None) -> Page:
        page = Page()
        for key in keys:
            stored = self.seen(key)
            if stored is None:
                continue
            page.scanned += 1
            page.size += stored.size
            self._add(page, key, stored)
            if page.size >= MAX_PAGE_BYTES or page.scanned == limit:
                page.last = stored
                break
        return page

    def _add(self, page: Page, key: Key, stored: Stored) -> None:
        if self.fetch is not None:
            whole = self.fetch(key)
            if whole is None:
                return
            stored = whole
            page.fetched.append(stored.size)
        if self.keep is None and self.choose is None:
            page.count += 1
            if not self.count_only:
                page.items.append(stored.data)
            return
        item = stored.item()
        if self.keep is not None and not self.keep(item):
            return
        page.count += 1
        if not self.count_only:
            chosen = self.choose(item) if self.choose is not None else None
            page.items.append(stored.data if chosen is None else encode(chosen))
