"""The part of `hiercls evaluate` that asks a model; needs torch, the rest does not."""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hiercls.cli.asking import Asking
from hiercls.cli.output import open_results
from hiercls.cli.progress import Watch
from hiercls.cli.terminal import stderr_console
from hiercls.data import Example
from hiercls.errors import RequestError
from hiercls.evaluate import Scored, blind_predictions, flat_predictions, flat_taxonomy
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy


@dataclass(frozen=True)
class Run:
    """Predictions for examples.

    Attributes:
        taxonomy: What was asked about; a part of the whole where that was wanted.
        scored: One an example, in their order.
        notes: What was odd, one line each.
        baselines: Other ways to answer, by kind.
        seconds_per_image: What it took, where that was measured.
    """

    taxonomy: Taxonomy
    scored: Sequence[Scored]
    notes: Sequence[str] = ()
    baselines: Mapping[str, Sequence[Scored]] = field(default_factory=dict)
    seconds_per_image: float | None = None


def run_model(
    options: argparse.Namespace, asking: Asking, taxonomy: Taxonomy, examples: Sequence[Example]
) -> Run:
    """Ask the model about every picture, and the baselines that are wanted."""
    cascade = asking.load(taxonomy)
    chosen = [example for example in examples if example.node in cascade.taxonomy]
    if not chosen:
        raise RequestError("no picture shows anything in the part of the taxonomy asked about")
    num_outside = len(examples) - len(chosen)
    notes = [f"{num_outside:,} pictures of other nodes are left out"] if num_outside else []
    begin = time.perf_counter()
    images = (example.image for example in chosen)
    predictions = _watched(cascade.predict_batch(images, top=options.top), len(chosen))
    scored = [Scored(one, prediction) for one, prediction in zip(chosen, predictions, strict=True)]
    seconds = (time.perf_counter() - begin) / len(chosen)
    if options.save_predictions:
        _save(scored, options.save_predictions)
    baselines: dict[str, Sequence[Scored]] = {}
    if options.blind:
        baselines["blind"] = blind_predictions(cascade, chosen)
    asked = cascade.taxonomy
    del cascade  # two models may not fit
    if options.flat:
        baselines["flat"] = _flat(options, asked, chosen, labels=taxonomy)
        baselines["by name"] = _flat(_by_name(options, asked), asked, chosen, labels=taxonomy)
    return Run(asked, scored, notes, baselines, seconds)


def _save(scored: Sequence[Scored], path: str) -> None:
    with open_results(path) as results:
        for one in scored:
            results.write(one.prediction.to_json())


def _flat(
    options: argparse.Namespace,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    labels: Taxonomy,
) -> list[Scored]:
    """Ask about all classes at once, whatever else was asked for."""
    plain = copy.copy(options)
    plain.under, plain.exclude, plain.stop, plain.calibration = None, [], None, None
    plain.adapters = None  # none has learned this question
    flat = Asking(plain).load(flat_taxonomy(taxonomy), labels=labels)
    images = (example.image for example in examples)
    predictions = _watched(flat.predict_batch(images, top=options.top), len(examples))
    return flat_predictions(predictions, taxonomy, examples)


def _by_name(options: argparse.Namespace, taxonomy: Taxonomy) -> argparse.Namespace:
    """The same with all classes in one question, of which none is shown to the model."""
    named = copy.copy(options)
    named.answer, named.max_options = "name", 1 + len(taxonomy.classes)  # and none of these
    return named


def _watched(predictions: Iterator[Prediction], total: int) -> Iterator[Prediction]:
    with Watch(total, stderr_console()) as watch:
        yield from watch.over(predictions)
