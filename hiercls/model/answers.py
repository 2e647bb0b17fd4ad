"""How a question is answered: by the letter of an option, by a pair, or by its own name.

Nothing is generated and nothing is parsed: options get the probabilities of their labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

import torch

from hiercls.config import MOST_OPTIONS, ModelSettings
from hiercls.model.language import Row, read
from hiercls.model.packing import batches
from hiercls.model.prompt import Prompt
from hiercls.model.tally import Reply
from hiercls.model.trie import Branch, grow
from hiercls.model.walk import Walk
from hiercls.plan import Question
from hiercls.questions import PromptFormat

TREES_KEPT = 1 << 12
"""Trees of names that are kept; that of ten thousand names takes about ten megabytes."""


class Answers(Protocol):
    """A way to answer.

    Attributes:
        max_options: The most options that one question may offer.
    """

    max_options: int

    def check(self, question: Question) -> None:
        """See that a question can be answered so.

        Raises:
            PlanError: It cannot.
        """
        ...

    def num_tokens(self, question: Question) -> int:
        """Tokens that are read behind the question, at most."""
        ...

    def replies(self, rows: Sequence[Row], questions: Sequence[Question]) -> list[Reply]:
        """Answer questions whose rows end with the answer cue."""
        ...


def answers_of(
    model: Any,
    prompt: Prompt,
    prompt_format: PromptFormat,
    *,
    settings: ModelSettings,
    num_kept: int,
) -> Answers:
    """Return the way to answer that a prompt format names.

    Args:
        model: A MiniCPM-V with its language head.
        prompt: Writes its token ids.
        prompt_format: Names the way.
        settings: Of the model.
        num_kept: How many states may be kept while labels are read.
    """
    if prompt_format.answer == "letter":
        return Letters(model, prompt.letter_ids, label_mass=settings.label_mass)
    is_name = prompt_format.answer == "name"
    walk = Walk(
        model,
        score=prompt_format.name_score if is_name else "likelihood",
        floor=settings.name_floor,
        num_kept=num_kept,
        label_mass=settings.label_mass,
    )
    if is_name:
        return Labels(walk, prompt.name_ids, max_options=MOST_OPTIONS["name"])
    pairs = prompt.pair_ids()
    return Labels(walk, lambda names: pairs[: len(names)], max_options=MOST_OPTIONS["pair"])


def label_ids(
    prompt: Prompt, question: Question, prompt_format: PromptFormat
) -> list[tuple[int, ...]]:
    """Return the token ids of the label of each option."""
    if prompt_format.answer == "name":
        return prompt.name_ids([option.name for option in question.options])
    count = len(question.options)
    if prompt_format.answer == "pair":
        return prompt.pair_ids()[:count]
    return [(letter,) for letter in prompt.letter_ids[:count]]


class Letters:
    """One token an option: the hidden state at the answer cue, times their rows of the head.

    Args:
        model: A MiniCPM-V with its language head.
        letter_ids: Token ids of the letters.
        label_mass: Whether `Reply.label_mass` is wanted; it takes the whole head.
    """

    def __init__(self, model: Any, letter_ids: Sequence[int], *, label_mass: bool = False) -> None:
        self.max_options = len(letter_ids)
        self._model = model
        self._ids = torch.tensor(letter_ids, device=model.device)
        # In float32: a logit of 5 is rounded to the nearest .03 in bfloat16.
        self._rows = model.lm_head.weight[self._ids].float()  # (letters, hidden)
        self._label_mass = label_mass

    def check(self, question: Question) -> None:
        """Letters serve for any question."""

    def num_tokens(self, question: Question) -> int:
        """None: the answer cue foretells the letter."""
        return 0

    def replies(self, rows: Sequence[Row], questions: Sequence[Question]) -> list[Reply]:
        """As `Answers.replies`."""
        replies = [Reply(())] * len(rows)
        for batch in batches([len(row.inputs) for row in rows]):
            states = read(self._model.model.language_model, [rows[i] for i in batch]).hidden
            assert states is not None  # for mypy
            logits = states.float() @ self._rows.T
            counts = [len(questions[i].options) for i in batch]
            masses = self._masses(states, counts) if self._label_mass else [None] * len(batch)
            for i, row, count, mass in zip(batch, logits, counts, masses, strict=True):
                replies[i] = Reply(tuple(row[:count].log_softmax(0).tolist()), mass)
        return replies

    def _masses(self, states: torch.Tensor, counts: Sequence[int]) -> list[float]:
        return [
            math.exp(row.log_softmax(0)[self._ids[:count]].logsumexp(0).item())
            for row, count in zip(self._model.lm_head(states).float(), counts, strict=True)
        ]


class Labels:
    """Several tokens an option, read along the tree of them.

    Args:
        walk: Reads.
        ids: From the names of options to the token ids of their labels.
        max_options: As `Answers.max_options`.
    """

    def __init__(
        self,
        walk: Walk,
        ids: Callable[[Sequence[str]], Sequence[tuple[int, ...]]],
        *,
        max_options: int,
    ) -> None:
        self.max_options = max_options
        self._walk = walk
        self._tree = lru_cache(TREES_KEPT)(lambda names: grow(ids(names)))

    def check(self, question: Question) -> None:
        """As `Answers.check`."""
        self._tree_of(question)

    def num_tokens(self, question: Question) -> int:
        """As `Answers.num_tokens`."""
        return self._walk.num_tokens(self._tree_of(question))

    def replies(self, rows: Sequence[Row], questions: Sequence[Question]) -> list[Reply]:
        """As `Answers.replies`."""
        return self._walk.replies(rows, [self._tree_of(question) for question in questions])

    def _tree_of(self, question: Question) -> Branch:
        return self._tree(tuple(option.name for option in question.options))
