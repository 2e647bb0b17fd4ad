"""The published four-choice questions about hierarchies, with what needs no picture beside them.

    python benchmarks/hierarchical_vqa.py FILE.jsonl --images DIR [--model ID|DIR|tiny]
                                          [--first-level 2] [--question TEXT] [--max-images N]
                                          [--output FILE.json]
    python benchmarks/hierarchical_vqa.py FILE.jsonl --leak-only

FILE is an annotation file of Tan, Qing and Gong 2025, "Vision LLMs Are Bad at Hierarchical Visual
Understanding" (github.com/yuanqing-ai/LLM-Hierarchical-Consistency, data/annotations): a line an
image with `image`, `label`, and for each level `level1` (the truth) and `choices_level1` (four
options). Pictures are looked for below DIR by the end of their path.

As published, every level is asked on its own, the options shuffled. Here an answer is the most
probable letter; the published code generates text and looks for a letter. Beside the model stand:

- blind: the same questions about a plain grey picture;
- leak: no model and no picture at all. Of the options of the last level the one is taken whose
  ancestors (as the truths of the file have them) stand most often among the options of the levels
  above; ties are shared evenly. What it reaches the file gives away.
- chance: one of the options.

For all files but CUB the published code leaves out level 1: --first-level 2.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from PIL import Image

from hiercls.config import ModelSettings
from hiercls.data.tables import read_rows
from hiercls.errors import HierclsError, ImageError, RequestError
from hiercls.images import open_image
from hiercls.metrics import paths
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
    """

    image: str
    truths: tuple[str, ...]
    choices: tuple[tuple[str, ...], ...]


def read_items(path: Path, *, first_level: int, seed: int) -> list[Item]:
    """The items of an annotation file; levels without a truth are left out."""
    dice = random.Random(seed)
    items = []
    for line, row in read_rows(path):
        truths, choices = [], []
        level = first_level
        while f"level{level}" in row:
            truth, options = row[f"level{level}"], row.get(f"choices_level{level}")
            level += 1
            if truth is None:
                continue
            folded = [str(option).casefold() for option in options or ()]
            if str(truth).casefold() not in folded or len(folded) < 2:
                raise RequestError(
                    f"{path}:{line}: level {level - 1} does not offer its truth {truth!r};"
                    f" found {options!r}"
                )
            dice.shuffle(folded)
            truths.append(str(truth).casefold())
            choices.append(tuple(folded))
        if "image" not in row or not truths:
            raise RequestError(f"{path}:{line}: no image or no levels; expected image, level1, ...")
        items.append(Item(row["image"], tuple(truths), tuple(choices)))
    if not items:
        raise RequestError(f"{path}: no items")
    return items


def find_image(root: Path, image: str) -> Path | None:
    """The picture below a folder whose path ends as that in the file does; the longest end wins."""
    parts = image.replace("\\", "/").strip("/").split("/")
    ends = (root.joinpath(*parts[start:]) for start in range(len(parts)))
    return next((path for path in ends if path.is_file()), None)


def questions(item: Item, text: str) -> list[Question]:
    """One question a level."""
    return [
        Question(f"level {level}", level, text, tuple(Option(name, name) for name in options))
        for level, options in enumerate(item.choices)
    ]


def answer(scorer: Scorer, picture: Image.Image, item: Item, text: str) -> tuple[str, ...]:
    """The most probable option of each level."""
    [handle] = scorer.open([scorer.prepare(picture)])
    asked = questions(item, text)
    answers = scorer.score([Request(handle, question) for question in asked])
    best = (max(range(len(own)), key=own.__getitem__) for own in answers)
    return tuple(options[index] for options, index in zip(item.choices, best, strict=True))


def leak(items: Sequence[Item]) -> float:
    """How often the options alone give the last level's answer away."""
    known = {item.truths[-1]: item.truths for item in items}
    shares = []
    for item in items:
        counts = {
            option: sum(
                truth in offered
                for truth, offered in zip(known.get(option, ())[:-1], item.choices, strict=False)
            )
            for option in item.choices[-1]
        }
        best = [option for option, count in counts.items() if count == max(counts.values())]
        shares.append((item.truths[-1] in best) / len(best))
    return fmean(shares)


def summarise(items: Iterable[Item], answers: Iterable[Sequence[str]]) -> dict[str, Any]:
    """The published measures."""
    truths = [item.truths for item in items]
    found = list(answers)
    levels = paths.levels_of_names(truths, found)
    return {
        "leaf_accuracy": fmean(t[-1] == a[-1] for t, a in zip(truths, found, strict=True)),
        "hca": paths.hca(levels).value,
        "por": paths.por(levels).value,
        "s_por_prefix": paths.s_por_prefix(levels).value,
        "s_por_run": paths.s_por_run(levels).value,
        "tor": paths.tor(levels).value,
        "level_accuracy": [ratio.value for ratio in paths.level_accuracies(levels)],
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
        seen.append(answer(scorer, picture, item, options.question))
        blind.append(answer(scorer, GREY, item, options.question))
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
    total_leak = leak(items)  # over the whole file, whatever part of it is asked
    chosen = items
    if options.max_images:
        chosen = random.Random(options.seed).sample(items, min(options.max_images, len(items)))
    result: dict[str, Any] = {"file": str(options.file), "items": len(items)}
    if not options.leak_only:
        figures, kept = asked(options, chosen)
        result |= {"name": options.model, "scored": len(kept), **figures}
        result["unscored"] = len(chosen) - len(kept)
    return {**result, "leak": {"leaf_accuracy": total_leak}, "chance": chance(items)}


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
