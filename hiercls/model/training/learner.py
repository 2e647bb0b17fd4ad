"""From exercises to gradients: each image is looked at once, each adapter reads its questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from hiercls.config import TUNED, AdapterSettings, TrainingSettings
from hiercls.data import Exercise
from hiercls.model.adapters.adapters import Adapters
from hiercls.model.adapters.manifest import folder_name
from hiercls.model.checkpoint import Checkpoint
from hiercls.model.language import Row, State, read
from hiercls.model.opening import OpenImage, Pixels, look, row_of, text_row
from hiercls.model.orders import ImageFirst
from hiercls.model.prompt import Prompt
from hiercls.plan import Plan
from hiercls.questions import render, render_open


@dataclass(frozen=True)
class Tally:
    """What some exercises of a level came to.

    Attributes:
        count: How many.
        num_right: Answered by the right letter.
        loss: The sum of their losses.
    """

    count: int = 0
    num_right: int = 0
    loss: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.count + other.count, self.num_right + other.num_right, self.loss + other.loss
        )


class Learner:
    """Adds up the gradients of adapters.

    With "suffix" the vision tower and the language model read each image once, with all adapters
    off; the question behind it is read by its level's adapter, and gradients end where the
    question begins, unless what lies before is tuned too. With "full" each question is read with
    its image from the first token on.

    Args:
        checkpoint: The model.
        prompt: Writes its token ids.
        plan: Of the questions.
        adapters: In the model, one a level.
        made: How the adapters were made.
        settings: Of the loss.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        prompt: Prompt,
        plan: Plan,
        *,
        adapters: Adapters,
        made: AdapterSettings,
        settings: TrainingSettings,
    ) -> None:
        self._checkpoint = checkpoint
        self._model: Any = checkpoint.model
        self._prompt = prompt
        self._plan = plan
        self._adapters = adapters
        self._settings = settings
        self._is_shared = made.activation == "suffix"
        self._is_tuned = made.tune != TUNED[0]
        self._opening = ImageFirst(checkpoint, prompt) if self._is_shared else None
        letters = torch.tensor(prompt.letter_ids, device=self._model.device)
        self._letter_rows = self._model.lm_head.weight[letters].float()  # (26, hidden)

    def learn(
        self,
        pixels: Sequence[Pixels],
        exercises: Sequence[Sequence[Exercise]],
        *,
        shares: Mapping[int, float],
    ) -> dict[int, Tally]:
        """Add the gradients of some exercises to those of their adapters.

        Args:
            pixels: Of the images.
            exercises: For each image, what is asked about it.
            shares: For each level that learns, what an exercise counts: one over their number
                between two steps.

        Returns:
            What came of it, by level.
        """
        with torch.set_grad_enabled(self._is_tuned):
            images = look(self._checkpoint, self._prompt, pixels)
            if self._opening is not None:
                images = self._opening.open(images)
        cut = Cut(images) if self._is_tuned else None
        asked = list(zip(images if cut is None else cut.images, exercises, strict=True))
        tallies = {}
        for level, share in shares.items():
            own = [(image, one) for image, some in asked for one in some if one.level == level]
            if own:
                with self._adapters.on(folder_name(level)):
                    loss, tallies[level] = self._loss(own)
                    (loss * share).backward()
        if cut is not None:
            cut.backward()
        return tallies

    def _loss(self, asked: Sequence[tuple[OpenImage, Exercise]]) -> tuple[torch.Tensor, Tally]:
        """The sum of the losses of exercises of one level, and what came of it."""
        rows = [self._row(image, self._text(one)) for image, one in asked]
        states = read(self._model.model.language_model, rows).hidden
        assert states is not None  # for mypy
        logits = states.float() @ self._letter_rows.T  # (rows, 26)
        exercises = [one for _, one in asked]
        losses, num_right = self._letter_losses(logits, exercises)
        if self._settings.open_weight:
            losses = losses + self._settings.open_weight * self._open_losses(asked)
        weights = torch.tensor([one.weight for one in exercises], device=losses.device)
        loss = (losses * weights).sum()
        return loss, Tally(len(asked), num_right, float(loss.detach()))

    def _letter_losses(
        self, logits: torch.Tensor, exercises: Sequence[Exercise]
    ) -> tuple[torch.Tensor, int]:
        """Cross-entropy over the letters that are offered; all others are no answer."""
        counts = torch.tensor([len(one.question.options) for one in exercises])
        beyond = torch.arange(logits.shape[1]) >= counts[:, None]
        offered = logits.masked_fill(beyond.to(logits.device), -torch.inf)
        logprobs = offered.log_softmax(1).masked_fill(beyond.to(logits.device), 0.0)
        wanted = torch.zeros(logits.shape)
        for row, one in zip(wanted, exercises, strict=True):
            self._want(row, one)
        right = torch.tensor([one.right for one in exercises])
        num_right = int((offered.detach().argmax(1).cpu() == right).sum())
        return -(wanted.to(logits.device) * logprobs).sum(1), num_right

    def _want(self, row: torch.Tensor, exercise: Exercise) -> None:
        """Set the probabilities that are wanted of the letters: some for siblings, if any."""
        row[exercise.right] = 1.0
        if not self._settings.label_smoothing:
            return
        own = {option.node for option in self._plan.question(exercise.question.node).options}
        siblings = [
            index
            for index, option in enumerate(exercise.question.options)
            if index != exercise.right and option.node in own
        ]
        if siblings:
            row[exercise.right] -= self._settings.label_smoothing
            row[siblings] = self._settings.label_smoothing / len(siblings)

    def _open_losses(self, asked: Sequence[tuple[OpenImage, Exercise]]) -> torch.Tensor:
        """Cross-entropy of the answers in words, the mean over each one's tokens; 0 for none."""
        losses = torch.zeros(len(asked), device=self._model.device)
        named = [i for i, (_, one) in enumerate(asked) if one.answer.node != one.question.node]
        if not named:
            return losses
        rows, targets = [], []
        for i in named:
            image, one = asked[i]
            answer = self._prompt.answer(one.answer.name)
            text = render_open(one.question, self._checkpoint.prompt_format)
            rows.append(self._row(image, text, answer=answer[:-1]))
            targets.append(answer)
        reading = read(self._model.model.language_model, rows, hidden="all")
        assert reading.hidden is not None  # for mypy
        ends = reading.packing.last.tolist()
        places = [
            end - len(answer) + 1 + k
            for end, answer in zip(ends, targets, strict=True)
            for k in range(len(answer))
        ]
        logits = self._model.lm_head(reading.hidden[places]).float()
        flat = torch.tensor([token for own in targets for token in own], device=logits.device)
        each = cross_entropy(logits, flat, reduction="none").split([len(own) for own in targets])
        means = torch.stack([own.mean() for own in each])
        return losses.index_put((torch.tensor(named, device=losses.device),), means)

    def _text(self, exercise: Exercise) -> str:
        return render(exercise.question, self._checkpoint.prompt_format)

    def _row(self, image: OpenImage, text: str, *, answer: Sequence[int] = ()) -> Row:
        """Return what is read of a question with the adapter on, and of an answer behind it."""
        tail = [*self._prompt.tail(text), *answer]
        if image.state is not None:
            return text_row(self._model, tail[len(image.stem) :], image.state)
        mode = self._checkpoint.downsample_mode
        return row_of(self._model, self._prompt.front(text), image, tail, downsample_mode=mode)


class Cut:
    """Images with the graph cut behind them, so that each level's part of it goes at once.

    Args:
        images: As they were read, with gradients.

    Attributes:
        images: The same, where a new graph begins.
    """

    def __init__(self, images: Iterable[OpenImage]) -> None:
        self._tensors: list[torch.Tensor] = []
        self._leaves: list[torch.Tensor] = []
        self.images = [self._cut(image) for image in images]

    def backward(self) -> None:
        """Send what has come to the cut on through the graph before it."""
        gradients = [leaf.grad for leaf in self._leaves]
        pairs = zip(self._tensors, gradients, strict=True)
        known = [tensor for tensor, gradient in pairs if gradient is not None]
        if known:
            torch.autograd.backward(known, [own for own in gradients if own is not None])

    def _cut(self, image: OpenImage) -> OpenImage:
        if image.state is None:
            return replace(image, features=self._leaf(image.features))
        layers = tuple(
            (self._leaf(first), self._leaf(second)) for first, second in image.state.layers
        )
        state = State(image.state.num_tokens, image.state.next_position, layers)
        return replace(image, state=state, features=image.features.detach())

    def _leaf(self, tensor: torch.Tensor) -> torch.Tensor:
        leaf = tensor.detach().requires_grad_()
        self._tensors.append(tensor)
        self._leaves.append(leaf)
        return leaf
