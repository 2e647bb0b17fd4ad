"""What a small model is shown in base training: rows of a picture, a question and its answer.

Options are shuffled, dropped and mixed with others of the same level, so that a letter means
nothing but the option it stands before.
"""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import torch
from PIL import Image
from transformers import PreTrainedTokenizerBase

from hiercls.model.prompt import Prompt
from hiercls.plan import Option, Plan, Question
from hiercls.questions import PromptFormat, render, render_open

Pictures: TypeAlias = Callable[[random.Random], tuple[Image.Image, str]]
"""Makes a picture of some leaf and names the leaf."""

_MOST_MIXED = 10


@dataclass(frozen=True)
class Row:
    """One question about a picture, with its answer.

    Attributes:
        tail: Token ids behind the image, to the answer cue.
        answer: Token ids of the answer: a letter, or a name and the end of the turn.
        right: Index of the right option; None for an open question.
        spans: First and last token of each option's line, counted in the tail.
    """

    tail: list[int]
    answer: list[int]
    right: int | None
    spans: list[tuple[int, int]]


@dataclass(frozen=True)
class Lesson:
    """A picture with the questions asked about it.

    Attributes:
        inputs: What the image processor made of it.
        head_ids: Token ids to the end of the image.
        names: For each level of the plan, the index of the right node among the level's nodes,
            or -1 where the leaf lies above.
        rows: The questions.
    """

    inputs: dict[str, Any]
    head_ids: list[int]
    names: list[int]
    rows: list[Row]


class LevelNodes:
    """The nodes offered at each level of a plan, in a fixed order."""

    def __init__(self, plan: Plan) -> None:
        self.options: list[list[Option]] = [[] for _ in range(plan.num_levels)]
        self._index: list[dict[str, int]] = [{} for _ in range(plan.num_levels)]
        for node in plan.nodes:
            question = plan.question(node)
            for option in question.options:
                index = self._index[question.level]
                if option.node not in index:
                    index[option.node] = len(index)
                    self.options[question.level].append(option)

    def of(self, plan: Plan, leaf: str) -> list[int]:
        """Index of the leaf's node at each level, -1 where there is none."""
        found = [-1] * len(self.options)
        for node, index in plan.route(leaf):
            question = plan.question(node)
            found[question.level] = self._index[question.level][question.options[index].node]
        return found


class Lessons:
    """Lesson number i of a course is the same whenever and wherever it is made."""

    def __init__(
        self,
        plan: Plan,
        pictures: Pictures,
        *,
        tokenizer: PreTrainedTokenizerBase,
        image_processor: Any,
        prompt_format: PromptFormat,
        rows_per_lesson: int,
        open_share: float,
        seed: int,
    ) -> None:
        self._plan = plan
        self._pictures = pictures
        self._tokenizer = tokenizer
        self._processor = image_processor
        self._prompt = Prompt(tokenizer, use_image_id=image_processor.use_image_id)
        self._format = prompt_format
        self._rows_per_lesson = rows_per_lesson
        self._open_share = open_share
        self._seed = seed
        self.levels = LevelNodes(plan)
        self.letter_ids = self._prompt.letter_ids

    def __getitem__(self, number: int) -> Lesson:
        rng = random.Random(f"{self._seed}/{number}")
        picture, leaf = self._pictures(rng)
        inputs = self._processor([picture], max_slice_nums=1)
        target = inputs["target_sizes"][0]
        divisor = 4 if self._processor.downsample_mode == "4x" else 16
        return Lesson(
            inputs=dict(inputs),
            head_ids=self._prompt.head((0, 0), [int(target.prod()) // divisor]),
            names=self.levels.of(self._plan, leaf),
            rows=self._rows(leaf, rng),
        )

    def _rows(self, leaf: str, rng: random.Random) -> list[Row]:
        route = list(self._plan.route(leaf))
        rng.shuffle(route)
        rows = []
        for number in range(self._rows_per_lesson):
            node, index = route[number % len(route)]
            question = self._plan.question(node)
            right = question.options[index]
            if rng.random() < self._open_share:
                rows.append(self._open_row(question, right))
            else:
                rows.append(self._choice_row(self._arrange(question, right, rng), right))
        return rows

    def _arrange(self, question: Question, right: Option, rng: random.Random) -> Question:
        """The question as it will be asked, or with fewer options, or with others of its level."""
        others = [option for option in question.options if option != right]
        kind = rng.random()
        if kind < 0.2:
            others = rng.sample(others, rng.randint(1, len(others)))
        elif kind < 0.45:
            pool = [option for option in self.levels.options[question.level] if option != right]
            count = min(len(pool), rng.randint(1, _MOST_MIXED - 1))
            others = rng.sample(pool, count)
        options = [right, *others]
        rng.shuffle(options)
        return replace(question, options=tuple(options))

    def _choice_row(self, question: Question, right: Option) -> Row:
        text = render(question, self._format)
        tail, offsets, start = self._prompt.tail_offsets(text)
        index = question.options.index(right)
        spans, starts, ends = [], [a for a, _ in offsets], [b for _, b in offsets]
        first = start + len(question.text) + 1
        lines = text[len(question.text) + 1 :].split("\n")
        for line in lines[: len(question.options)]:
            last = first + len(line)
            # Behind the letter, the dot and the space; before the line break.
            spans.append((bisect_right(ends, first + 2), bisect_left(starts, last) - 1))
            first = last + 1
        return Row(tail, [self._prompt.letter_ids[index]], index, spans)

    def _open_row(self, question: Question, right: Option) -> Row:
        text = render_open(question, self._format)
        ids: list[int] = self._tokenizer.encode(right.name, add_special_tokens=False)
        return Row(self._prompt.tail(text), [*ids, self._tokenizer.eos_token_id], None, [])


def collate(lessons: list[Lesson]) -> dict[str, Any]:
    """Lessons packed as the vision tower takes them."""
    pixels = [torch.as_tensor(lesson.inputs["pixel_values"]) for lesson in lessons]
    sizes = [torch.as_tensor(lesson.inputs["target_sizes"]) for lesson in lessons]
    return {
        "pixel_values": torch.cat(pixels, dim=-1),
        "target_sizes": torch.cat(sizes),
        "head_ids": [lesson.head_ids for lesson in lessons],
        "names": torch.tensor([lesson.names for lesson in lessons]),  # (pictures, levels)
        "rows": [lesson.rows for lesson in lessons],
    }
