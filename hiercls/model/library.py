"""One question about one image by the library's own forward: slow, and what ours must equal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import torch
from PIL import Image
from transformers.modeling_outputs import BaseModelOutputWithPooling

from hiercls.model.answers import label_ids
from hiercls.model.checkpoint import Checkpoint
from hiercls.model.opening import OpenImage, cut, look, row_of
from hiercls.model.prompt import Prompt
from hiercls.plan import Question
from hiercls.questions import render

Label: TypeAlias = tuple[int, ...]


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
        """Log-probability of each option, label by label."""
        prompt_format = self._checkpoint.prompt_format
        seen, text = self._look(image), render(question, prompt_format)
        labels = label_ids(self._prompt, question, prompt_format)
        if prompt_format.answer == "letter":
            return self._letters(seen, text, labels)
        beginnings = {label[:-1] for label in labels}
        logits = {own: self._logits(seen, text, own) for own in beginnings}
        if prompt_format.answer == "name" and prompt_format.name_score == "steps":
            return tuple(
                _in_steps(label, labels, logits) - math.log(labels.count(label)) for label in labels
            )
        values = {label: _likelihood(label, logits[label[:-1]]) for label in labels}
        if prompt_format.answer == "name" and prompt_format.name_score == "mean":
            values = {label: value / len(label) for label, value in values.items()}
        total = math.log(math.fsum(map(math.exp, values.values())))
        return tuple(values[label] - total - math.log(labels.count(label)) for label in labels)

    def _look(self, image: Image.Image) -> OpenImage:
        pixels = cut(self._checkpoint, image, max_slice_nums=self._max_slice_nums)
        (seen,) = look(self._checkpoint, self._prompt, [pixels])
        return seen

    def _letters(
        self, seen: OpenImage, text: str, labels: Sequence[tuple[int, ...]]
    ) -> tuple[float, ...]:
        """Letters need no more of the head than their rows."""
        model: Any = self._checkpoint.model
        rows = model.lm_head.weight[[letter for (letter,) in labels]]
        logits = rows.float() @ self._states(seen, text, ())[0].float()
        return tuple(logits.log_softmax(0).tolist())

    def _logits(self, seen: OpenImage, text: str, answer: Sequence[int]) -> torch.Tensor:
        """Behind the answer cue and each token of an answer, shape (1 + tokens, vocabulary)."""
        model: Any = self._checkpoint.model
        logits: torch.Tensor = model.lm_head(self._states(seen, text, answer))
        return logits.float()

    def _states(self, seen: OpenImage, text: str, answer: Sequence[int]) -> torch.Tensor:
        """Last hidden states at the same places, shape (1 + tokens, hidden)."""
        checkpoint, prompt = self._checkpoint, self._prompt
        model: Any = checkpoint.model
        front, tail = prompt.front(text), [*prompt.tail(text), *answer]
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
        states: torch.Tensor = output.last_hidden_state[0, -1 - len(answer) :]
        return states


def _in_steps(label: Label, labels: Sequence[Label], logits: Mapping[Label, torch.Tensor]) -> float:
    """Each token against those with which labels that begin so go on."""
    total = 0.0
    for step, token in enumerate(label):
        allowed = {other[step] for other in labels if other[:step] == label[:step]}
        row = logits[label[:-1]][step]
        total += (row[token] - row[list(allowed)].logsumexp(0)).item()
    return total


def _likelihood(label: Label, logits: torch.Tensor) -> float:
    """Each token against the whole vocabulary."""
    return logits.log_softmax(-1)[range(len(label)), list(label)].sum().item()
