"""What the search rules cost, and what they find.

    python benchmarks/search.py [--leaves 1000 10000] [--images 200] [--output FILE.json]
    python benchmarks/search.py --pack DIR [--model tiny] [--taxonomy flags] [--images N]

The first form asks a simulated scorer (`simulated_scorer.py` says how it errs) about trees of so
many leaves; the second a model about pictures: DIR holds labels.csv with the columns path (from
DIR) and label, of which N are taken at even distances. `flat` asks for the leaf among all leaves,
in rounds of as many options as one question may have; a model is also asked for it by name, all
leaves in one question.

`overhead` is the processor's time outside the scorer, in microseconds a question.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from simulated_scorer import SimulatedScorer, draw_tree

from hiercls.config import ModelSettings, PlanSettings, SearchSettings
from hiercls.errors import HierclsError, RequestError
from hiercls.images import open_image
from hiercls.plan import Plan
from hiercls.scoring import Around, Handle, Logprobs, Request, Rounds, Scorer
from hiercls.search import Bounds, Route, Rule, best_first, rule_of, run
from hiercls.taxonomy import Taxonomy

BATCH = 8
TOP = 5


class Timed(Around):
    """A scorer that counts the questions and seconds of another."""

    def __init__(self, scorer: Scorer) -> None:
        super().__init__(scorer)
        self.num_questions = 0
        self.cpu_seconds = 0.0

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """As the scorer within, on the clock."""
        self.num_questions += len(requests)
        return self.timed(partial(self._scorer.score, requests))

    def timed(self, call: Callable[[], list[Any]]) -> list[Any]:
        begin = time.process_time()
        result = call()
        self.cpu_seconds += time.process_time() - begin
        return result


@dataclass(frozen=True)
class Contest:
    """What every rule is tried on.

    Attributes:
        taxonomy: Of the labels.
        scorer: Answers.
        labels: The true leaves.
        handles: Opens the images from one number to another.
        by_name: The same, answered by name, where the scorer can.
    """

    taxonomy: Taxonomy
    scorer: Scorer
    labels: Sequence[str]
    handles: Callable[[int, int], list[Handle]]
    by_name: Contest | None = None

    def entries(self) -> dict[str, tuple[Plan, Callable[[Rounds], Rule]]]:
        """Each rule by name: the plan that it searches, and the rule."""
        plan = Plan(self.taxonomy)
        found: dict[str, tuple[Plan, Callable[[Rounds], Rule]]] = {}

        def enter(name: str, settings: SearchSettings, own: Plan = plan) -> None:
            found[name] = own, lambda rounds: rule_of(settings, own, rounds, top=TOP)

        enter("greedy", SearchSettings(rule="greedy"))
        for width in (2, 4, 8):
            enter(f"beam {width}", SearchSettings(rule="beam", beam=width))
        only_one = partial(best_first, top=1, bounds=Bounds(plan))
        found["best-first, top 1"] = plan, lambda rounds: only_one
        enter("best-first, default", SearchSettings(rule="best-first"))
        enter("best-first, top 5", SearchSettings(rule="best-first", floor=0.0))
        enter("exhaustive", SearchSettings(rule="exhaustive"))
        enter("flat", SearchSettings(rule="greedy"), self.flat())
        return found

    def flat(self, max_options: int = PlanSettings().max_options) -> Plan:
        """One question for all leaves."""
        settings = PlanSettings(max_options=max_options, merge="none")
        return Plan(flat_taxonomy(self.taxonomy), settings)

    def measure_by_name(self) -> dict[str, Any]:
        """Ask for the leaf among all leaves at once."""
        plan = self.flat(len(self.taxonomy.leaves))
        settings = SearchSettings(rule="greedy")
        return self.measure(plan, lambda rounds: rule_of(settings, plan, rounds, top=TOP))

    def measure(self, plan: Plan, make_rule: Callable[[Rounds], Rule]) -> dict[str, Any]:
        """Search for all images with one rule."""
        timed = Timed(self.scorer)
        rounds = Rounds(timed, max_options=plan.settings.max_options, max_batch=4 * BATCH)
        rule = make_rule(rounds)
        routes: list[Route] = []
        begin, cpu_begin = time.perf_counter(), time.process_time()
        for first in range(0, len(self.labels), BATCH):
            last = min(first + BATCH, len(self.labels))
            handles = timed.timed(partial(self.handles, first, last))
            routes += run(rule, rounds, handles, plan)
        seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu_begin
        return {
            **summary(routes, self.labels),
            "questions": timed.num_questions / len(routes),
            "seconds": seconds / len(routes),
            "overhead": (cpu_seconds - timed.cpu_seconds) / max(timed.num_questions, 1) * 1e6,
            "leaves": [route.node for route in routes],
        }


def summary(routes: Sequence[Route], labels: Sequence[str]) -> dict[str, Any]:
    """How often the leaf is right, or among the first five, and how sure the search is of it."""
    tops = [[own for own, _ in route.ranked_leaves(TOP)] for route in routes]
    return {
        "accuracy": fmean(route.node == own for route, own in zip(routes, labels, strict=True)),
        "top_5": fmean(own in top for top, own in zip(tops, labels, strict=True)),
        "exact": fmean(route.exact is True for route in routes),
    }


def flat_taxonomy(taxonomy: Taxonomy) -> Taxonomy:
    """The leaves under one root."""
    nodes: dict[str, Any] = {taxonomy.root: {"name": taxonomy.node(taxonomy.root).name}}
    if question := taxonomy.node(taxonomy.root).question:
        nodes[taxonomy.root]["question"] = question
    for own in taxonomy.leaves:
        node = taxonomy.node(own)
        nodes[own] = {"name": node.name, "parents": [taxonomy.root]}
        if node.description:
            nodes[own]["description"] = node.description
    return Taxonomy.from_dict({"name": taxonomy.name, "nodes": nodes})


def simulated(num_leaves: int, num_images: int, seed: int) -> Contest:
    """A simulated scorer on a drawn tree."""
    taxonomy = draw_tree(num_leaves, seed)
    scorer = SimulatedScorer(taxonomy, num_images, seed=seed)
    return Contest(taxonomy, scorer, scorer.labels, lambda first, last: list(range(first, last)))


def pictured(folder: Path, taxonomy: str, model: str, num_images: int | None) -> Contest:
    """A model on pictures."""
    labels_path = folder / "labels.csv"
    if not labels_path.is_file():
        raise RequestError(f"{labels_path}: no such file; expected columns path and label")
    with labels_path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    count = min(num_images or len(rows), len(rows))
    rows = [rows[len(rows) * number // count] for number in range(count)]
    from hiercls.model.scorer import MiniCPMVScorer  # torch only where a model is asked

    def asked(answer: str | None, by_name: Contest | None = None) -> Contest:
        scorer = MiniCPMVScorer.load(model, ModelSettings(answer=answer))

        def opened(first: int, last: int) -> list[Handle]:
            pictures = (open_image(folder / row["path"]) for row in rows[first:last])
            return scorer.open([scorer.prepare(picture) for picture in pictures])

        labels = [row["label"] for row in rows]
        return Contest(Taxonomy.load(taxonomy), scorer, labels, opened, by_name)

    return asked(None, asked("name"))


def compare(contest: Contest) -> dict[str, Any]:
    """Measure every rule and print a line for each."""
    entries = contest.entries()
    print(f"\n{contest.taxonomy.name}: {len(contest.taxonomy.leaves):,} leaves,", end=" ")
    print(f"{len(entries['greedy'][0].nodes):,} questions, {len(contest.labels):,} images")
    titles = ("accuracy", "top 5", "questions", "exact", "as exhaustive", "ms/image", "overhead")
    print(f"{'':20}" + "".join(f"{title:>14}" for title in titles))
    rows = {name: contest.measure(*entry) for name, entry in entries.items()}
    if contest.by_name is not None:
        rows["flat, by name"] = contest.by_name.measure_by_name()
    everything = rows["exhaustive"]["leaves"]
    for name, row in rows.items():
        pairs = zip(row.pop("leaves"), everything, strict=True)
        row["as_exhaustive"] = fmean(own == other for own, other in pairs)
        print(
            f"{name:20}{row['accuracy']:14.1%}{row['top_5']:14.1%}{row['questions']:14.1f}"
            f"{row['exact']:14.1%}{row['as_exhaustive']:14.1%}{1000 * row['seconds']:14.1f}"
            f"{row['overhead']:14.0f}",
            flush=True,
        )
    return rows


def main() -> None:
    """Measures, prints and writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leaves", type=int, nargs="+", default=[1000, 10_000], metavar="N")
    parser.add_argument("--images", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pack", type=Path, metavar="DIR")
    parser.add_argument("--taxonomy", default="flags", metavar="FILE|NAME")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    try:
        if options.pack:
            contest = pictured(options.pack, options.taxonomy, options.model, options.images)
            result["pack"] = compare(contest)
        for num_leaves in () if options.pack else options.leaves:
            contest = simulated(num_leaves, options.images or 200, options.seed)
            result[f"{num_leaves} leaves"] = compare(contest)
    except HierclsError as error:
        sys.exit(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
