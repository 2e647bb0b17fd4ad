"""The text of a question: one fixed form, versioned and hashed.

Changing only the option delimiter has moved a vision-language model by 30 points, so the form is
data (`PromptFormat`) that travels with whatever was trained or calibrated under it.
"""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

from hiercls.config import ANSWERS, NAME_SCORES, ORDERS
from hiercls.errors import ConfigError, PlanError
from hiercls.plan import Option, Question

LETTERS = string.ascii_uppercase
PAIRS = tuple(letter + digit for letter in LETTERS for digit in string.digits)
"""Labels of a letter and a digit, from A0 to Z9, where there are more options than letters."""


@dataclass(frozen=True)
class PromptFormat:
    """How a question reads.

    Attributes:
        version: Raised whenever `render` or `render_open` changes what they write.
        descriptions: Whether an option's description stands behind its name.
        instruction: Last line of a multiple-choice question.
        pair_instruction: The same where its labels are pairs.
        open_instruction: Last line of an open question.
        example: What stands before an example picture; {} is the label of its option.
        closing: What stands before the image that is asked about, where examples came before.
        order: What comes first, the "image" or the "question". What comes first is read once and
            serves all that comes second: an image all its questions, or a question all images.
        answer: What a question is answered by: the "letter" of an option, a "pair" of a letter and
            a digit, or the option's own "name", none being offered.
        name_score: What makes a name probable. In "steps", each token is measured against the
            tokens with which some name goes on; by its "likelihood", each is measured against the
            whole vocabulary, and the name against the other names; "mean" is the likelihood a
            token, so that long names are not put at a disadvantage (`model.walk` says more).
    """

    version: int = 1
    descriptions: bool = True
    instruction: str = "Answer with the letter of the best option."
    pair_instruction: str = "Answer with the label of the best option."
    open_instruction: str = "Answer with the name only."
    example: str = "An example of {}:"
    closing: str = "The picture in question:"
    order: str = ORDERS[0]
    answer: str = ANSWERS[0]
    name_score: str = NAME_SCORES[0]

    def __post_init__(self) -> None:
        for name, allowed in (("order", ORDERS), ("answer", ANSWERS), ("name_score", NAME_SCORES)):
            if (value := getattr(self, name)) not in allowed:
                raise ConfigError(f"{name} is {value!r}; expected {' or '.join(allowed)}")

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
    """The user's turn beside the image: question, one labelled option a line, instruction.

    Answered by name, it is that of `render_open`.

    Raises:
        PlanError: There are more options than labels.

    Example:
        >>> from hiercls.plan import Option, Question
        >>> pets = Question("pet", 0, "Which is it?", (Option("cat", "cat"), Option("dog", "dog")))
        >>> print(render(pets))
        Which is it?
        A. cat
        B. dog
        Answer with the letter of the best option.
    """
    if prompt_format.answer == "name":
        return render_open(question, prompt_format)
    labels = _labels(question, prompt_format)
    is_pair = prompt_format.answer == "pair"
    instruction = prompt_format.pair_instruction if is_pair else prompt_format.instruction
    if len(question.options) > len(labels):
        found = f"question at {question.node!r} has {len(question.options)} options"
        raise PlanError(f"{found}; expected at most {len(labels)}, one a {prompt_format.answer}")
    lines = [
        f"{label}. {_offer(option, prompt_format)}"
        for label, option in zip(labels, question.options, strict=False)
    ]
    return "\n".join([question.text, *lines, instruction])


@dataclass(frozen=True)
class Turn:
    """The user's turn beside the image: a text, or one with example pictures in it.

    Attributes:
        texts: What stands before each example picture, then before the image itself.
        pictures: Numbers of the pictures, one less than texts.
    """

    texts: tuple[str, ...]
    pictures: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """All of it without its pictures."""
        return "".join(self.texts)


def turn_of(
    question: Question,
    prompt_format: PromptFormat = PromptFormat(),
    pictures: Mapping[int, Sequence[int]] = MappingProxyType({}),
) -> Turn:
    """Return the user's turn with example pictures behind the question.

    Args:
        question: What is asked.
        prompt_format: How it reads.
        pictures: Numbers of the pictures that are examples of an option, by its place.

    Example:
        >>> from hiercls.plan import Option, Question
        >>> pets = Question("pet", 0, "Which is it?", (Option("cat", "cat"), Option("dog", "dog")))
        >>> turn_of(pets, pictures={1: [7]}).texts[1]
        'The picture in question:'
    """
    text = render(question, prompt_format)
    shown = [(place, own) for place in sorted(pictures) for own in pictures[place]]
    if not shown:
        return Turn((text,))
    labels = _labels(question, prompt_format)
    said = [prompt_format.example.replace("{}", labels[place]) for place, _ in shown]
    said[0] = f"{text}\n{said[0]}"
    return Turn((*said, prompt_format.closing), tuple(own for _, own in shown))


def render_open(question: Question, prompt_format: PromptFormat = PromptFormat()) -> str:
    """The user's turn of the same question without options: the answer is a name."""
    return f"{question.text}\n{prompt_format.open_instruction}"


def _labels(question: Question, prompt_format: PromptFormat) -> Sequence[str]:
    """What the options may be answered by, in their order; of letters and pairs all there are."""
    if prompt_format.answer == "name":
        return [option.name for option in question.options]
    return PAIRS if prompt_format.answer == "pair" else LETTERS


def _offer(option: Option, prompt_format: PromptFormat) -> str:
    if prompt_format.descriptions and option.description:
        return f"{option.name}: {option.description}"
    return option.name
