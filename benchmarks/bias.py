"""What taking preference for letters out of the answers changes, and what it costs.

    python benchmarks/bias.py DIR [--taxonomy flags] [--model tiny] [--max-images N]
                              [--added 0 1] [--output FILE.json]

DIR is read as `hiercls calibrate --data` reads it. Every question on the way to the truth is asked
in all cyclic orders of its options, once. From these answers are made: the plain one; averages
over 2, 3 and all orders, of log-probabilities and of probabilities; and the plain one without the
letter prior, which is from the first 40 images. Figures are of the other images.

`--added S` adds to the logit of each letter a number of its own, normal with spread S, so that the
preference that is to be found is known.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from hiercls.bias.letter_prior import PriorGauge
from hiercls.bias.permutations import ask_permuted, average, by_option, starts
from hiercls.cascade import Cascade
from hiercls.cascade.intake import open_all
from hiercls.data import read_examples
from hiercls.errors import HierclsError
from hiercls.fitting.asking import true_route
from hiercls.metrics.calibration import ece, reliability
from hiercls.questions import LETTERS
from hiercls.scoring import Handle, Logprobs, Request, TableScorer, normalised

PRIOR_IMAGES = 40
COLUMNS = ("right", "nll", "ece", "changed", "questions")

Way = Callable[[list[Logprobs]], Logprobs]
"""From the answers to one question, a row an order, to those of its options."""


@dataclass(frozen=True)
class Asked:
    """One question about one image: what each order was answered, and the right option."""

    answers: list[Logprobs]
    right: int


def ask(options: argparse.Namespace) -> list[list[Asked]]:
    """Ask every question on the way to the truth in all orders; a list an image."""
    cascade = Cascade.load(options.taxonomy, model=options.model)
    examples = list(read_examples(options.folder, cascade.taxonomy))
    examples = random.Random(0).sample(
        examples, min(options.max_images or len(examples), len(examples))
    )
    asked: list[list[Asked]] = []
    for first in range(0, len(examples), cascade.batch_size):
        batch = examples[first : first + cascade.batch_size]
        opened = open_all([example.image for example in batch], cascade.model)
        for example, image in zip(batch, opened, strict=True):
            if image.error is None:
                asked.append(about_image(cascade, image.handle, example.node))
        if sys.stderr.isatty():
            print(f"\r{len(asked)}/{len(examples)}", end="", file=sys.stderr, flush=True)
    return asked


def about_image(cascade: Cascade, handle: Handle, truth: str) -> list[Asked]:
    """All questions that are single ones."""
    pairs = [
        (Request(handle, question), right)
        for node, right in true_route(cascade.plan, truth)
        if len((question := cascade.plan.question(node)).options) <= cascade.model.max_options
    ]
    requests = [request for request, _ in pairs]
    orders = [starts(len(request.question.options)) for request in requests]
    answers = ask_permuted(cascade.model, requests, orders, max_batch=cascade.max_batch)
    return [Asked(own, right) for own, (_, right) in zip(answers, pairs, strict=True)]


def with_added(asked: Sequence[Sequence[Asked]], spread: float) -> list[list[Asked]]:
    """The same, as of a model that adds to the logit of each letter a number of its own."""
    dice = random.Random(0)
    added = [dice.gauss(0, spread) for _ in LETTERS]

    def more(row: Logprobs) -> Logprobs:
        return normalised([own + extra for own, extra in zip(row, added, strict=False)])

    return [[Asked([*map(more, one.answers)], one.right) for one in own] for own in asked]


def ways(asked: Sequence[Sequence[Asked]]) -> dict[str, Way]:
    """The ways to answer, by name; the prior is from these images."""
    gauge = PriorGauge(TableScorer({}))
    for own in asked:
        for one in own:
            gauge.note(one.answers)
    prior = gauge.prior
    found: dict[str, Way] = {
        "plain": lambda rows: rows[0],
        "letter prior": lambda rows: prior.removed(rows[0]),
    }
    for count in (2, 3, None):
        name = f"{count or 'all'} orders"
        found[f"{name}, logarithms"] = partial(averaged, count=count, mean=average)
        found[f"{name}, probabilities"] = partial(averaged, count=count, mean=mean_probabilities)
    return found


def averaged(
    rows: list[Logprobs], *, count: int | None, mean: Callable[[list[Logprobs]], Logprobs]
) -> Logprobs:
    """Average over some orders of a question."""
    return mean([by_option(rows[start], start) for start in starts(len(rows), count)])


def mean_probabilities(rows: list[Logprobs]) -> Logprobs:
    """What the paper of the cyclic permutations takes (Zheng et al. 2024)."""
    columns = zip(*rows, strict=True)
    return tuple(math.log(fmean(map(math.exp, column))) for column in columns)


def figures(asked: Sequence[Sequence[Asked]], way: Way, name: str) -> dict[str, float]:
    """What a way gives, over the questions."""
    ones = [one for own in asked for one in own]
    answers = [way(one.answers) for one in ones]
    best = [max(range(len(own)), key=own.__getitem__) for own in answers]
    plain = [max(range(len(one.answers)), key=one.answers[0].__getitem__) for one in ones]
    right = [own == one.right for own, one in zip(best, ones, strict=True)]
    confidence = [math.exp(max(own)) for own in answers]
    count = 1 if name in ("plain", "letter prior") else name.split()[0]
    return {
        "right": fmean(right),
        "nll": -fmean(own[one.right] for own, one in zip(answers, ones, strict=True)),
        "ece": ece(reliability(confidence, right)),
        "changed": fmean(a != b for a, b in zip(best, plain, strict=True)),
        "questions": fmean(
            len(one.answers) if count == "all" else min(int(count), len(one.answers))
            for one in ones
        ),
    }


def print_table(found: dict[str, dict[str, float]], added: float, num_questions: int) -> None:
    """The figures as a person reads them."""
    print(f"\nadded to the logits of letters: spread {added:g}; {num_questions:,} questions")
    print(f"{'':28}" + "".join(f" {column:>9}" for column in COLUMNS))
    for name, row in found.items():
        shares = f" {row['right']:9.2%} {row['nll']:9.4f} {row['ece']:9.4f} {row['changed']:9.2%}"
        print(f"{name:28}{shares} {row['questions']:9.2f}")


def main() -> None:
    """Asks, averages, reports, and writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--taxonomy", default="flags")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--max-images", type=int)
    parser.add_argument("--added", type=float, nargs="+", default=[0.0, 1.0])
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    try:
        asked = ask(options)
    except HierclsError as error:
        sys.exit(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
    result: dict[str, Any] = {"model": options.model, "images": len(asked), "added": {}}
    for spread in options.added:
        own = with_added(asked, spread)
        by_way = ways(own[:PRIOR_IMAGES])
        rest = own[PRIOR_IMAGES:]
        found = {name: figures(rest, way, name) for name, way in by_way.items()}
        print_table(found, spread, sum(map(len, rest)))
        result["added"][f"{spread:g}"] = found
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
