"""Tables that can be read on a phone, where each row stands as a block.

There the head of the table is out of sight. So each cell carries the heading of its
column, and the stylesheet writes it before the cell. The first cell heads its row.
"""

from __future__ import annotations

import html
import re

TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
HEAD = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
CELL = re.compile(r"<td\b")


def label(page: str) -> str:
    """Return a page's HTML with the heading of its column in each cell of a table."""
    return TABLE.sub(lambda table: _labeled(table[0]), page)


def _labeled(table: str) -> str:
    head, ends, body = table.partition("</thead>")
    headings = [_plain(heading) for heading in HEAD.findall(head)]

    def row(match: re.Match[str]) -> str:
        names = iter(headings)

        def cell(opening: re.Match[str]) -> str:
            name = next(names, "")
            return f'{opening[0]} data-label="{name}"' if name else opening[0]

        return CELL.sub(cell, match[0])

    return head + ends + ROW.sub(row, body)


def _plain(heading: str) -> str:
    text = html.unescape(re.sub(r"<[^>]*>", "", heading))
    return html.escape(" ".join(text.split()))
