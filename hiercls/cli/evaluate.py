"""`hiercls evaluate`: predictions against the truth, in numbers, a table and a page."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hiercls.cli.evaluate_model import Run, run_model
from hiercls.cli.evaluation_table import table
from hiercls.cli.output import check_output, open_results
from hiercls.data import Examples, read_examples
from hiercls.errors import RequestError
from hiercls.evaluate import (
    Comparison,
    Evaluation,
    Scored,
    compare,
    evaluate,
    match,
    read_predictions,
)
from hiercls.taxonomy import Taxonomy


def run(options: argparse.Namespace) -> int:
    """Check everything that is cheap, get the predictions, then say what they are worth."""
    _check(options)
    taxonomy = Taxonomy.load(options.taxonomy)
    examples = read_examples(
        options.data,
        taxonomy,
        split=options.split,
        unresolved="skip" if options.skip_unknown else "refuse",
    )
    frequencies = _frequencies(options.training, taxonomy)
    other = _read(options.against, taxonomy, examples) if options.against else None
    this = _read(options.predictions, taxonomy, examples) if options.predictions else None
    found = this or run_model(options, taxonomy, examples)
    notes = [*examples.notes(), *found.notes, *(other.notes if other else [])]
    for note in notes:
        print(f"hiercls: note: {note}", file=sys.stderr)
    evaluation = _evaluation(options, taxonomy, found, frequencies, notes)
    if other is not None:
        evaluation = replace(evaluation, against=_compare(options, taxonomy, found, other))
    _write(options, evaluation, found.scored, taxonomy)
    return _status(evaluation)


def _check(options: argparse.Namespace) -> None:
    """Find out early what cannot work."""
    for path in (options.output, options.report, options.save_predictions):
        check_output(path)
    if options.predictions:
        for name in ("flat", "blind", "stop", "calibration", "save_predictions"):
            if getattr(options, name):
                raise RequestError(
                    f"--{name.replace('_', '-')} needs a model; found --predictions",
                    hint="use --model instead of --predictions",
                )


def _frequencies(training: str | None, taxonomy: Taxonomy) -> Mapping[str, int] | None:
    if training is None:
        return None
    examples = read_examples(training, taxonomy, unresolved="skip")
    return Counter(example.node for example in examples)


def _read(path: str, taxonomy: Taxonomy, examples: Examples) -> Run:
    predictions = read_predictions(Path(path), taxonomy)
    return Run(*match(examples, predictions, source=Path(path)))


def _evaluation(
    options: argparse.Namespace,
    taxonomy: Taxonomy,
    found: Run,
    frequencies: Mapping[str, int] | None,
    notes: Sequence[str],
) -> Evaluation:
    evaluation = evaluate(
        taxonomy,
        found.scored,
        frequencies=frequencies,
        num_resamples=options.bootstrap,
        seed=options.seed,
        notes=notes,
    )
    baselines = {
        kind: evaluate(taxonomy, scored, num_resamples=0).scores
        for kind, scored in found.baselines.items()
    }
    return replace(
        evaluation,
        baselines={**baselines, **evaluation.baselines},
        cost={**evaluation.cost, "seconds": found.seconds_per_image},
    )


def _compare(options: argparse.Namespace, taxonomy: Taxonomy, this: Run, other: Run) -> Comparison:
    return compare(
        taxonomy,
        this.scored,
        other.scored,
        name=options.against,
        num_resamples=options.bootstrap or 1000,
        seed=options.seed,
    )


def _write(
    options: argparse.Namespace,
    evaluation: Evaluation,
    scored: Sequence[Scored],
    taxonomy: Taxonomy,
) -> None:
    numbers = json.dumps(evaluation.to_json(), indent=1, ensure_ascii=False)
    if options.output:
        with open_results(options.output) as results:
            results.write(numbers)
    if options.report:
        from hiercls.report import write_page  # matplotlib only where a page is wanted

        write_page(options.report, evaluation, scored, taxonomy)
    with open_results(None) as results:
        results.write(numbers if options.format == "json" else table(evaluation, taxonomy))


def _status(evaluation: Evaluation) -> int:
    if not evaluation.num_unscored:
        return 0
    total = evaluation.count + evaluation.num_unscored
    print(f"hiercls: {evaluation.num_unscored} of {total} pictures unscored", file=sys.stderr)
    return 1
