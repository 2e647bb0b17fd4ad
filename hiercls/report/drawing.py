"""Figures of matplotlib as SVG inside the page, in the page's own font and colours."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hiercls.errors import RequestError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that nobody would choose stand for those of the page, which differ by day and night.
INK, MUTED, GRID, ACCENT, SECOND = (f"#0{digit}0b0c" for digit in range(1, 6))
_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--line)",
    ACCENT: "var(--accent)",
    SECOND: "var(--second)",
}
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, searchable and in the page's font
    "svg.hashsalt": "hiercls",  # the same figure is the same bytes
    "font.size": 11,
    "text.color": INK,
    "text.usetex": False,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
}
WIDTH, HEIGHT = 340, 250  # pixels, as a column of the page is wide, so that text keeps its size


def require_matplotlib() -> None:
    """Find out early that the plots cannot be drawn.

    Raises:
        RequestError: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ModuleNotFoundError:
        raise RequestError(
            "the page's plots need matplotlib, which is not installed",
            hint="pip install 'hiercls[report]'",
        ) from None


def draw(name: str, paint: Callable[[Axes], None], *, height: int = HEIGHT) -> str:
    """Return one plot as an `<svg>` element.

    Args:
        name: Short and unique on the page; the ids inside begin with it.
        paint: Draws on the axes it is given.
        height: In pixels; the width is the same for all.
    """
    with _style():
        figure = _figure(height)
        paint(figure.add_subplot())
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    return _inline(file.getvalue(), name)


_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@contextmanager
def _style() -> Iterator[None]:
    from matplotlib import rc_context

    with rc_context(_SETTINGS), warnings.catch_warnings():
        # Names in scripts that matplotlib's font lacks: the browser will draw them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _figure(height: int) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH / 72, height / 72), dpi=72, layout="constrained")


def _inline(svg: str, name: str) -> str:
    """Make a file of matplotlib's part of a page; the text that it draws stays as it is."""
    svg = re.sub(r"\s*<(metadata|style).*?</\1>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    view_box = re.search(r'viewBox="[^"]*"', svg)
    tags = re.compile("<[^>]*>")
    body = tags.sub(lambda tag: _tag(tag.group(), name), svg[svg.index(">") + 1 :])
    return f'<svg {view_box.group() if view_box else ""} aria-hidden="true">{body.strip()}'


def _tag(tag: str, name: str) -> str:
    """Give one tag the page's colours and font, and what it names a name of its own."""
    for colour, variable in _VARIABLES.items():
        tag = tag.replace(colour, variable)
    tag = re.sub(r"(font: (?:\w+ )?[\d.]+px) [^;\"]+", r"\1 var(--font)", tag)
    tag = re.sub(r" font-family: [^;\"]+;?", "", tag)
    tag = re.sub(r'^<g id="[^"]*"', "<g", tag)
    tag = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", tag)
    return tag.replace("xlink:href", "href")
