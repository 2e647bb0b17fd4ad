"""The published four-choice questions about hierarchies, with what needs no picture beside them.

    python benchmarks/hierarchical_vqa.py FILE.jsonl --images DIR [--model ID|DIR|tiny]
                                          [--first-level 2] [--question TEXT [--ranks NAME ...]]
                                          [--max-images N] [--output FILE.json]
    python benchmarks/hierarchical_vqa.py FILE.jsonl --leak-only

FILE is an annotation file of Tan, Qing and Gong 2025, "Vision LLMs Are Bad at Hierarchical Visual
Understanding" (github.com/yuanqing-ai/LLM-Hierarchical-Consistency, data/annotations): a line an
image with `image`, `label`, and for each level `level1` (the truth) and `choices_level1` (four
options). Pictures are looked for below DIR by the end of their path.

As published, every level is asked on its own, the options in the order that the published code
shuffles them into (seed 42). Here an answer is the most probable letter, asked for in this
project's words; the published code generates text and looks for a letter. Beside the model stand:

- blind: the same questions about a plain grey picture;
- leak: no model and no picture at all. Of the options of the last level the one is taken whose
  ancestors (as the truths of the file have them) stand most often among the options of the levels
  above, and these ancestors with it; ties are shared evenly. What it reaches the file gives away.
- chance: one of the options.

For all files but CUB the published code leaves level 1 out of its figures: --first-level 2. The
question is published for each file; for food it is "What is the taxonomic category of the food item
in this image?", for CUB --question "Based on taxonomy, what is the {rank} of the bird in this
image?" --ranks order family genus species.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from PIL import Image

from hiercls.config import ModelSettings
from hiercls.data.tables import Row, read_rows
from hiercls.errors import HierclsError, ImageError, RequestError
from hiercls.images import open_image
from hiercls.metrics import Ratio, paths
from hiercls.plan import Option, Question
from hiercls.scoring import Request, Rounds, Scorer

QUESTION = "What is the taxonomic category of what is in this image?"
GREY = Image.new("RGB", (448, 448), (127, 127, 127))


@dataclass(frozen=True)
class Item:
    """A picture with its questions.

    Attributes:
        image: The path as the file has it.
        truths: The right answer of each level.
        choices: The options of each level, in the order they are asked in.
        levels: Their numbers in the file.
    """

    image: str
    truths: tuple[str, ...]
    choices: tuple[tuple[str, ...], ...]
    levels: tuple[int, ...]


def read_items(path: Path, *, first_level: int, seed: int) -> list[Item]:
    """The items of an annotation file; levels without a truth are left out."""
    dice = random.Random(seed)
    items = []
    for line, row in read_rows(path):
        asked = []
        for level, truth, options in _levels(row, f"{path}:{line}"):
            dice.shuffle(options)  # also what is left out, so that the letters are the published
            if level >= first_level:
                asked.append((truth, tuple(options), level))
        if "image" not in row or not asked:
            raise RequestError(f"{path}:{line}: no image or no levels; expected image, level1, ...")
        items.append(Item(row["image"], *zip(*asked, strict=True)))
    if not items:
        raise RequestError(f"{path}: no items")
    return items


def _levels(row: Row, where: str) -> Iterator[tuple[int, str, list[str]]]:
    """The number, the truth and the options of each level that has a truth."""
    level = 1
    while f"level{level}" in row:
        truth, offered = row[f"level{level}"], row.get(f"choices_level{level}")
        if truth is not None:
            options = [str(option).casefold() for option in offered or ()]
            if str(truth).casefold() not in options or len(options) < 2:
                raise RequestError(
                    f"{where}: level {level} does not offer its truth {truth!r}; found {offered!r}"
                )
            yield level, str(truth).casefold(), options
        level += 1


def find_image(root: Path, image: str) -> Path | None:
    """The picture below a folder whose path ends as that in the file does; the longest end wins."""
    parts = image.replace("\\", "/").strip("/").split("/")
    ends = (root.joinpath(*parts[start:]) for start in range(len(parts)))
    return next((path for path in ends if path.is_file()), None)


def questions(item: Item, text: str, ranks: Sequence[str]) -> list[Question]:
    """One question a level."""
    texts = [text.replace("{rank}", ranks[level - 1]) if ranks else text for level in item.levels]
    return [
        Question(f"level {level}", level, own, tuple(Option(name, name) for name in options))
        for level, own, options in zip(item.levels, texts, item.choices, strict=True)
    ]


def answer(
    scorer: Scorer, picture: Image.Image, item: Item, asked: Sequence[Question]
) -> tuple[str, ...]:
    """The most probable option of each level."""
    [handle] = scorer.open([scorer.prepare(picture)])
    answers = scorer.score([Request(handle, question) for question in asked])
    best = (max(range(len(own)), key=own.__getitem__) for own in answers)
    return tuple(options[index] for options, index in zip(item.choices, best, strict=True))


def leak(items: Sequence[Item]) -> dict[str, Any]:
    """How far the options alone give the answers away."""
    known = {item.truths[-1]: dict(zip(item.levels, item.truths, strict=True)) for item in items}
    rows, answers, weights = [], [], []
    for item in items:
        guesses = [_guess(item, known.get(leaf, {}), leaf) for leaf in item.choices[-1]]
        most = max(map(_num_offered, guesses))
        best = [guess for guess in guesses if _num_offered(guess) == most]
        rows += [item] * len(best)
        answers += best
        weights += [1 / len(best)] * len(best)
    return summarise(rows, answers, weights)


def _guess(item: Item, path: Mapping[int, str], leaf: str) -> tuple[str, ...]:
    """A leaf, and above it what of its path is offered; empty where that is nothing."""
    upper = zip(item.levels[:-1], item.choices, strict=False)
    return (*(path[n] if path.get(n) in offered else "" for n, offered in upper), leaf)


def _num_offered(guess: Sequence[str]) -> int:
    return sum(map(bool, guess))


def summarise(
    items: Sequence[Item], answers: Sequence[Sequence[str]], weights: Sequence[float] | None = None
) -> dict[str, Any]:
    """The published measures; an answer may count in part."""
    truths = [item.truths for item in items]
    levels = paths.levels_of_names(truths, answers)
    last = Ratio.mean([t[-1] == a[-1] for t, a in zip(truths, answers, strict=True)])
    shares = np.ones(len(items)) if weights is None else np.asarray(weights)

    def value(ratio: Ratio) -> float | None:
        return Ratio.of(ratio.numerator * shares, ratio.denominator * shares).value

    return {
        "leaf_accuracy": value(last),
        "hca": value(paths.hca(levels)),
        "por": value(paths.por(levels)),
        "s_por_prefix": value(paths.s_por_prefix(levels)),
        "s_por_run": value(paths.s_por_run(levels)),
        "tor": value(paths.tor(levels)),
        "level_accuracy": [value(ratio) for ratio in paths.level_accuracies(levels)],
    }


def chance(items: Sequence[Item]) -> dict[str, Any]:
    """What a die reaches, in expectation."""
    leaves = fmean(1 / len(item.choices[-1]) for item in items)
    return {"leaf_accuracy": leaves, "hca": fmean(_product(item) for item in items)}


def _product(item: Item) -> float:
    share = 1.0
    for options in item.choices:
        share /= len(options)
    return share


def asked(options: argparse.Namespace, items: Sequence[Item]) -> tuple[dict[str, Any], list[Item]]:
    """The model's figures with and without the picture, and the items that could be asked."""
    from hiercls.model.scorer import MiniCPMVScorer  # torch only where a model is wanted

    scorer = Rounds(MiniCPMVScorer.load(options.model, ModelSettings()))
    seen, blind, kept = [], [], []
    for item, picture in opened(items, options.images):
        own = questions(item, options.question, options.ranks)
        seen.append(answer(scorer, picture, item, own))
        blind.append(answer(scorer, GREY, item, own))
        kept.append(item)
        if sys.stderr.isatty():
            print(f"\r{len(kept)}/{len(items)}", end="", file=sys.stderr, flush=True)
    if not kept:
        raise RequestError(f"{options.images}: none of {len(items)} pictures is there")
    return {"model": summarise(kept, seen), "blind": summarise(kept, blind)}, kept


def opened(items: Iterable[Item], root: Path) -> Iterator[tuple[Item, Image.Image]]:
    """The items whose pictures can be read."""
    for item in items:
        path = find_image(root, item.image)
        if path is None:
            continue
        try:
            yield item, open_image(path)
        except ImageError as error:
            print(f"unscored: {error.message}", file=sys.stderr)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    items = read_items(options.file, first_level=options.first_level, seed=options.seed)
    deepest = max(item.levels[-1] for item in items)
    if options.ranks and len(options.ranks) != deepest:
        raise RequestError(f"{len(options.ranks)} ranks; expected {deepest}, one for each level")
    total_leak = leak(items)  # over the whole file, whatever part of it is asked
    chosen = items
    if options.max_images:
        chosen = random.Random(options.seed).sample(items, min(options.max_images, len(items)))
    result: dict[str, Any] = {"file": str(options.file), "items": len(items)}
    if not options.leak_only:
        figures, kept = asked(options, chosen)
        result |= {"name": options.model, "scored": len(kept), **figures}
        result["unscored"] = len(chosen) - len(kept)
    return {**result, "leak": total_leak, "chance": chance(items)}


def print_table(result: dict[str, Any]) -> None:
    """One line a way to answer."""
    scored = (
        f", {result['scored']:,} scored, {result['unscored']:,} not" if "scored" in result else ""
    )
    print(f"{result['file']}: {result['items']:,} items{scored}")
    names = ("leaf_accuracy", "hca", "por", "s_por_prefix", "s_por_run", "tor")
    print(f"{'':8}" + "".join(f"{name:>14}" for name in names) + "  by level")
    for kind in ("model", "blind", "leak", "chance"):
        if kind not in result:
            continue
        own = result[kind]
        cells = (f"{own[name]:.1%}" if own.get(name) is not None else "" for name in names)
        levels = " ".join(f"{share:.1%}" for share in own.get("level_accuracy", ()))
        print(f"{kind:8}" + "".join(f"{cell:>14}" for cell in cells) + f"  {levels}")


def main() -> None:
    """Measures, prints, and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--images", type=Path, metavar="DIR")
    parser.add_argument("--model", default="openbmb/MiniCPM-V-4.6")
    parser.add_argument("--first-level", type=int, default=1)
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--ranks", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--max-images", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--leak-only", action="store_true")
    parser.add_argument("--output", type=Path, metavar="FILE.json")
    options = parser.parse_args()
    if not options.leak_only and options.images is None:
        parser.error("--images DIR is needed, unless --leak-only")
    try:
        result = measure(options)
    except HierclsError as error:
        sys.exit(f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else ""))
    print_table(result)
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
