"""`hiercls evaluate`: predictions against the truth, in numbers, a table and a page."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hiercls.cli.arguments.evaluate import model_defaults
from hiercls.cli.asking import Asking
from hiercls.cli.evaluate_model import Run, run_model
from hiercls.cli.evaluation_table import table
from hiercls.cli.output import check_output, open_results
from hiercls.data import Examples, read_examples
from hiercls.errors import RequestError
from hiercls.evaluate import (
    Comparison,
    Evaluation,
    compare,
    evaluate,
    match,
    read_predictions,
)
from hiercls.prediction import Prediction
from hiercls.report import write_page
from hiercls.report.drawing import require_matplotlib
from hiercls.taxonomy import Taxonomy


def run(options: argparse.Namespace) -> int:
    """Check everything that is cheap, get the predictions, then say what they are worth."""
    asking = _check(options)
    taxonomy = Taxonomy.load(options.taxonomy)
    examples = read_examples(
        options.data,
        taxonomy,
        split=options.split,
        unresolved="skip" if options.skip_unknown else "refuse",
    )
    frequencies = _frequencies(options.training, taxonomy)
    other = read_predictions(Path(options.against), taxonomy) if options.against else None
    if asking is None:
        found = _from_file(options.predictions, taxonomy, examples)
    else:
        found = run_model(options, asking, taxonomy, examples)
    notes = [*examples.notes(), *found.notes]
    for note in notes:
        print(f"hiercls: note: {note}", file=sys.stderr)
    evaluation = _evaluation(options, found, frequencies, notes)
    if other is not None:
        evaluation = replace(evaluation, against=_compare(options, found, other))
    _write(options, evaluation, found)
    return _status(evaluation)


def _check(options: argparse.Namespace) -> Asking | None:
    """Find out early what cannot work; return what a model is to be asked, if any is."""
    for path in (options.output, options.report, options.save_predictions):
        check_output(path)
    if options.report:
        require_matplotlib()
    if not options.predictions:
        return Asking(options)
    for name, default in model_defaults().items():
        if getattr(options, name) != default:
            raise RequestError(
                f"--{name.replace('_', '-')} with --predictions; expected a model with it",
                hint="without --predictions the pictures are classified now",
            )
    return None


def _frequencies(training: str | None, taxonomy: Taxonomy) -> Mapping[str, int] | None:
    if training is None:
        return None
    examples = read_examples(training, taxonomy, unresolved="skip")
    return Counter(example.node for example in examples)


def _from_file(path: str, taxonomy: Taxonomy, examples: Examples) -> Run:
    predictions = read_predictions(Path(path), taxonomy)
    scored, notes = match(examples, predictions, source=Path(path))
    return Run(taxonomy, scored, notes)


def _evaluation(
    options: argparse.Namespace,
    found: Run,
    frequencies: Mapping[str, int] | None,
    notes: Sequence[str],
) -> Evaluation:
    evaluation = evaluate(
        found.taxonomy,
        found.scored,
        frequencies=frequencies,
        num_resamples=options.bootstrap,
        seed=options.seed,
        notes=notes,
    )
    baselines = {
        kind: evaluate(found.taxonomy, scored, num_resamples=0).scores
        for kind, scored in found.baselines.items()
    }
    return replace(
        evaluation,
        baselines={**baselines, **evaluation.baselines},
        cost={**evaluation.cost, "seconds": found.seconds_per_image},
    )


def _compare(
    options: argparse.Namespace, this: Run, predictions: Sequence[Prediction]
) -> Comparison:
    examples = [one.example for one in this.scored]
    other, notes = match(examples, predictions, source=Path(options.against))
    for note in notes:
        print(f"hiercls: note: {note}", file=sys.stderr)
    return compare(
        this.taxonomy,
        this.scored,
        other,
        name=options.against,
        num_resamples=options.bootstrap or 1000,
        seed=options.seed,
    )


def _write(options: argparse.Namespace, evaluation: Evaluation, found: Run) -> None:
    numbers = json.dumps(evaluation.to_json(), indent=1, ensure_ascii=False)
    if options.output:
        with open_results(options.output) as results:
            results.write(numbers)
    if options.report:
        write_page(options.report, evaluation, found.scored, found.taxonomy)
    with open_results(None) as results:
        if options.format == "json":
            results.write(numbers)
        else:
            results.write(table(evaluation, found.taxonomy))


def _status(evaluation: Evaluation) -> int:
    if not evaluation.num_unscored:
        return 0
    total = evaluation.count + evaluation.num_unscored
    print(f"hiercls: {evaluation.num_unscored} of {total} pictures unscored", file=sys.stderr)
    return 1
