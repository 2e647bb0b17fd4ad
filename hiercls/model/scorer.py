"""MiniCPM-V behind the seam: letters of a multiple-choice question, scored in one forward pass.

No answer is generated and none is parsed: the hidden state at the answer cue, multiplied by just
the rows of the head that belong to the letters, gives every option a probability without the
248,000 others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from PIL import Image

from hiercls.config import ModelSettings
from hiercls.errors import ModelError
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.language import Row, read
from hiercls.model.library import Library
from hiercls.model.memory import halving, num_states
from hiercls.model.opening import OpenImage, Pixels, cut, look
from hiercls.model.orders import ImageFirst, Order, QuestionFirst
from hiercls.model.prompt import Prompt
from hiercls.model.selftest import check_answers
from hiercls.plan import Option, Question
from hiercls.questions import LETTERS, render
from hiercls.scoring import UNLIMITED, Handle, Prepared, Request

Kind = TypeVar("Kind")

MOST_TOKENS = 4096
"""Tokens read together; more run no faster and take more memory."""

QUESTIONS_COMPARED = 1000
"""Questions that are looked through for what all begin with."""


class MiniCPMVScorer:
    """A `Scorer` over a MiniCPM-V 4.6 or 4.7 checkpoint.

    Attributes:
        checkpoint: The model.
        settings: How it was loaded and is fed.
        prompt: Writes its token ids.
        max_options: One option a letter.
        max_open: Images that may be open together within the memory allowed.
    """

    max_options = len(LETTERS)

    def __init__(self, checkpoint: Checkpoint, settings: ModelSettings = ModelSettings()) -> None:
        self.checkpoint = checkpoint
        self.settings = settings
        self.prompt = Prompt(
            checkpoint.tokenizer,
            use_image_id=checkpoint.image_processor.use_image_id,
            order=checkpoint.prompt_format.order,
        )
        self._model: Any = checkpoint.model
        kept = num_states(checkpoint, settings)
        self._order: Order
        if checkpoint.prompt_format.order == "image":
            self.max_open = kept
            self._order = ImageFirst(checkpoint, self.prompt)
        else:
            self.max_open = UNLIMITED  # an open image is its visual tokens alone
            self._order = QuestionFirst(checkpoint, self.prompt, num_kept=kept)
        letters = torch.tensor(self.prompt.letter_ids, device=self._model.device)
        self._letter_rows = self._model.lm_head.weight[letters]  # (26, hidden)

    @classmethod
    def load(cls, source: str | Path, settings: ModelSettings = ModelSettings()) -> MiniCPMVScorer:
        """Load a checkpoint and see that it answers as the library's own forward does.

        Raises:
            ModelError: The checkpoint cannot be loaded.
            SelfTestError: A question is answered otherwise in a batch, alone, or by the library.
        """
        scorer = cls(load_checkpoint(source, settings), settings)
        if settings.self_test:
            library = Library(
                scorer.checkpoint, scorer.prompt, max_slice_nums=settings.max_slice_nums
            )
            dtype = str(scorer.checkpoint.model.dtype).removeprefix("torch.")
            check_answers(scorer, library.answer, dtype=dtype)
        return scorer

    def check(self, questions: Iterable[Question]) -> None:
        """See before the first image that every question can be asked, and what they share.

        Raises:
            PlanError: A text contains a special token of the model.
        """
        first: list[Question] = []
        for question in questions:
            offers = [f"{o.name}\n{o.description or ''}" for o in question.options]
            self.prompt.refuse_special("\n".join([question.text, *offers]))
            if len(first) < QUESTIONS_COMPARED:
                first += [question, *_stand_ins(question)]
        self._order.share(render(own, self.checkpoint.prompt_format) for own in first)

    def prepare(self, image: Image.Image) -> Prepared:
        """Resize it, cut it into slices and patches."""
        return cut(self.checkpoint, image, max_slice_nums=self.settings.max_slice_nums)

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """Run the vision tower once over all images, packed, and read what their questions share.

        Where memory runs out it is tried again with half as many together.
        """
        return halving(self._open, [_expect(Pixels, image) for image in images])

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        """Answer the questions, in as few forward passes as memory allows."""
        images = [_expect(OpenImage, request.handle) for request in requests]
        texts = [render(own.question, self.checkpoint.prompt_format) for own in requests]
        counts = [len(own.question.options) for own in requests]
        answers = halving(self._letters, list(zip(images, texts, strict=True)))
        return [
            tuple(row[:count].log_softmax(0).tolist())
            for row, count in zip(answers, counts, strict=True)
        ]

    def num_tokens(self, question: Question) -> int:
        """Tokens of the question up to the answer cue, less those that are read with the image."""
        return self._order.num_tokens(render(question, self.checkpoint.prompt_format))

    @torch.inference_mode()
    def _open(self, images: Sequence[Pixels]) -> list[Handle]:
        return list(self._order.open(look(self.checkpoint, self.prompt, images)))

    @torch.inference_mode()
    def _letters(self, asked: Sequence[tuple[OpenImage, str]]) -> list[torch.Tensor]:
        """The logits of all letters for each question, in float32."""
        rows = self._order.rows(*zip(*asked, strict=True))
        logits: list[torch.Tensor] = [torch.empty(0)] * len(rows)
        for batch in _batches(rows):
            states = read(self._model.model.language_model, [rows[i] for i in batch]).hidden
            assert states is not None  # for mypy
            for place, row in zip(batch, (states @ self._letter_rows.T).float(), strict=True):
                logits[place] = row
        return logits


def _expect(kind: type[Kind], found: object) -> Kind:
    if not isinstance(found, kind):
        raise ModelError(
            f"found a handle of type {type(found).__name__}; expected {kind.__name__}, made by "
            "this scorer"
        )
    return found


def _stand_ins(question: Question) -> Iterator[Question]:
    """The question with other options: what it shares with these has no option in it."""
    for names in (("0", "1"), ("?", "!")):
        options = tuple(Option(name, name) for name in names)
        yield Question(question.node, question.level, question.text, options)


def _batches(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Rows of like length together, at most `MOST_TOKENS` at a time, as their places."""
    batch: list[int] = []
    for place in sorted(range(len(rows)), key=lambda place: len(rows[place].inputs)):
        longest = len(rows[place].inputs)  # of those so far: they come by length
        if batch and (len(batch) + 1) * longest > MOST_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
