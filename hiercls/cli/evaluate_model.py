"""The part of `hiercls evaluate` that asks a model; needs torch, the rest does not."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from hiercls.cascade import Cascade
from hiercls.cli.output import open_results
from hiercls.cli.progress import Watch
from hiercls.cli.terminal import loading, stderr_console
from hiercls.config import ModelSettings, SearchSettings
from hiercls.data import Example
from hiercls.errors import HierclsWarning
from hiercls.evaluate import Scored, blind_predictions, flat_predictions, flat_taxonomy
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy


@dataclass(frozen=True)
class Run:
    """Predictions for examples.

    Attributes:
        scored: One an example, in their order.
        notes: What was odd, one line each.
        baselines: Other ways to answer, by kind.
        seconds_per_image: What it took, where that was measured.
    """

    scored: Sequence[Scored]
    notes: Sequence[str] = ()
    baselines: Mapping[str, Sequence[Scored]] = field(default_factory=dict)
    seconds_per_image: float | None = None


def run_model(options: argparse.Namespace, taxonomy: Taxonomy, examples: Sequence[Example]) -> Run:
    """Ask the model about every picture, and the baselines that are wanted."""
    cascade = _load(options, taxonomy)
    begin = time.perf_counter()
    images = (example.image for example in examples)
    predictions = _watched(cascade.predict_batch(images, top=options.top), len(examples))
    scored = [
        Scored(one, prediction) for one, prediction in zip(examples, predictions, strict=True)
    ]
    seconds = (time.perf_counter() - begin) / len(examples)
    if options.save_predictions:
        with open_results(options.save_predictions) as results:
            for one in scored:
                results.write(one.prediction.to_json())
    baselines: dict[str, Sequence[Scored]] = {}
    if options.blind:
        baselines["blind"] = blind_predictions(cascade, examples)
    del cascade  # two models may not fit
    if options.flat:
        baselines["flat"] = _flat(options, taxonomy, examples)
    return Run(scored, baselines=baselines, seconds_per_image=seconds)


def _flat(
    options: argparse.Namespace, taxonomy: Taxonomy, examples: Sequence[Example]
) -> list[Scored]:
    with _told(options.model):
        flat = Cascade.load(
            flat_taxonomy(taxonomy), model=options.model, settings=_settings(options)
        )
    images = (example.image for example in examples)
    predictions = _watched(flat.predict_batch(images, top=options.top), len(examples))
    return flat_predictions(predictions, taxonomy, examples)


def _load(options: argparse.Namespace, taxonomy: Taxonomy) -> Cascade:
    with _told(options.model):
        return Cascade.load(
            taxonomy,
            model=options.model,
            settings=_settings(options),
            search=SearchSettings(rule=options.search),
            stop=options.stop,
            calibration=options.calibration,
        )


@contextmanager
def _told(model: str) -> Iterator[None]:
    """Say that a model is being loaded, and what it warns of in one line each."""
    with loading(model), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", HierclsWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, HierclsWarning):
            print(f"hiercls: warning: {warning.message}", file=sys.stderr)


def _settings(options: argparse.Namespace) -> ModelSettings:
    return ModelSettings(device=options.device, dtype=options.dtype, batch_size=options.batch_size)


def _watched(predictions: Iterator[Prediction], total: int) -> Iterator[Prediction]:
    with Watch(total, stderr_console()) as watch:
        yield from watch.over(predictions)
