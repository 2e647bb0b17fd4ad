"""`hiercls calibrate`: labelled images in, a calibration out, and what it changes."""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hiercls.cascade import Cascade
from hiercls.cli.asking import Asking
from hiercls.cli.output import check_output, open_results
from hiercls.cli.progress import Watch
from hiercls.cli.terminal import stderr_console
from hiercls.data import Example, Examples, read_examples
from hiercls.fitting import Fit, check_enough, fit, num_tempered
from hiercls.questions import LETTERS
from hiercls.taxonomy import Taxonomy

_FILE = "calibration.json"


def run(options: argparse.Namespace) -> int:
    """Check everything that is cheap, then load the model, ask it, fit and report."""
    asking = Asking(options)
    out = options.out or _beside(options.adapters)
    check_output(out)
    taxonomy = Taxonomy.load(options.taxonomy)
    examples = read_examples(options.data, taxonomy, split=options.split)
    for note in examples.notes():
        print(f"hiercls: note: {note}", file=sys.stderr)
    check_enough(min(len(examples), options.max_images or len(examples)))
    cascade = asking.load(taxonomy)
    fitted = _watched(cascade, _chosen(examples, cascade.taxonomy, options.max_images), options)
    fitted.calibration.save(out)
    with open_results(None) as results:
        results.write(report(fitted, out))
    for error in fitted.errors:
        print(f"hiercls: {error}", file=sys.stderr)
    return 1 if fitted.errors else 0


def _beside(adapters: str | None) -> str:
    """Return where a calibration is looked for, with these adapters."""
    is_folder = adapters is not None and Path(adapters).is_dir()
    return str(Path(adapters or "", _FILE)) if is_folder else _FILE


def _chosen(examples: Examples, taxonomy: Taxonomy, most: int | None) -> list[Example]:
    """Leave out what is not in the part of the taxonomy that is asked about, and take so many."""
    chosen = [example for example in examples if example.node in taxonomy]
    if num_outside := len(examples) - len(chosen):
        print(f"hiercls: note: {num_outside:,} images are of other nodes", file=sys.stderr)
    return random.Random(0).sample(chosen, min(most or len(chosen), len(chosen)))


def _watched(cascade: Cascade, examples: Sequence[Example], options: argparse.Namespace) -> Fit:
    num_asked = len(examples) + min(options.letter_prior, num_tempered(len(examples)))
    with Watch(num_asked, stderr_console()) as watch:
        return fit(
            cascade,
            examples,
            targets=options.target_accuracy,
            coverages=options.coverage,
            delta=options.delta,
            num_prior=options.letter_prior,
            on_image=watch.count,
        )


def report(fitted: Fit, path: str) -> str:
    """Return what a person wants to know of a calibration.

    Args:
        fitted: What was fitted.
        path: Where it lies.
    """
    lines = [
        f"temperatures from {fitted.num_tempered:,} images; all below is from"
        f" {fitted.num_judged:,} others",
        "",
        *_letters(fitted),
        *_probabilities(fitted.calibration.figures),
        "",
        *_rules(fitted),
        "",
        f"{path} holds it: hiercls classify ... --calibration {path} --stop RULE",
    ]
    return "\n".join(lines)


def _letters(fitted: Fit) -> list[str]:
    """How much of each letter is taken out of the answers, if anything is."""
    if not fitted.num_prior:
        return []
    lines = [f"preference for letters, from {fitted.num_prior:,} images, taken out of the answers"]
    for count, prior in fitted.calibration.letter_prior.logprobs.items():
        shares = " ".join(
            f"{letter} {math.exp(own):.1%}" for letter, own in zip(LETTERS, prior, strict=False)
        )
        lines.append(f"{count:2} options: {shares}")
    return [*lines, ""]


def _probabilities(figures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """How sure the answers are, against how often they are right."""
    header = f"{'':10} {'answers':>8} {'right':>7} {'temperature':>12} {'sure':>7} {'after':>7}"
    lines = [f"{header} {'ECE':>7} {'after':>7}"]
    for name, row in figures.items():
        if "ece_before" in row:
            temperature = f"{row['temperature']:.2f}" if "temperature" in row else ""
            lines.append(
                f"{name:10} {row['count']:8,.0f} {row['right']:7.1%} {temperature:>12}"
                f" {row['sure_before']:7.1%} {row['sure_after']:7.1%}"
                f" {row['ece_before']:7.1%} {row['ece_after']:7.1%}"
            )
    return lines


def _rules(fitted: Fit) -> list[str]:
    """What each stop rule gives."""
    header = f"{'stop rule':18} {'right':>7} {'one class':>10} {'depth':>6} {'nodes':>6}"
    lines = [f"{header} {'classes':>8}"]
    for text, row in fitted.rules.items():
        note = "" if row.depth else "  always the root: these images allow no such promise"
        lines.append(
            f"{text:18} {row.right:7.1%} {row.classes_alone:10.1%} {row.depth:6.2f}"
            f" {row.num_nodes:6.2f} {row.num_classes:8.1f}{note}"
        )
    return lines
