"""How accurate a model is on any labelled pictures: by search, by stop rule, and beside baselines.

    python benchmarks/accuracy.py DIR [--taxonomy T] [--model tiny] [--split NAME]
                                  [--search best-first greedy ...] [--stop threshold:0.8 ...]
                                  [--max-images N] [--no-flat] [--output FILE.json]
                                  [--report page.html]

DIR (or a manifest) is read as `hiercls evaluate --data` reads it; the taxonomy is the file called
`taxonomy` in it, or else flags, if none is named. Each search asks the model once;
the stop rules are applied to what it then knows. `flat` offers all classes in one question, in
rounds, without the taxonomy; `blind` asks about a plain grey picture; `floor` answers the most
frequent class. The page shows the first search.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hiercls.cascade import Cascade
from hiercls.config import SEARCH_RULES, SearchSettings
from hiercls.data import Example, read_examples
from hiercls.decisions import NodeProbabilities, Rule, parse_rule
from hiercls.errors import HierclsError
from hiercls.evaluate import (
    Evaluation,
    Scored,
    blind_predictions,
    evaluate,
    flat_predictions,
    flat_taxonomy,
)
from hiercls.prediction import Prediction
from hiercls.report import write_page
from hiercls.taxonomy import Taxonomy

STOPS = ("threshold:0.5", "threshold:0.8", "deepest:0.8", "information", "cost", "hf")
SHOWN = (
    ("leaf_accuracy", "leaf", "{:.1%}"),
    ("answer_accuracy", "true", "{:.1%}"),
    ("coverage", "kept", "{:.1%}"),
    ("hierarchical_f1", "hF1", "{:.1%}"),
    ("mistake_severity", "severity", "{:.2f}"),
    ("ece", "ECE", "{:.1%}"),
    ("haurc", "hAURC", "{:.4f}"),
)


def ask(cascade: Cascade, examples: Sequence[Example]) -> tuple[list[Scored], float]:
    """Predictions for the examples, and seconds an image."""
    begin = time.perf_counter()
    predictions = counted(cascade.predict_batch(e.image for e in examples), len(examples))
    scored = [Scored(e, prediction) for e, prediction in zip(examples, predictions, strict=True)]
    return scored, (time.perf_counter() - begin) / len(examples)


def counted(predictions: Iterable[Prediction], total: int) -> Iterator[Prediction]:
    """Let predictions through, and count them on a terminal."""
    for number, prediction in enumerate(predictions, start=1):
        if sys.stderr.isatty():
            end = "\n" if number == total else ""
            print(f"\r{number}/{total}", end=end, file=sys.stderr, flush=True)
        yield prediction


def stopped(cascade: Cascade, scored: Sequence[Scored], rule: Rule) -> list[Scored]:
    """The same predictions, ended where a rule ends them."""
    return [replace(one, prediction=_end(cascade, one.prediction, rule)) for one in scored]


def _end(cascade: Cascade, prediction: Prediction, rule: Rule) -> Prediction:
    if prediction.error is not None:
        return prediction
    answers = {
        step.node: [math.log(max(p, 1e-300)) for p in step.probabilities]
        for step in prediction.steps
    }
    decision = rule(NodeProbabilities.from_answers(cascade.plan, answers))
    taxonomy, node = cascade.taxonomy, decision.nodes[0]
    path = taxonomy.path(node)[1:]
    return replace(
        prediction,
        path=path,
        names=tuple(taxonomy.node(own).name for own in path),
        leaf=node if path and taxonomy.is_leaf(node) else None,
        probability=min(decision.probability, 1.0),
    )


def own_taxonomy(data: Path) -> Path | str:
    """The taxonomy that comes with the data, or else flags."""
    files = (data / f"taxonomy{suffix}" for suffix in (".yaml", ".yml", ".json"))
    return next((path for path in files if path.is_file()), "flags")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures; writes the page on the way."""
    taxonomy = Taxonomy.load(options.taxonomy or own_taxonomy(options.data))
    examples = list(read_examples(options.data, taxonomy, split=options.split))
    if options.max_images:
        examples = random.Random(0).sample(examples, min(options.max_images, len(examples)))
    rows: dict[str, dict[str, Any]] = {}
    for number, search in enumerate(options.search):
        cascade = Cascade.load(taxonomy, model=options.model, search=SearchSettings(rule=search))
        scored, seconds = ask(cascade, examples)
        whole = evaluate(taxonomy, scored)
        rows[search] = row(whole, seconds)
        for stop in options.stop:
            ended = stopped(cascade, scored, parse_rule(stop))
            rows[f"{search}, {stop}"] = row(evaluate(taxonomy, ended, num_resamples=0))
        if number == 0:
            blind = evaluate(taxonomy, blind_predictions(cascade, examples), num_resamples=0)
            first, first_scored = whole, scored
        del cascade
    baselines = {"blind": blind.scores}
    if options.flat:
        flat = Cascade.load(flat_taxonomy(taxonomy), model=options.model)
        answers, seconds = ask(flat, examples)
        placed = flat_predictions((one.prediction for one in answers), taxonomy, examples)
        flat_evaluation = evaluate(taxonomy, placed)
        rows["flat"] = row(flat_evaluation, seconds)
        baselines["flat"] = flat_evaluation.scores
    rows["blind"] = row(blind)
    rows["floor"] = {"scores": first.baselines["floor"], "cost": {}}
    if options.report:
        shown = replace(first, baselines={**baselines, **first.baselines})
        write_page(options.report, shown, first_scored, taxonomy)
    return {
        "model": options.model,
        "taxonomy": taxonomy.name,
        "pictures": len(examples),
        "unscored": first.num_unscored,
        "systems": rows,
    }


def row(evaluation: Evaluation, seconds: float | None = None) -> dict[str, Any]:
    """What is kept of one system."""
    return {
        "scores": evaluation.scores,
        "intervals": evaluation.intervals,
        "level_accuracy": evaluation.level_accuracy,
        "top_accuracy": evaluation.top_accuracy,
        "cost": {**evaluation.cost, "seconds": seconds},
    }


def print_table(result: dict[str, Any]) -> None:
    """One line a system."""
    print(f"{result['taxonomy']}: {result['pictures']:,} pictures, {result['unscored']} unscored")
    print(f"{'':28}" + "".join(f"{name:>10}" for _, name, _ in SHOWN) + f"{'questions':>10}")
    for name, system in result["systems"].items():
        values = (system["scores"].get(key) for key, _, _ in SHOWN)
        forms = (form for _, _, form in SHOWN)
        cells = ("" if v is None else form.format(v) for v, form in zip(values, forms, strict=True))
        questions = system["cost"].get("questions")
        asked = "" if questions is None else f"{questions:.1f}"
        print(f"{name:28}" + "".join(f"{cell:>10}" for cell in cells) + f"{asked:>10}")


def main() -> None:
    """Measures, prints, and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DIR")
    parser.add_argument("--taxonomy")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--split")
    parser.add_argument(
        "--search", nargs="+", choices=SEARCH_RULES, default=["best-first", "beam", "greedy"]
    )
    parser.add_argument("--stop", nargs="*", default=list(STOPS))
    parser.add_argument("--max-images", type=int, metavar="N")
    parser.add_argument("--no-flat", dest="flat", action="store_false")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    parser.add_argument("--report", type=Path, metavar="page.html")
    options = parser.parse_args()
    try:
        result = measure(options)
    except HierclsError as error:
        sys.exit(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
    print_table(result)
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
