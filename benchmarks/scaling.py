"""What an image costs as the label set grows: a cascade, and all labels in one prompt.

    python benchmarks/scaling.py --size tiny --output scaling.json --plot scaling.svg
    python benchmarks/scaling.py --model DIR --images 4

The taxonomies are made up, even trees with ten children a node. The model reads every question
that is asked, so the time is real; but what it answers is replaced by a right answer of
probability `SURE`, since a model that does not know the labels would be asked everything. So this
measures cost, not accuracy.

Flat is one prompt with all labels and one generated token, measured up to `--flat-labels` and
extrapolated beyond by its tokens, which is too little: attention grows with their square.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from hiercls.cascade import Cascade
from hiercls.config import SEARCH_RULES, ModelSettings, PlanSettings, SearchSettings
from hiercls.model.language import read
from hiercls.model.maker import FULL_SIZE, make_checkpoint
from hiercls.model.opening import OpenImage, row_of
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.plan import Plan
from hiercls.questions import render
from hiercls.scoring import Around, Handle, Logprobs, Prepared, Request
from hiercls.taxonomy import Taxonomy

CHILDREN = 10
SURE = 0.97
SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu")


def main() -> None:
    given = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        scorer = _scorer(given, Path(folder))
        pictures = _pictures(given.images)
        rows = [_measure(scorer, pictures, leaves, given) for leaves in given.leaves]
    if given.output:
        given.output.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if given.plot:
        _plot(rows, given.plot)
    _show(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=("tiny", "full"), default="tiny")
    parser.add_argument("--model", type=Path, help="a checkpoint that is there already")
    parser.add_argument("--leaves", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--search", choices=SEARCH_RULES, default=SearchSettings().rule)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--flat-labels", type=int, default=1_000)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


def _scorer(given: argparse.Namespace, folder: Path) -> MiniCPMVScorer:
    settings = ModelSettings(self_test=False)
    if given.model is not None:
        return MiniCPMVScorer.load(given.model, settings)
    if given.size == "tiny":
        return MiniCPMVScorer.load("tiny", settings)
    plan = Plan(taxonomy_of(1_000))
    texts = [render(plan.question(node)) for node in plan.nodes]
    made = make_checkpoint(folder, texts, shape=FULL_SIZE, dtype=torch.bfloat16)
    return MiniCPMVScorer.load(made, settings)


def taxonomy_of(num_leaves: int) -> Taxonomy:
    """An even tree with ten children a node, whose names are made of syllables."""
    levels = len(str(num_leaves)) - 1
    nodes: dict[str, Any] = {"root": {"name": "thing", "parents": []}}
    for depth in range(1, levels + 1):
        for digits in itertools.product(range(CHILDREN), repeat=depth):
            own = "".join(map(str, digits))
            name = "".join(SYLLABLES[digit] for digit in digits)
            nodes[f"n{own}"] = {"name": name, "parents": [f"n{own[:-1]}" if depth > 1 else "root"]}
    return Taxonomy.from_dict({"name": f"{num_leaves} labels", "nodes": nodes})


def _pictures(count: int) -> list[Image.Image]:
    draw = np.random.default_rng(0)
    return [Image.fromarray(own) for own in draw.integers(0, 255, (count, 448, 448, 3), np.uint8)]


class Rehearsed(Around):
    """A scorer that does all the work of another and then gives an answer that is set.

    Attributes:
        seconds: In which the one within was opening images and answering.
    """

    def __init__(self, scorer: MiniCPMVScorer) -> None:
        super().__init__(scorer)
        self.seconds = 0.0

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """As the scorer within, on the clock."""
        begun = time.perf_counter()
        handles = super().open(images)
        self.seconds += time.perf_counter() - begun
        return handles

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """Ask, on the clock, and answer with the first option."""
        begun = time.perf_counter()
        answers = super().score(requests)
        self.seconds += time.perf_counter() - begun
        return [_set_answer(len(answer)) for answer in answers]


def _set_answer(num_options: int) -> tuple[float, ...]:
    rest = (1 - SURE) / (num_options - 1)
    return tuple(float(np.log(SURE if i == 0 else rest)) for i in range(num_options))


def _measure(
    scorer: MiniCPMVScorer, pictures: Sequence[Image.Image], leaves: int, given: argparse.Namespace
) -> dict[str, Any]:
    taxonomy = taxonomy_of(leaves)
    begun = time.perf_counter()
    model = Rehearsed(scorer)
    cascade = Cascade(
        taxonomy,
        model,
        plan=PlanSettings(max_options=16),
        search=SearchSettings(rule=given.search),
        batch_size=len(pictures),
    )
    planned = time.perf_counter() - begun
    scorer.check(cascade.plan.question(node) for node in cascade.plan.nodes)
    seconds, predictions = [], []
    for _ in range(given.repeats + 1):
        begun = time.perf_counter()
        predictions = list(cascade.predict_batch(pictures))
        seconds.append(time.perf_counter() - begun)
    row = {
        "leaves": leaves,
        "plan_seconds": planned,
        "cascade_seconds_per_image": statistics.median(seconds[1:]) / len(pictures),
        "outside_the_model_share": 1 - model.seconds / sum(seconds),
        "cascade_questions_per_image": statistics.mean(own.questions for own in predictions),
        "cascade_tokens_per_image": statistics.mean(own.tokens for own in predictions),
        **_flat(scorer, pictures[0], taxonomy, given),
    }
    print(f"{leaves:,} leaves: {row['cascade_seconds_per_image']:.3f} s an image", flush=True)
    return row


@torch.inference_mode()
def _flat(
    scorer: MiniCPMVScorer, picture: Image.Image, taxonomy: Taxonomy, given: argparse.Namespace
) -> dict[str, Any]:
    """The cost of a prompt with all labels, or with as many as are measured."""
    measured = min(len(taxonomy.leaves), given.flat_labels)
    names = [taxonomy.node(leaf).name for leaf in taxonomy.leaves]
    prompt, checkpoint = scorer.prompt, scorer.checkpoint
    tail = prompt.tail("\n".join(["Which of these is in the picture?", *names[:measured]]))
    tokens = len(prompt.tail("\n".join(names)))
    seconds = []
    for _ in range(given.repeats + 1):
        begun = time.perf_counter()
        (image,) = scorer.open([scorer.prepare(picture)])
        assert isinstance(image, OpenImage)
        mode = checkpoint.downsample_mode
        row = row_of(checkpoint.model, prompt.front(), image, tail, downsample_mode=mode)
        read(checkpoint.model.model.language_model, [row])
        seconds.append(time.perf_counter() - begun)
    own = statistics.median(seconds[1:])
    return {
        "flat_tokens": tokens,
        "flat_labels_measured": measured,
        "flat_seconds_per_image": own * max(1.0, tokens / len(tail)),
        "flat_is_extrapolated": measured < len(taxonomy.leaves),
    }


def _show(rows: Sequence[dict[str, Any]]) -> None:
    heads = ("leaves", 8), ("questions", 10), ("tokens", 7), ("cascade, s", 11), ("outside", 8)
    print(*(f"{name:>{width}}" for name, width in (*heads, ("flat, s", 10))))
    for row in rows:
        mark = "*" if row["flat_is_extrapolated"] else " "
        print(
            f"{row['leaves']:8,} {row['cascade_questions_per_image']:10.1f} "
            f"{row['cascade_tokens_per_image']:7.0f} {row['cascade_seconds_per_image']:11.3f} "
            f"{row['outside_the_model_share']:8.2%} "
            f"{row['flat_seconds_per_image']:9.2f}{mark}"
        )
    print("outside: share of the time that is not the model's; *: extrapolated by its tokens")


def _plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    leaves = [row["leaves"] for row in rows]
    measured = [row for row in rows if not row["flat_is_extrapolated"]]
    flat = [row["flat_seconds_per_image"] for row in rows]
    axes.plot(leaves, [row["cascade_seconds_per_image"] for row in rows], "o-", label="cascade")
    axes.plot(leaves, flat, ":", color="C1", label="all labels in one prompt, extrapolated")
    axes.plot(
        [row["leaves"] for row in measured],
        [row["flat_seconds_per_image"] for row in measured],
        "s-",
        color="C1",
        label="all labels in one prompt, measured",
    )
    axes.set(xscale="log", yscale="log", xlabel="labels", ylabel="seconds an image")
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()
