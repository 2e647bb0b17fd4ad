"""How often answers hold the truth, for each stop rule, on pictures that nothing was fitted on.

    python benchmarks/stopping.py DIR [--taxonomy flags] [--model tiny] [--cache FILE.json]
                                  [--splits 20] [--max-images N] [--output FILE.json]
                                  [--sharpen F ...]
    python benchmarks/stopping.py --simulated LEAVES [--max-images N] ...

DIR is read as `hiercls calibrate --data` reads it. The model is asked once: by the default search,
and every question on the way to the truth. Its answers are kept in the cache and are read from
there the next time. Then, for each of some random splits into halves, temperatures are fitted on a
third of the first half and thresholds on the rest of it; all figures are of the second half. The
questions asked are those of the search without temperatures.

`--sharpen 3 1 2` makes the answers those of a model that is too sure of itself, by these factors
of the log-probabilities from the first level on, so that it is known what temperatures should find.
`--simulated` takes the scorer of `simulated_scorer.py` in place of a model.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from simulated_scorer import SimulatedScorer, draw_tree

from hiercls.calibration import Calibration, fit_temperatures
from hiercls.calibration.temperature import LabelledAnswer, tempered
from hiercls.cascade import Cascade
from hiercls.config import SearchSettings
from hiercls.data import read_examples
from hiercls.decisions import parse_rule
from hiercls.decisions.fitting import Labelled, fit_threshold
from hiercls.decisions.leaf import leaf
from hiercls.decisions.rules import parse_fitted
from hiercls.errors import ConfigError, HierclsError
from hiercls.fitting.asking import true_answers, true_route
from hiercls.fitting.figures import figures_of, rule_figures
from hiercls.fitting.judged import Judged
from hiercls.metrics import Hierarchy
from hiercls.metrics.calibration import ece, reliability
from hiercls.metrics.curves import climbing, risk_coverage_curve
from hiercls.plan import Plan
from hiercls.scoring import Request, Rounds
from hiercls.search import rule_of, run
from hiercls.taxonomy import Taxonomy

PLAIN = ("leaf", "cost", "hf", "information", "threshold:0.5", "threshold:0.8", "deepest:0.8")
FITTED = (
    *(f"coverage:{level}{size}" for level in (0.8, 0.9, 0.95) for size in ("", ":2", ":3")),
    *(f"{word}:{level}" for level in (0.8, 0.9, 0.95) for word in ("target", "information")),
)
EXACT = tuple(f"exact-coverage:{level}" for level in (0.8, 0.9, 0.95))
DIGITS = 6

Row = dict[str, float]


@dataclass(frozen=True)
class Asked:
    """All that the model said of one picture."""

    judged: Judged
    route: tuple[LabelledAnswer, ...]


def ask(options: argparse.Namespace) -> list[Asked]:
    """Ask the model, or read what it said before."""
    if options.simulated:
        return ask_simulated(options.simulated, options.max_images or 2000)
    if options.cache and options.cache.exists():
        return read_cache(options)
    cascade = Cascade.load(options.taxonomy, model=options.model)
    examples = list(read_examples(options.folder, cascade.taxonomy))
    if options.max_images:
        examples = random.Random(0).sample(examples, min(options.max_images, len(examples)))
    predictions = cascade.predict_batch(example.image for example in examples)
    routes = true_answers(cascade, examples)
    asked = []
    for example, prediction, (route, error) in zip(examples, predictions, routes, strict=True):
        if error is None and prediction.error is None:
            judged = Judged.of(cascade, prediction, example.node)
            asked.append(Asked(judged, tuple(route)))
        if sys.stderr.isatty():
            print(f"\r{len(asked)}/{len(examples)}", end="", file=sys.stderr, flush=True)
    if options.cache:
        write_cache(options, cascade.plan, asked)
    return asked


def ask_simulated(num_leaves: int, num_images: int) -> list[Asked]:
    """Ask a simulated scorer."""
    taxonomy = draw_tree(num_leaves)
    simulation = SimulatedScorer(taxonomy, num_images)
    plan = Plan(taxonomy)
    scorer = Rounds(simulation, max_options=plan.settings.max_options)
    rule = rule_of(SearchSettings(), plan, scorer)
    found = []
    for number, (route, truth) in enumerate(
        zip(run(rule, scorer, range(num_images), plan), simulation.labels, strict=True)
    ):
        steps = true_route(plan, truth)
        answers = scorer.score([Request(number, plan.question(node)) for node, _ in steps])
        labelled = [
            LabelledAnswer(plan.question(node).level, answer, right)
            for (node, right), answer in zip(steps, answers, strict=True)
        ]
        found.append(Asked(Judged(plan, truth, route.logprobs), tuple(labelled)))
    return found


def sharpened(one: Asked, factors: Sequence[float]) -> Asked:
    """The same of a model that is this much surer; the last factor is that of all levels below."""
    plan = one.judged.plan

    def sharper(level: int, logprobs: Sequence[float]) -> tuple[float, ...]:
        return tempered(logprobs, 1 / factors[min(level, len(factors) - 1)])

    raw = {node: sharper(plan.question(node).level, own) for node, own in one.judged.raw.items()}
    route = [replace(own, logprobs=sharper(own.level, own.logprobs)) for own in one.route]
    return Asked(replace(one.judged, raw=raw), tuple(route))


def write_cache(options: argparse.Namespace, plan: Plan, asked: Sequence[Asked]) -> None:
    """Keep what the model said."""
    rows = [
        {
            "truth": one.judged.truth,
            "raw": {node: rounded(own) for node, own in one.judged.raw.items()},
            "route": [[own.level, rounded(own.logprobs), own.right] for own in one.route],
        }
        for one in asked
    ]
    values = {"model": options.model, "plan": plan.hash, "asked": rows}
    options.cache.write_text(json.dumps(values) + "\n", encoding="utf-8")


def read_cache(options: argparse.Namespace) -> list[Asked]:
    """Read what `write_cache` wrote for the same questions."""
    plan = Plan(Taxonomy.load(options.taxonomy))
    values = json.loads(options.cache.read_text(encoding="utf-8"))
    if values["plan"] != plan.hash:
        raise ConfigError(f"{options.cache}: answers to other questions; expected those of now")
    return [
        Asked(
            Judged(plan, row["truth"], {node: tuple(own) for node, own in row["raw"].items()}),
            tuple(LabelledAnswer(level, tuple(own), right) for level, own, right in row["route"]),
        )
        for row in values["asked"]
    ]


def rounded(logprobs: Sequence[float]) -> list[float]:
    """As many digits as matter."""
    return [round(logprob, DIGITS) for logprob in logprobs]


def split(asked: Sequence[Asked], seed: int) -> tuple[dict[str, Row], Calibration]:
    """Fit on one half, and count on the other."""
    shuffled = random.Random(seed).sample(list(asked), len(asked))
    half = len(shuffled) // 2
    first, rest, test = shuffled[: half // 3], shuffled[half // 3 : half], shuffled[half:]
    answers = [answer for one in first for answer in one.route]
    num_levels = asked[0].judged.plan.num_levels
    tempered = Calibration(fit_temperatures(answers, num_levels))
    fitting = [one.judged.labelled(tempered) for one in rest]
    thresholds = {text: fit_threshold(parse_fitted(text), fitting) for text in FITTED}
    calibration = Calibration(tempered.temperatures, thresholds)
    labelled = [one.judged.labelled(tempered) for one in test]
    rows = {
        text: asdict(rule_figures(parse_rule(text, calibration=calibration), labelled))
        for text in (*PLAIN, *FITTED, *EXACT)
    }
    figures = figures_of([one.judged for one in test], tempered)
    plain = [one.judged.labelled(None) for one in test]
    figures["leaves"] |= {
        "haurc_before": haurc(plain),
        "haurc_after": haurc(labelled),
        "ece_honest": ece_honest(labelled, seed),
    }
    return {**rows, **figures}, calibration


def haurc(labelled: Sequence[Labelled]) -> float:
    """Area under risk over coverage of the climb from the most probable leaf."""
    hierarchy = Hierarchy(labelled[0][0].taxonomy)
    choices = [
        climbing(hierarchy, known.taxonomy.path(leaf(known).nodes[0])[1:], known.probability)
        for known, _ in labelled
    ]
    curve = risk_coverage_curve(hierarchy, [truth for _, truth in labelled], choices)
    return curve.area("coverage", "risk")


def ece_honest(labelled: Sequence[Labelled], seed: int) -> float:
    """Expected calibration error of leaves that are right just as often as they say.

    Chance alone leaves this much with so few pictures; less is not to be had.
    """
    dice = random.Random(seed)
    sure = [leaf(known).probability for known, _ in labelled]
    draws = [[dice.random() < own for own in sure] for _ in range(10)]
    return fmean(ece(reliability(sure, right)) for right in draws)


def means(splits: Sequence[Mapping[str, Row]]) -> dict[str, Row]:
    """Mean over the splits of every figure, and how `right` varies between them."""
    found = {}
    for name in splits[0]:
        rows = [one[name] for one in splits]
        found[name] = {key: fmean(row[key] for row in rows) for key in rows[0]}
        if len(rows) > 1:
            found[name]["right_sd"] = stdev(row["right"] for row in rows)
    return found


def print_report(result: Mapping[str, Any]) -> None:
    """The figures as a person reads them."""
    print(f"{result['pictures']} pictures, {result['splits']} splits\n")
    columns = ("sure", "ece", "brier", "haurc")
    head = "".join(f" {name:>7} {'after':>7}" for name in columns)
    print(f"{'probabilities':16} {'right':>7}{head}")
    for name, row in result["figures"].items():
        if "ece_before" in row:
            pairs = [(row.get(f"{own}_before"), row.get(f"{own}_after")) for own in columns]
            cells = "".join(f" {own:7.4f}" for pair in pairs for own in pair if own is not None)
            print(f"{name:16} {row['right']:7.1%}{cells}")
    floor = result["figures"]["leaves"]["ece_honest"]
    print(f"ECE of so many answers as honest as can be: {floor:.4f}")
    print(f"\n{'stop rule':18} {'right':>7} {'+-':>6} {'class':>7} {'depth':>6}", end="")
    print(f" {'nodes':>6} {'classes':>8}")
    for name, row in result["figures"].items():
        if "ece_before" not in row:
            print(
                f"{name:18} {row['right']:7.1%} {row.get('right_sd', 0):6.1%}"
                f" {row['classes_alone']:7.1%} {row['depth']:6.2f} {row['num_nodes']:6.2f}"
                f" {row['num_classes']:8.2f}"
            )


def main() -> None:
    """Asks or reads, splits, reports, and writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR")
    parser.add_argument("--simulated", type=int, metavar="LEAVES")
    parser.add_argument("--sharpen", type=float, nargs="+", metavar="F")
    parser.add_argument("--taxonomy", default="flags")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--cache", type=Path, metavar="FILE.json")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--max-images", type=int)
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    if (options.folder is None) == (options.simulated is None):
        parser.error("expected DIR or --simulated LEAVES")
    try:
        asked = ask(options)
    except HierclsError as error:
        sys.exit(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
    if options.sharpen:
        asked = [sharpened(one, options.sharpen) for one in asked]
    found = [split(asked, seed) for seed in range(options.splits)]
    result = {
        "model": "simulated" if options.simulated else options.model,
        "pictures": len(asked),
        "splits": options.splits,
        "figures": means([rows for rows, _ in found]),
        "temperatures": [list(calibration.temperatures) for _, calibration in found],
    }
    print_report(result)
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
