"""Labelled examples written out: as conversations for other tools, or as a manifest."""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hiercls.data.arrangement import Arranged, ArrangementSettings, Arranger
from hiercls.data.conversations import Conversation
from hiercls.data.examples import Example
from hiercls.data.passages import Passages
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.questions import LETTERS, PromptFormat, render, render_open

MANIFEST_SUFFIXES = (".csv", ".tsv", ".jsonl")

_COLUMNS = ("image", "label", "split")


def conversations_of(
    plan: Plan,
    examples: Sequence[Example],
    *,
    ask: str = "choice",
    level: int | None = None,
    seed: int = 0,
    relative_to: Path | None = None,
    prompt_format: PromptFormat = PromptFormat(),
) -> Iterator[Conversation]:
    """Yield a conversation for each question that each example passes.

    Args:
        plan: What the questions are from.
        examples: Labelled images.
        ask: "choice" for options, shuffled, with a letter as the answer; of a question that is
            asked in rounds it is one of the rounds. "open" for no options, and the name.
        level: Only the questions of this level.
        seed: Of the order of the options.
        relative_to: The folder that image paths are written relative to; None for whole paths.
        prompt_format: How a question reads.

    Raises:
        RequestError: There is no such level.
    """
    if level is not None and not 0 <= level < plan.num_levels:
        raise RequestError(f"level {level}; expected one from 0 to {plan.num_levels - 1}")
    passages = Passages(plan)
    arranger = Arranger(passages, ArrangementSettings(as_asked=1, none_right=0))
    for number, example in enumerate(examples):
        image = _path(example, relative_to)
        for passage in passages.of(example.node):
            if level in (None, passage.level):
                rng = random.Random(f"{seed}/{number}/{passage.asked}")
                arranged = arranger.arrange(example.node, passage, rng=rng)
                yield Conversation(image, (_turn(arranged, ask, prompt_format),))


def write_manifest(
    path: Path, examples: Iterable[Example], *, relative_to: Path | None = None
) -> int:
    """Write examples as CSV, TSV or JSON lines with the columns image, label and split.

    Labels are the ids of the nodes.

    Returns:
        How many were written.

    Raises:
        RequestError: The file has another suffix, or cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in MANIFEST_SUFFIXES:
        listed = ", ".join(MANIFEST_SUFFIXES)
        raise RequestError(f"{path}: found the suffix {suffix!r}; expected one of {listed}")
    number = 0
    try:
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            table = csv.writer(file, delimiter="\t" if suffix == ".tsv" else ",")
            if suffix != ".jsonl":
                table.writerow(_COLUMNS)
            for example in examples:
                number += 1
                cells = (_path(example, relative_to), example.node, example.split)
                if suffix == ".jsonl":
                    row = {k: v for k, v in zip(_COLUMNS, cells, strict=True) if v is not None}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                else:
                    table.writerow(cells)
    except OSError as error:
        raise RequestError(f"{path}: cannot be written: {error.strerror}") from None
    return number


def _turn(arranged: Arranged, ask: str, prompt_format: PromptFormat) -> tuple[str, str]:
    question, right = arranged
    if ask == "open":
        return render_open(question, prompt_format), question.options[right].name
    return render(question, prompt_format), LETTERS[right]


def _path(example: Example, relative_to: Path | None) -> str:
    path = os.path.abspath(example.image)
    return path if relative_to is None else os.path.relpath(path, relative_to)
