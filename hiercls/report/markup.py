"""Text, numbers and tables as HTML. What comes from outside goes through `text`."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from hiercls.images import printable

_THIN = "\N{NARROW NO-BREAK SPACE}"


def text(value: object) -> str:
    """Return anything as text that cannot become markup, in one line."""
    return html.escape(printable(value))


def name(value: object) -> str:
    """Return a name from outside, which does not turn the direction of what stands beside it."""
    return f"<bdi>{text(value)}</bdi>"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}{_THIN}%"


def number(value: float | None) -> str:
    """Return a number as short as it can be read: whole ones whole, others with three digits."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are HTML already; the first of a row is its head."""
    head = "".join(
        f'<th scope="col"{_number_class(index)}>{column}</th>'
        for index, column in enumerate(columns)
    )
    body = "".join(_row(row) for row in rows)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[str]) -> str:
    cells = "".join(f"<td{_number_class(1)}>{cell}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{row[0]}</th>{cells}</tr>'


def _number_class(index: int) -> str:
    return ' class="number"' if index else ""


def folded(title: str, content: str) -> str:
    """Return content that opens at a click."""
    return f"<details><summary>{title}</summary>{content}</details>"
