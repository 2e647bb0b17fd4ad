"""From a question's text to token ids, by the checkpoint's own chat template.

A prompt is a head (up to the end of the image) and a tail (the rest): the image closes with a
special token, so both are tokenized apart and joined exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

from hiercls.errors import ModelError, PlanError
from hiercls.questions import LETTERS

_PROBE = "Which of these is in the picture?"
NAMED_TOKENS = (
    "image_token",
    "image_start_token",
    "image_end_token",
    "slice_start_token",
    "slice_end_token",
    "image_id_start_token",
    "image_id_end_token",
)


class Prompt:
    """Writes the token ids of prompts for one tokenizer.

    Attributes:
        letter_ids: Token id of each letter A to Z as the first token of an answer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, use_image_id: bool = True) -> None:
        self._tokenizer = tokenizer
        self._use_image_id = use_image_id
        missing = [name for name in NAMED_TOKENS if not getattr(tokenizer, name, None)]
        if missing:
            raise ModelError(
                f"tokenizer names no {missing[0]}; expected the special tokens of MiniCPM-V 4.6"
            )
        self._special = sorted(tokenizer.get_added_vocab(), key=len, reverse=True)
        self._head, self._cue = self._split_template()
        self.letter_ids = self._letters_in_context()

    def head(self, grid: Sequence[int], tokens_per_slice: Sequence[int]) -> list[int]:
        """Ids from the start of the prompt to the end of the image.

        Args:
            grid: Rows and columns of slices; (0, 0) where the image is not sliced.
            tokens_per_slice: Visual tokens of the whole image, then of each slice, row by row.
        """
        return self._ids(self._head + self._image(grid, tokens_per_slice))

    def tail(self, text: str, *, answer: str = "") -> list[int]:
        """Ids from behind the image to the answer cue, and of a beginning of the answer.

        Raises:
            PlanError: The text contains one of the tokenizer's special tokens.
        """
        self.refuse_special(text)
        return self._ids(self._tail_text(text) + answer)

    def tail_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]], int]:
        """As `tail`, with each token's (start, end) in characters and where `text` starts."""
        self.refuse_special(text)
        whole = self._tail_text(text)
        encoded = self._tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        return encoded["input_ids"], encoded["offset_mapping"], whole.index(text)

    def refuse_special(self, text: str) -> None:
        """Raise PlanError if a text would be read as one of the model's special tokens."""
        for token in self._special:
            if token in text:
                raise PlanError(f"question contains {token!r}, a special token of the model")

    def _tail_text(self, text: str) -> str:
        return self._cue[0] + text + self._cue[1]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids

    def _render(self, text: str) -> str:
        content = [{"type": "image"}, {"type": "text", "text": text}]
        turns: list[Any] = [{"role": "user", "content": content}]
        rendered = self._tokenizer.apply_chat_template(
            turns,
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        return str(rendered)

    def _split_template(self) -> tuple[str, tuple[str, str]]:
        rendered = self._render(_PROBE)
        placeholder = self._tokenizer.image_token
        if rendered.count(placeholder) != 1 or rendered.count(_PROBE) != 1:
            raise ModelError(
                f"the chat template renders {rendered.count(placeholder)} image placeholders and "
                f"{rendered.count(_PROBE)} times the text; expected one of each"
            )
        head, rest = rendered.split(placeholder)
        if _PROBE not in rest:
            raise ModelError("the chat template puts the text before the image; expected after it")
        before, after = rest.split(_PROBE)
        return head, (before, after)

    def _image(self, grid: Sequence[int], tokens_per_slice: Sequence[int]) -> str:
        t = self._tokenizer
        first, *others = (t.image_token * count for count in tokens_per_slice)
        image_id = f"{t.image_id_start_token}0{t.image_id_end_token}" if self._use_image_id else ""
        slices = [f"{t.slice_start_token}{pad}{t.slice_end_token}" for pad in others]
        rows, columns = grid
        if len(slices) != rows * columns:
            raise ModelError(f"image has {len(slices)} slices; expected {rows} x {columns}")
        lines = ["".join(slices[r * columns : (r + 1) * columns]) for r in range(rows)]
        return f"{image_id}{t.image_start_token}{first}{t.image_end_token}" + "\n".join(lines)

    def _letters_in_context(self) -> list[int]:
        context = self._tail_text(_PROBE)
        before = self._ids(context)
        found = []
        for letter in LETTERS:
            ids = self._ids(context + letter)
            if len(ids) != len(before) + 1 or ids[:-1] != before:
                raise ModelError(
                    f"the letter {letter} after the answer cue is not one token of its own; "
                    "multiple choice cannot be scored with this tokenizer"
                )
            found.append(ids[-1])
        clash = [a + b for a, b in itertools.combinations(LETTERS, 2) if _same(found, a, b)]
        if clash:
            raise ModelError(f"the letters {clash[0]} share one token; expected distinct tokens")
        return found


def _same(ids: list[int], first: str, second: str) -> bool:
    return ids[LETTERS.index(first)] == ids[LETTERS.index(second)]
