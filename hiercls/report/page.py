"""The page: one HTML file that holds all it shows and loads nothing."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

from hiercls import __version__
from hiercls.errors import RequestError
from hiercls.evaluate import Evaluation, Scored
from hiercls.report.drawing import require_matplotlib
from hiercls.report.gallery import Gallery
from hiercls.report.judgement import judge
from hiercls.report.markup import text
from hiercls.report.payload import Payload, script_json
from hiercls.report.summary import lead, summary
from hiercls.taxonomy import Taxonomy

THUMBNAIL_BYTES = 20_000_000
_PROGRAM = ("data.js", "tree.js", "filters.js", "gallery.js", "start.js")


def write_page(
    path: str | os.PathLike[str],
    evaluation: Evaluation,
    scored: Sequence[Scored],
    taxonomy: Taxonomy,
    *,
    title: str | None = None,
    max_thumbnail_bytes: int = THUMBNAIL_BYTES,
) -> None:
    """Write an evaluation as one HTML file that opens anywhere, without a network.

    Args:
        path: The file; one that is there is replaced.
        evaluation: All numbers.
        scored: Each picture with its truth and its prediction. Pictures need not exist. Of more
            than 20,000 so many are listed, mistakes first.
        taxonomy: What they were classified by.
        title: Heads the page; the taxonomy's name if left out.
        max_thumbnail_bytes: What the small copies of the pictures may take in the file together.
            They become smaller to fit; where that is not enough mistakes are shown first.

    Raises:
        RequestError: matplotlib is not installed, or the file cannot be written.
    """
    require_matplotlib()
    page = make_page(
        evaluation, scored, taxonomy, title=title, max_thumbnail_bytes=max_thumbnail_bytes
    )
    try:
        Path(path).write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RequestError(f"{os.fspath(path)}: cannot be written: {error.strerror}") from None


def make_page(
    evaluation: Evaluation,
    scored: Sequence[Scored],
    taxonomy: Taxonomy,
    *,
    title: str | None = None,
    max_thumbnail_bytes: int = THUMBNAIL_BYTES,
) -> str:
    """Return the text of the file; see `write_page`."""
    judged = [judge(taxonomy, one.example.node, one.prediction) for one in scored]
    gallery = Gallery.of(scored, judged, max_bytes=max_thumbnail_bytes)
    payload = Payload(taxonomy)
    for one, judgement in zip(scored, judged, strict=True):
        payload.count(one, judgement)
    for index in gallery.listed:
        payload.add(scored[index], judged[index])
    program = _program()
    return Template(_asset("page.html")).substitute(
        policy=_policy(program),
        style=_asset("page.css"),
        title=f"{text(title or taxonomy.name)} – hiercls",
        heading=text(title or taxonomy.name),
        lead=lead(evaluation, taxonomy),
        summary=summary(evaluation, taxonomy),
        **_plots(evaluation, scored, taxonomy),
        pictures_note=gallery.note(),
        footer=_footer(evaluation),
        data=script_json(payload.to_dict(evaluation)),
        thumbnails=script_json(gallery.thumbnails.jpegs),
        program=program,
    )


def _plots(evaluation: Evaluation, scored: Sequence[Scored], taxonomy: Taxonomy) -> dict[str, str]:
    # matplotlib is an extra: nothing but the drawing of a page may need it.
    from hiercls.report.heatmaps import heatmaps
    from hiercls.report.plots import curves_and_bars

    plots = "\n".join(plot.to_html() for plot in curves_and_bars(evaluation, scored))
    shaded = "\n".join(plot.to_html() for plot in heatmaps(evaluation, taxonomy))
    return {"plots": plots or "<p>Nothing to plot.</p>", "heatmaps": shaded}


def _footer(evaluation: Evaluation) -> str:
    return (
        f"Made by hiercls {__version__}. Taxonomy {text(evaluation.taxonomy)},"
        f" {text(evaluation.taxonomy_hash[:16])}. This file holds all it shows and loads nothing."
    )


def _policy(program: str) -> str:
    """Return a policy by which a browser runs this program alone and loads nothing at all."""
    digest = base64.b64encode(hashlib.sha256(program.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline';"
        f" script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _program() -> str:
    return "\n" + "\n".join(_asset(file) for file in _PROGRAM)


def _asset(file: str) -> str:
    return (resources.files("hiercls.report") / "assets" / file).read_text(encoding="utf-8")
