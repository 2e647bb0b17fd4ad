"""`hiercls train`: labelled images in, an adapter for each level out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hiercls.cli.asking import model_settings, plan_settings
from hiercls.cli.output import open_results
from hiercls.cli.terminal import stderr_console
from hiercls.cli.training_bar import TrainingBar
from hiercls.config import AdapterSettings, TrainingSettings
from hiercls.data import SamplingSettings, read_confusions, read_examples
from hiercls.data.division import divide
from hiercls.errors import RequestError
from hiercls.model.training.work import Work
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

if TYPE_CHECKING:
    from hiercls.model.training.pilot import Pilot


def run(options: argparse.Namespace) -> int:
    """Check everything that is cheap, then train and report."""
    adapters, training = adapter_settings(options), training_settings(options)
    sampling = SamplingSettings(options.sampler, options.class_weights, cap=options.cap)
    running = model_settings(options)
    if Path(options.out).exists() and not Path(options.out).is_dir():
        raise RequestError(f"{options.out}: a file; expected a folder for the adapters")
    taxonomy = Taxonomy.load(options.taxonomy)
    plan = Plan(taxonomy, plan_settings(options))
    examples = read_examples(options.data, taxonomy)
    is_first = os.environ.get("RANK", "0") == "0"  # of the processes that train together
    for note in examples.notes() if is_first else ():
        print(f"hiercls: note: {note}", file=sys.stderr)
    confusions = read_confusions(options.confusions, taxonomy) if options.confusions else None
    division = divide(
        examples, hold_out=training.hold_out, most=training.max_validated, seed=training.seed
    )
    work = Work(
        plan,
        division.training,
        division.validation,
        model=options.model,
        levels=_levels(options, plan),
        running=running,
        adapters=adapters,
        training=training,
        sampling=sampling,
        confusions=confusions,
    )
    from hiercls.model.training.pilot import pilot  # torch only now that all is in order
    from hiercls.model.training.running import train

    with TrainingBar(stderr_console()) as bar:
        if options.pilot:
            found = pilot(work, watch=bar)
            outcome, text = found.outcome, pilot_report(found)
        else:
            outcome = train(work, Path(options.out), resume=options.resume, watch=bar)
            text = report(outcome, options.out)
    if is_first:
        with open_results(None) as results:
            results.write(text)
    for error in outcome["errors"]:
        print(f"hiercls: {error}", file=sys.stderr)
    return 1 if outcome["errors"] else 0


def adapter_settings(options: argparse.Namespace) -> AdapterSettings:
    """Return what the adapters are to be made of."""
    return AdapterSettings(
        rank=options.rank,
        alpha=options.alpha,
        dropout=options.dropout,
        variant=options.variant,
        targets=tuple(options.targets),
        activation=options.activation,
        tune=options.tune,
    )


def training_settings(options: argparse.Namespace) -> TrainingSettings:
    """Return how they are to be trained."""
    return TrainingSettings(
        epochs=options.epochs,
        images_per_step=options.images_per_step,
        learning_rate=options.learning_rate,
        label_smoothing=options.label_smoothing,
        open_weight=options.open_weight,
        patience=options.patience,
        hold_out=options.hold_out,
        seed=options.seed,
    )


def report(outcome: Mapping[str, Any], folder: str) -> str:
    """Return what a person wants to know of a training.

    Args:
        outcome: As in run.json.
        folder: Where the adapters lie.
    """
    notes = {name: _epochs(own["num_epochs"]) for name, own in outcome["levels"].items()}
    end = f"{folder} holds the adapters: hiercls classify ... --adapters {folder}"
    return "\n".join([*_table(outcome, notes), "", _speed(outcome), end])


def pilot_report(found: Pilot) -> str:
    """Return what a person wants to know of a pilot."""
    minutes = found.seconds / 60
    takes = f"{minutes:,.0f} minutes" if minutes < 180 else f"{minutes / 60:,.1f} hours"
    lines = _table(found.outcome, found.verdicts)
    return "\n".join([*lines, "", _speed(found.outcome), f"all of it would take {takes} here"])


def _table(outcome: Mapping[str, Any], notes: Mapping[str, str]) -> list[str]:
    lines = [f"{'':10} {'images':>8} {'asked':>8} {'before':>8} {'after':>8}"]
    for name, own in outcome["levels"].items():
        before, after = own["before"], own["after"]
        lines.append(
            f"{name.replace('-', ' '):10} {own['num_examples']:8,} {before['count']:8,}"
            f" {_share(before):>8} {_share(after):>8}  {notes[name]}"
        )
    return lines


def _epochs(number: int) -> str:
    if not number:
        return "no better than without: no adapter kept"
    return f"best after {number} epoch{'s' * (number > 1)}"


def _speed(outcome: Mapping[str, Any]) -> str:
    seconds = outcome["train_seconds"]
    speed = outcome["num_trained"] / max(seconds, 0.1)
    return f"{outcome['num_trained']:,} images in {seconds:,.0f} s, {speed:.1f} a second"


def _share(score: Mapping[str, float]) -> str:
    return f"{score['num_right'] / score['count']:.1%}" if score["count"] else ""


def _levels(options: argparse.Namespace, plan: Plan) -> tuple[int, ...]:
    if options.level is None:
        return tuple(range(plan.num_levels))
    return tuple(sorted({level - 1 for level in options.level}))
