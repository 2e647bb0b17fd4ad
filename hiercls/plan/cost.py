"""What questions cost, by an estimate that needs no tokenizer.

A text counts a token for every four bytes of UTF-8. An option counts its name, its description
and 3 tokens for letter and line; a question its text, 20 tokens for the instruction and the turn
around it, and its options. The image's own tokens are not in it: they are paid once an image.
"""

from __future__ import annotations

import itertools

from hiercls.plan.question import Question

BYTES_A_TOKEN = 4
OPTION_TOKENS = 3
FRAME_TOKENS = 20

WORTH_OF_A_QUESTION = 1_000
"""Tokens that may be spent on longer questions to ask one less.

Each question is one more that can go wrong and one more to wait for, and reading its options is
cheap beside that; so the number of questions comes first, and tokens decide where it hardly
changes.
"""


def text_tokens(text: str) -> float:
    """Tokens of a text."""
    return len(text.encode()) / BYTES_A_TOKEN


def option_tokens(name: str, description: str | None) -> float:
    """Tokens of one option."""
    said = name if description is None else f"{name}: {description}"
    return text_tokens(said) + OPTION_TOKENS


def rounds(num_options: int, most: int) -> list[int]:
    """Return how many options each single question has, as `scoring.Rounds` asks them.

    Example:
        >>> rounds(7, 16), rounds(40, 16), rounds(5, 2)
        ([7], [13, 13, 14, 3], [2, 2, 2, 2])
    """
    sizes: list[int] = []
    while num_options > most:
        groups = -(-num_options // most)
        bounds = [num_options * i // groups for i in range(groups + 1)]
        sizes += [last - first for first, last in itertools.pairwise(bounds)]
        num_options = groups
    return [size for size in [*sizes, num_options] if size > 1]


def question_cost(question: Question, most: int) -> tuple[int, float]:
    """Return the single questions and the tokens of asking a question of the plan.

    In rounds the winners' options are read a second time; which they are is not known before, so
    they count as the mean option.
    """
    sizes = rounds(len(question.options), most)
    options = sum(option_tokens(option.name, option.description) for option in question.options)
    read = sum(sizes) * options / len(question.options)
    return len(sizes), len(sizes) * (FRAME_TOKENS + text_tokens(question.text)) + read
