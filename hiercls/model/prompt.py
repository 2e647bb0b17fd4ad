"""From a question's text to token ids, by the checkpoint's own chat template.

A prompt is a front, the image, and a tail; the question stands in the tail, or in the front where
it comes first. The image opens and closes with special tokens, so the three are tokenized apart
and joined exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

from hiercls.errors import ModelError, PlanError
from hiercls.questions import LETTERS, PAIRS, PromptFormat

_PROBE = "Which of these is in the picture?"
_PROBE_ANSWER = "thing"
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

    Args:
        tokenizer: Of the checkpoint.
        use_image_id: Whether images are numbered, as the image processor says.
        order: That of `PromptFormat`: what comes first, the "image" or the "question".

    Attributes:
        letter_ids: Token id of each letter A to Z as the first token of an answer.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        *,
        use_image_id: bool = True,
        order: str = PromptFormat.order,
    ) -> None:
        self._tokenizer = tokenizer
        self._use_image_id = use_image_id
        self._image_first = order == "image"
        missing = [name for name in NAMED_TOKENS if not getattr(tokenizer, name, None)]
        if missing:
            raise ModelError(
                f"tokenizer names no {missing[0]}; expected the special tokens of MiniCPM-V 4.6"
            )
        self._special = sorted(tokenizer.get_added_vocab(), key=len, reverse=True)
        self._opening, self._between, self._cue = self._split_template()
        self.letter_ids = self._letters_in_context()

    def front(self, text: str = "") -> list[int]:
        """Ids from the start of the prompt to the image, with the question where it comes first.

        Raises:
            PlanError: The text contains one of the tokenizer's special tokens.
        """
        if self._image_first:
            return self._ids(self._opening)
        self.refuse_special(text)
        return self._ids(self._opening + text + self._between)

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of a turn of several texts with an image behind each, up to each image.

        Raises:
            ModelError: The chat template does not take several images.
            PlanError: A text contains one of the tokenizer's special tokens.
        """
        self.refuse_special("\n".join(texts))
        content: list[dict[str, str]] = []
        for text in texts:
            content += [{"type": "text", "text": text}, {"type": "image"}]
        *pieces, cue = self._rendered(content).split(self._tokenizer.image_token)
        if len(pieces) != len(texts) or cue != self._cue:
            raise ModelError(
                f"the chat template renders {len(pieces)} of {len(texts)} images, each behind its"
                " text; example pictures cannot be shown with it"
            )
        return [self._ids(piece) for piece in pieces]

    def numbered(self, image: Sequence[int], number: int) -> list[int]:
        """Ids of an image as one of several, in their order from 0."""
        first = self._ids(self._image_id(0))
        return [*self._ids(self._image_id(number)), *image[len(first) :]]

    def image(self, grid: Sequence[int], tokens_per_slice: Sequence[int]) -> list[int]:
        """Ids of an image.

        Args:
            grid: Rows and columns of slices; (0, 0) where the image is not sliced.
            tokens_per_slice: Visual tokens of the whole image, then of each slice, row by row.
        """
        return self._ids(self._image(grid, tokens_per_slice))

    def head(self, grid: Sequence[int], tokens_per_slice: Sequence[int]) -> list[int]:
        """Ids from the start of the prompt to the end of an image that comes first."""
        return self.front() + self.image(grid, tokens_per_slice)

    def tail(self, text: str, *, answer: str = "") -> list[int]:
        """Ids from behind the image to the answer cue, and of a beginning of the answer.

        Raises:
            PlanError: The text contains one of the tokenizer's special tokens.
        """
        self.refuse_special(text)
        return self._ids(self._tail_text(text) + answer)

    def answer(self, name: str) -> list[int]:
        """Ids of an answer in words, and of its end.

        Raises:
            PlanError: The name contains one of the tokenizer's special tokens.
        """
        self.refuse_special(name)
        return [*self._ids(name), int(self._tokenizer.eos_token_id)]

    def tail_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]], int]:
        """As `tail`, with each token's (start, end) in characters and where `text` starts."""
        self.refuse_special(text)
        whole = self._tail_text(text)
        encoded = self._tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)
        return encoded["input_ids"], encoded["offset_mapping"], whole.index(text)

    def pair_ids(self) -> list[tuple[int, ...]]:
        """Token ids of each pair A0 to Z9 as an answer.

        Raises:
            ModelError: One of them is not two tokens, or not told apart from another.
        """
        found = self._answers(PAIRS)
        for pair, ids in zip(PAIRS, found, strict=True):
            if ids is None or len(ids) != 2:
                raise ModelError(
                    f"the pair {pair} after the answer cue is not two tokens of its own; "
                    "pairs cannot be scored with this tokenizer"
                )
        pairs = [ids for ids in found if ids is not None]
        if len({first for first, _ in pairs}) < len(LETTERS) or len(set(pairs)) < len(PAIRS):
            raise ModelError("two pairs share their tokens; expected distinct tokens")
        return pairs

    def name_ids(self, names: Sequence[str]) -> list[tuple[int, ...]]:
        """Token ids of names as whole answers: the last one ends the turn.

        Raises:
            ModelError: The chat template does not end an answer.
            PlanError: A name contains one of the tokenizer's special tokens, or does not stand
                by itself behind the answer cue.
        """
        self.refuse_special("\n".join(names))
        end = self._turn_end()
        ended = []
        for name, ids in zip(names, self._answers(names), strict=True):
            if not ids:
                raise PlanError(f"name {name!r} has no tokens of its own behind the answer cue")
            ended.append((*ids, end))
        return ended

    def refuse_special(self, text: str) -> None:
        """Raise PlanError if a text would be read as one of the model's special tokens."""
        for token in self._special:
            if token in text:
                raise PlanError(f"question contains {token!r}, a special token of the model")

    def _tail_text(self, text: str) -> str:
        return self._between + text + self._cue if self._image_first else self._cue

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids

    def _render(self, text: str) -> str:
        content = [{"type": "image"}, {"type": "text", "text": text}]
        if not self._image_first:
            content.reverse()
        return self._rendered(content)

    def _rendered(self, content: Sequence[dict[str, str]]) -> str:
        turns: list[Any] = [{"role": "user", "content": content}]
        rendered = self._tokenizer.apply_chat_template(
            turns,
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        return str(rendered)

    def _split_template(self) -> tuple[str, str, str]:
        """What stands before, between and behind the image and the text."""
        rendered = self._render(_PROBE)
        placeholder = self._tokenizer.image_token
        if rendered.count(placeholder) != 1 or rendered.count(_PROBE) != 1:
            raise ModelError(
                f"the chat template renders {rendered.count(placeholder)} image placeholders and "
                f"{rendered.count(_PROBE)} times the text; expected one of each"
            )
        first, second = (placeholder, _PROBE) if self._image_first else (_PROBE, placeholder)
        opening, rest = rendered.split(first)
        if second not in rest:
            names = ("image", "text") if self._image_first else ("text", "image")
            raise ModelError(
                f"the chat template puts the {names[1]} before the {names[0]}; expected after it"
            )
        between, cue = rest.split(second)
        return opening, between, cue

    def _image(self, grid: Sequence[int], tokens_per_slice: Sequence[int]) -> str:
        t = self._tokenizer
        first, *others = (t.image_token * count for count in tokens_per_slice)
        slices = [f"{t.slice_start_token}{pad}{t.slice_end_token}" for pad in others]
        rows, columns = grid
        if len(slices) != rows * columns:
            raise ModelError(f"image has {len(slices)} slices; expected {rows} x {columns}")
        lines = ["".join(slices[r * columns : (r + 1) * columns]) for r in range(rows)]
        whole = f"{t.image_start_token}{first}{t.image_end_token}"
        return self._image_id(0) + whole + "\n".join(lines)

    def _image_id(self, number: int) -> str:
        t = self._tokenizer
        if not self._use_image_id:
            return ""
        return f"{t.image_id_start_token}{number}{t.image_id_end_token}"

    def _answers(self, texts: Sequence[str]) -> list[tuple[int, ...] | None]:
        """Token ids of each answer behind the cue; None where it changes those of the cue."""
        context = self._tail_text(_PROBE)
        before = self._ids(context)
        whole = self._tokenizer([context + text for text in texts], add_special_tokens=False)
        return [
            tuple(ids[len(before) :]) if ids[: len(before)] == before else None
            for ids in whole["input_ids"]
        ]

    def _turn_end(self) -> int:
        """The token that the chat template puts behind an answer."""
        turns: list[Any] = [
            {"role": "user", "content": _PROBE},
            {"role": "assistant", "content": _PROBE_ANSWER},
        ]
        rendered = str(self._tokenizer.apply_chat_template(turns, tokenize=False))
        _, answer, behind = rendered.rpartition(_PROBE_ANSWER)
        ids = self._ids(behind) if answer else []
        if not ids:
            raise ModelError("the chat template ends no answer; names cannot be scored with it")
        return ids[0]

    def _letters_in_context(self) -> list[int]:
        found: list[int] = []
        for letter, ids in zip(LETTERS, self._answers(LETTERS), strict=True):
            if ids is None or len(ids) != 1:
                raise ModelError(
                    f"the letter {letter} after the answer cue is not one token of its own; "
                    "multiple choice cannot be scored with this tokenizer"
                )
            found += ids
        clash = [a + b for a, b in itertools.combinations(LETTERS, 2) if _same(found, a, b)]
        if clash:
            raise ModelError(f"the letters {clash[0]} share one token; expected distinct tokens")
        return found


def _same(ids: list[int], first: str, second: str) -> bool:
    return ids[LETTERS.index(first)] == ids[LETTERS.index(second)]
