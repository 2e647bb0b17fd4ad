"""The text of a question: one fixed form, versioned and hashed.

Changing only the option delimiter has moved a vision-language model by 30 points, so the form is
data (`PromptFormat`) that travels with whatever was trained or calibrated under it.
"""

from __future__ import annotations

import hashlib
import json
import string
from dataclasses import asdict, dataclass

from hiercls.errors import ConfigError, PlanError
from hiercls.plan import Option, Question

LETTERS = string.ascii_uppercase
ORDERS = ("image", "question")


@dataclass(frozen=True)
class PromptFormat:
    """How a question reads.

    Attributes:
        version: Raised whenever `render` or `render_open` changes what they write.
        descriptions: Whether an option's description stands behind its name.
        instruction: Last line of a multiple-choice question.
        open_instruction: Last line of an open question.
        order: What comes first, the "image" or the "question". What comes first is read once and
            serves all that comes second: an image all its questions, or a question all images.
    """

    version: int = 1
    descriptions: bool = True
    instruction: str = "Answer with the letter of the best option."
    open_instruction: str = "Answer with the name only."
    order: str = ORDERS[0]

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ConfigError(f"order is {self.order!r}; expected {' or '.join(ORDERS)}")

    @property
    def hash(self) -> str:
        """Hex SHA-256 over every field."""
        canonical = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> PromptFormat:
        """The format that `dataclasses.asdict` wrote.

        Raises:
            ConfigError: A key is unknown or missing, a value has the wrong type, or the version
                is not the one this release writes.
        """
        default = asdict(cls())
        if set(values) != set(default):
            found, expected = ", ".join(sorted(values)), ", ".join(sorted(default))
            raise ConfigError(f"prompt format has the keys {found}; expected {expected}")
        for key, value in values.items():
            if type(value) is not type(default[key]):
                expected = type(default[key]).__name__
                raise ConfigError(f"prompt format: {key} is {value!r}; expected {expected}")
        if values["version"] != default["version"]:
            found = f"prompt format version {values['version']}"
            raise ConfigError(f"{found}; this release of hiercls writes {default['version']}")
        return cls(**values)  # type: ignore[arg-type]


def render(question: Question, prompt_format: PromptFormat = PromptFormat()) -> str:
    """The user's turn after the image: question, one lettered option a line, instruction.

    Raises:
        PlanError: There are more options than letters.

    Example:
        >>> from hiercls.plan import Option, Question
        >>> pets = Question("pet", 0, "Which is it?", (Option("cat", "cat"), Option("dog", "dog")))
        >>> print(render(pets))
        Which is it?
        A. cat
        B. dog
        Answer with the letter of the best option.
    """
    if len(question.options) > len(LETTERS):
        found = f"question at {question.node!r} has {len(question.options)} options"
        raise PlanError(f"{found}; expected at most {len(LETTERS)}, one a letter")
    lines = [
        f"{letter}. {_offer(option, prompt_format)}"
        for letter, option in zip(LETTERS, question.options, strict=False)
    ]
    return "\n".join([question.text, *lines, prompt_format.instruction])


def render_open(question: Question, prompt_format: PromptFormat = PromptFormat()) -> str:
    """The user's turn of the same question without options: the answer is a name."""
    return f"{question.text}\n{prompt_format.open_instruction}"


def _offer(option: Option, prompt_format: PromptFormat) -> str:
    if prompt_format.descriptions and option.description:
        return f"{option.name}: {option.description}"
    return option.name
