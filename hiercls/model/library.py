"""One question about one image by the library's own forward: slow, and what ours must equal."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image
from transformers.modeling_outputs import BaseModelOutputWithPooling

from hiercls.model.checkpoint import Checkpoint
from hiercls.model.opening import cut, look, row_of
from hiercls.model.prompt import Prompt
from hiercls.plan import Question
from hiercls.questions import render


class Library:
    """Answers by the library's forward, the whole input each time.

    Args:
        checkpoint: The model.
        prompt: Writes its token ids.
        max_slice_nums: Slices an image at most.
    """

    def __init__(self, checkpoint: Checkpoint, prompt: Prompt, *, max_slice_nums: int = 1) -> None:
        self._checkpoint = checkpoint
        self._prompt = prompt
        self._max_slice_nums = max_slice_nums

    @torch.inference_mode()
    def answer(self, image: Image.Image, question: Question) -> tuple[float, ...]:
        """Log-probability of each option."""
        model: Any = self._checkpoint.model
        states = self._states(image, render(question, self._checkpoint.prompt_format))
        letters = self._prompt.letter_ids[: len(question.options)]
        logits = (states[-1] @ model.lm_head.weight[letters].T).float()
        return tuple(logits.log_softmax(0).tolist())

    def _states(self, image: Image.Image, text: str) -> torch.Tensor:
        checkpoint, prompt = self._checkpoint, self._prompt
        model: Any = checkpoint.model
        pixels = cut(checkpoint, image, max_slice_nums=self._max_slice_nums)
        (seen,) = look(checkpoint, prompt, [pixels])
        front, tail = prompt.front(text), prompt.tail(text)
        mode = checkpoint.downsample_mode
        features = BaseModelOutputWithPooling(
            pooler_output=[seen.features],  # type: ignore[arg-type]
        )
        ids = torch.tensor([[*front, *seen.ids, *tail]], device=model.device)
        output = model.model(
            input_ids=ids,
            position_ids=row_of(model, front, seen, tail, downsample_mode=mode).positions[:, None],
            mm_encoder_outputs={"image": features},
            use_cache=False,
        )
        states: torch.Tensor = output.last_hidden_state[0]
        return states  # (tokens, hidden)
