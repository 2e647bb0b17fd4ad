"""What each order of image and question costs, in tokens, before any model is loaded."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from hiercls.config import ModelSettings
from hiercls.model.checkpoint import (
    check_files,
    find_checkpoint,
    load_processors,
    pick_downsample_mode,
    read_prompt_format,
)
from hiercls.model.orders import common_start
from hiercls.model.prompt import Prompt
from hiercls.plan import Plan, Question
from hiercls.questions import render, turn_of
from hiercls.scoring import single_questions


@dataclass(frozen=True)
class OrderCosts:
    """Tokens that the language model reads, by what comes first.

    Attributes:
        image_tokens: Of one image, cut into as many slices as is allowed.
        image_first: An image, the mean over classes: the image, and the questions that lead there.
        question_first: The same: the image behind each of those questions.
        once: Question first, what is read once for all images: every question, if its state is
            kept.
    """

    image_tokens: int
    image_first: float
    question_first: float
    once: int

    @property
    def cheaper(self) -> str:
        """The order that reads less about many images, "image" or "question"."""
        return "question" if self.question_first < self.image_first else "image"

    @property
    def even_at(self) -> float:
        """So many images make question first the cheaper order; infinite where none do."""
        saved = self.image_first - self.question_first
        return self.once / saved if saved > 0 else math.inf


class _Text(NamedTuple):
    """One question in tokens.

    Attributes:
        tail: Behind the image.
        front: How many, before the image.
        examples: How many its example pictures add, with what is said of them.
    """

    tail: list[int]
    front: int
    examples: int


class OrderPlanner:
    """Estimates the costs of plans with the tokens of one checkpoint.

    Labels of several tokens are left out, as both orders read the same of them.

    Args:
        source: As for `load_checkpoint`.
        settings: How images would be fed.

    Raises:
        ModelError: There is no such checkpoint.
    """

    def __init__(self, source: str | Path, settings: ModelSettings = ModelSettings()) -> None:
        folder = find_checkpoint(source)
        config = check_files(folder)
        tokenizer, self._processor = load_processors(folder)
        self._format = read_prompt_format(folder)
        self._settings = settings
        self._mode = pick_downsample_mode(settings, config, self._processor)
        numbered = self._processor.use_image_id
        self._image_first = Prompt(tokenizer, use_image_id=numbered, order="image")
        self._question_first = Prompt(tokenizer, use_image_id=numbered, order="question")
        self.image_tokens = self._count_image()

    def costs(self, plan: Plan, *, shots: int = 0) -> OrderCosts:
        """What a plan costs in both orders.

        Args:
            plan: What is asked.
            shots: Example pictures of each option.
        """
        most = plan.settings.max_options
        asked = {
            node: [self._text_of(own, shots) for own in single_questions(plan.question(node), most)]
            for node in plan.nodes
        }
        stem = len(common_start([own.tail for texts in asked.values() for own in texts]))
        behind = self.image_tokens + len(self._question_first.tail(""))
        image_first = float(len(self._image_first.front()) + self.image_tokens + stem)
        question_first = 0.0
        for node, share in _shares(plan).items():
            texts = asked[node]
            image_first += share * sum(len(own.tail) - stem + own.examples for own in texts)
            # The last round offers what has won, so it is another question for each image.
            again = texts[-1].front + texts[-1].examples if len(texts) > 1 else 0
            question_first += share * (behind * len(texts) + again)
        fixed = (own for texts in asked.values() for own in (texts[:-1] or texts))
        once = sum(own.front + own.examples for own in fixed)
        return OrderCosts(self.image_tokens, image_first, question_first, once)

    def _text_of(self, question: Question, shots: int) -> _Text:
        text = render(question, self._format)
        tail, front = self._image_first.tail(text), len(self._question_first.front(text))
        if not shots:
            return _Text(tail, front, 0)
        turn = turn_of(
            question, self._format, dict.fromkeys(range(len(question.options)), range(shots))
        )
        whole = sum(map(len, self._question_first.pieces(turn.texts)))
        return _Text(tail, front, whole - front + len(turn.pictures) * self.image_tokens)

    def _count_image(self) -> int:
        most = self._settings.max_slice_nums
        side = self._processor.scale_resolution * math.ceil(math.sqrt(most))
        inputs = self._processor(
            [Image.new("RGB", (side, side))], max_slice_nums=most, downsample_mode=self._mode
        )
        divisor = 4 if self._mode == "4x" else 16
        counts = [int(size.prod()) // divisor for size in inputs["target_sizes"]]
        return len(self._image_first.image(inputs["grids"][0], counts))


def _shares(plan: Plan) -> dict[str, float]:
    """For each question, the share of the classes that it leads to."""
    classes = plan.taxonomy.classes
    asked = Counter(node for own in classes for node, _ in plan.route(own))
    return {node: count / len(classes) for node, count in asked.items()}
