"""How well flags that other people drew are recognised.

    python benchmarks/flags.py DIR [--model tiny] [--output FILE.json]
    python benchmarks/flags.py DIR --predictions FILE.jsonl

DIR holds pictures and labels.csv: columns path (from DIR), label (lower-case ISO code), and
optionally set. The second form reads what `hiercls classify DIR --format jsonl` wrote.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import hiercls
from hiercls.errors import HierclsError, RequestError
from hiercls.prediction import Prediction


@dataclass(frozen=True)
class Example:
    """A picture, the flag it shows, and the set it comes from."""

    image_path: Path
    label: str
    set_name: str


Pair = tuple[Example, Prediction]


def read_examples(folder: Path) -> list[Example]:
    """The rows of labels.csv, with the paths made whole."""
    labels_path = folder / "labels.csv"
    if not labels_path.is_file():
        raise RequestError(f"{labels_path}: no such file; expected columns path, label, set")
    with labels_path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or not rows[0].keys() >= {"path", "label"}:
        raise RequestError(f"{labels_path}: no rows with path and label")
    return [Example(folder / row["path"], row["label"], row.get("set") or "all") for row in rows]


def ask(examples: list[Example], model: str) -> Iterator[Prediction]:
    """Predictions of a model, in order, counted on a terminal."""
    cascade = hiercls.Cascade.load("flags", model=model)
    paths = [example.image_path for example in examples]
    for number, prediction in enumerate(cascade.predict_batch(paths), start=1):
        if sys.stderr.isatty():
            end = "\n" if number == len(paths) else ""
            print(f"\r{number}/{len(paths)}", end=end, file=sys.stderr, flush=True)
        yield prediction


def read_predictions(examples: list[Example], lines_path: Path) -> Iterator[Prediction]:
    """Predictions out of a file of JSON lines; a picture without a line is an error."""
    known: dict[Path, Prediction] = {}
    with lines_path.open(encoding="utf-8") as file:
        for line in file:
            prediction = Prediction.from_json(line)
            known[Path(prediction.image).resolve()] = prediction
    for example in examples:
        missing = Prediction.failed(str(example.image_path), "no line for this picture")
        yield known.get(example.image_path.resolve(), missing)


def first_levels() -> dict[str, set[str]]:
    """For each node below the root of the taxonomy, the first steps that lead to it."""
    taxonomy = hiercls.Taxonomy.load("flags")
    firsts: dict[str, set[str]] = {}
    for first in taxonomy.children(taxonomy.root):
        open_nodes = [first]
        while open_nodes:
            node = open_nodes.pop()
            firsts.setdefault(node, set()).add(first)
            open_nodes.extend(taxonomy.children(node))
    return firsts


def summarise(pairs: list[Pair], firsts: dict[str, set[str]]) -> dict[str, Any]:
    """Counts and accuracies of these pictures; one that could not be read counts as wrong."""
    read = [prediction.probability or 0.0 for _, prediction in pairs if not prediction.error]
    return {
        "pictures": len(pairs),
        "first_level": fmean(
            bool(prediction.path) and prediction.path[0] in firsts[example.label]
            for example, prediction in pairs
        ),
        "leaf": fmean(prediction.leaf == example.label for example, prediction in pairs),
        "probability": fmean(read) if read else None,
        "errors": len(pairs) - len(read),
    }


def grouped(pairs: list[Pair], firsts: dict[str, set[str]], key: str) -> dict[str, dict[str, Any]]:
    """A summary for each set or each label."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(getattr(pair[0], key), []).append(pair)
    return {name: summarise(members, firsts) for name, members in groups.items()}


def confusions(pairs: list[Pair]) -> list[tuple[str, str, int]]:
    """Truth, answer and how often, the most frequent first."""
    wrong = Counter(
        (example.label, prediction.leaf or "nothing")
        for example, prediction in pairs
        if not prediction.error and prediction.leaf != example.label
    )
    return [(truth, leaf, number) for (truth, leaf), number in wrong.most_common()]


def print_report(result: dict[str, Any]) -> None:
    """One line a set, and what is most often taken for what."""
    print(f"{'set':20} {'pictures':>8} {'first':>7} {'leaf':>7} {'prob.':>7} {'errors':>6}")
    for name, row in [*result["sets"].items(), ("all", result["all"])]:
        print(
            f"{name:20} {row['pictures']:8} {row['first_level']:7.1%} {row['leaf']:7.1%}"
            f" {row['probability'] or 0:7.3f} {row['errors']:6}"
        )
    for truth, leaf, number in result["confusions"][:10]:
        print(f"{truth} taken for {leaf}: {number}")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All numbers of one run."""
    examples = read_examples(options.folder)
    firsts = first_levels()
    unknown = {example.label for example in examples} - firsts.keys()
    if unknown:
        raise RequestError(f"labels that are no flags: {', '.join(sorted(unknown))}")
    start = time.perf_counter()
    if options.predictions:
        predictions = read_predictions(examples, options.predictions)
    else:
        predictions = ask(examples, options.model)
    pairs = list(zip(examples, predictions, strict=True))
    return {
        "model": None if options.predictions else options.model,
        "seconds": round(time.perf_counter() - start, 1),
        "all": summarise(pairs, firsts),
        "sets": grouped(pairs, firsts, "set_name"),
        "labels": grouped(pairs, firsts, "label"),
        "confusions": confusions(pairs),
    }


def main() -> None:
    """Asks or reads, reports, and writes the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--predictions", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    try:
        result = measure(options)
    except HierclsError as error:
        sys.exit(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
    print_report(result)
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
