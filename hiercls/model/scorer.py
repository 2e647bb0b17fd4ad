"""MiniCPM-V as a Scorer: the probabilities of the letters, in one forward pass.

The vision tower runs once an image. The language model reads head, image and question; the state
of the last token, times the rows of the head that belong to the letters, gives every option a
probability without the 248,000 others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from hiercls.config import ModelSettings
from hiercls.errors import ImageError, ModelError
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.language import OpenImage, read_rows
from hiercls.model.prompt import Prompt
from hiercls.model.selftest import check_batching
from hiercls.plan import Question
from hiercls.questions import LETTERS, render
from hiercls.scoring import Handle, Request


class MiniCPMVScorer:
    """A `Scorer` over a MiniCPM-V 4.6 or 4.7 checkpoint."""

    max_options = len(LETTERS)

    def __init__(self, checkpoint: Checkpoint, settings: ModelSettings = ModelSettings()) -> None:
        self.checkpoint = checkpoint
        self.settings = settings
        self.prompt = Prompt(
            checkpoint.tokenizer, use_image_id=checkpoint.image_processor.use_image_id
        )
        self._model: Any = checkpoint.model
        self._device: torch.device = checkpoint.model.device
        letters = torch.tensor(self.prompt.letter_ids, device=self._device)
        self._num_tokens: dict[Question, int] = {}
        self._letter_rows = self._model.lm_head.weight[letters]  # (26, hidden)

    @classmethod
    def load(cls, source: str | Path, settings: ModelSettings = ModelSettings()) -> MiniCPMVScorer:
        """Load a checkpoint and see that batching does not change its answers.

        Raises:
            ModelError: The checkpoint cannot be loaded.
            SelfTestError: A batched question is answered otherwise than the same question alone.
        """
        scorer = cls(load_checkpoint(source, settings), settings)
        if settings.self_test:
            check_batching(scorer, dtype=str(scorer._model.dtype).removeprefix("torch."))
        return scorer

    def check(self, questions: Iterable[Question]) -> None:
        """See before the first image that every question can be asked.

        Raises:
            PlanError: A text contains a special token of the model.
        """
        for question in questions:
            offers = [f"{o.name}\n{o.description or ''}" for o in question.options]
            self.prompt.refuse_special("\n".join([question.text, *offers]))

    def open(self, images: Sequence[Image.Image]) -> list[Handle]:
        """Run the vision tower once over all images, packed."""
        if not images:
            return []
        inputs = self._process(images)
        sizes = torch.as_tensor(inputs["target_sizes"])
        with torch.inference_mode():
            output = self._model.model.get_image_features(
                torch.as_tensor(inputs["pixel_values"]).to(self._device),
                sizes.to(self._device),
                downsample_mode=self.checkpoint.downsample_mode,
            )
        features: list[torch.Tensor] = output.pooler_output
        handles: list[Handle] = []
        start = 0
        for grid, count in zip(inputs["grids"], inputs["num_patches_per_image"], strict=True):
            own = features[start : start + count]
            head = self.prompt.head(grid, [len(tokens) for tokens in own])
            handles.append(OpenImage(head, torch.cat(own), sizes[start : start + count]))
            start += count
        return handles

    def score(self, requests: Sequence[Request]) -> list[tuple[float, ...]]:
        """Answer the questions in one batch."""
        if not requests:
            return []
        images = [self._opened(request.handle) for request in requests]
        tails = [self._tail(request.question) for request in requests]
        last = [len(i.head_ids) + len(tail) - 1 for i, tail in zip(images, tails, strict=True)]
        with torch.inference_mode():
            output = read_rows(
                self._model, images, tails, downsample_mode=self.checkpoint.downsample_mode
            )
            states = output.last_hidden_state[torch.arange(len(last)), last]
            logits = (states @ self._letter_rows.T).float()  # (questions, 26)
        counts = [len(request.question.options) for request in requests]
        return [
            tuple(row[:count].log_softmax(0).tolist())
            for row, count in zip(logits, counts, strict=True)
        ]

    def num_tokens(self, question: Question) -> int:
        """Tokens from behind the image to the answer cue."""
        if question not in self._num_tokens:
            self._num_tokens[question] = len(self._tail(question))
        return self._num_tokens[question]

    def _tail(self, question: Question) -> list[int]:
        return self.prompt.tail(render(question, self.checkpoint.prompt_format))

    def _process(self, images: Sequence[Image.Image]) -> Any:
        try:
            return self.checkpoint.image_processor(
                list(images),
                max_slice_nums=self.settings.max_slice_nums,
                downsample_mode=self.checkpoint.downsample_mode,
            )
        except (ValueError, TypeError, OverflowError, ZeroDivisionError, MemoryError) as error:
            sizes = ", ".join(f"{image.width} x {image.height}" for image in images)
            raise ImageError(f"image of {sizes} pixels cannot be prepared: {error}") from error

    @staticmethod
    def _opened(handle: Handle) -> OpenImage:
        if not isinstance(handle, OpenImage):
            raise ModelError(
                f"found a handle of type {type(handle).__name__}; expected an image "
                "opened by this scorer"
            )
        return handle
