"""`hiercls classify`: images in, one result out as each ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from rich.console import Console
from rich.text import Text

from hiercls.cli.asking import Asking
from hiercls.cli.formats import Table, csv_lines, json_lines
from hiercls.cli.output import Results, check_output, open_results
from hiercls.cli.progress import Watch
from hiercls.cli.sources import find_images
from hiercls.cli.terminal import stderr_console, stdout_console
from hiercls.prediction import Prediction
from hiercls.scoring import LabelMass
from hiercls.taxonomy import Taxonomy


class Classifier(Protocol):
    """What this command needs of a `Cascade`."""

    taxonomy: Taxonomy

    def predict_batch(self, images: Iterable[str], *, top: int) -> Iterator[Prediction]: ...


def run(options: argparse.Namespace) -> int:
    """Check everything that is cheap, then load the model, then classify."""
    asking = Asking(options, label_mass=options.label_mass)
    taxonomy = Taxonomy.load(options.taxonomy)
    images = find_images(options.images, sys.stdin.buffer)
    check_output(options.output)
    cascade = asking.load(taxonomy)
    console = stdout_console() if options.output is None else None
    # Where results and bar share a terminal, one console must draw both.
    bar_console = stderr_console() and (console or stderr_console())
    with open_results(options.output, console) as results:
        num_failed = classify(
            cascade, images, results, style=options.format, top=options.top, bar=bar_console
        )
    if cascade.label_mass is not None:
        print(_label_mass(cascade.label_mass), file=sys.stderr)
    if num_failed:
        print(f"hiercls: {num_failed} of {len(images)} images failed", file=sys.stderr)
    return 1 if num_failed else 0


def classify(
    cascade: Classifier,
    images: Sequence[str],
    results: Results,
    *,
    style: str,
    top: int,
    bar: Console | None = None,
) -> int:
    """Write a result for each image as soon as it is known.

    Args:
        cascade: Gives a prediction an image, in order; what cannot be read has an error.
        images: Paths.
        results: Where to.
        style: "table", "jsonl" or "csv".
        top: How many leaves to list for an image.
        bar: Where to draw the progress, if anywhere.

    Returns:
        How many images failed.
    """
    with Watch(len(images), bar) as watch:
        predictions = watch.over(cascade.predict_batch(images, top=top))
        for line in _lines(style, predictions, cascade.taxonomy, images, results.width):
            results.write(line)
    return watch.num_failed


def _label_mass(mass: LabelMass) -> str:
    if not mass.count:
        return "hiercls: no question was asked, so no label mass is known"
    return (
        f"hiercls: label mass {mass.mean:.3g} in the mean and {mass.least:.3g} at least,"
        f" over {mass.count:,} questions"
    )


def _lines(
    style: str,
    predictions: Iterator[Prediction],
    taxonomy: Taxonomy,
    images: Sequence[str],
    width: int | None,
) -> Iterator[str] | Iterator[Text]:
    if style == "jsonl":
        return json_lines(predictions)
    if style == "csv":
        return csv_lines(predictions)
    return Table(images, taxonomy, width=width).lines(predictions)
