"""Settings, as frozen dataclasses whose defaults are the recommended run."""

from __future__ import annotations

from dataclasses import dataclass

from hiercls.errors import ConfigError

DEFAULT_MODEL = "openbmb/MiniCPM-V-4.6"
DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = ("auto", "float32", "bfloat16", "float16")
DOWNSAMPLE_MODES = ("checkpoint", "16x", "4x")
MERGES = ("auto", "all", "none")
SEARCH_RULES = ("best-first", "beam", "greedy", "exhaustive")
BUDGET_UNITS = ("questions", "tokens")
ORDERS = ("image", "question")
ANSWERS = ("letter", "pair", "name")
NAME_SCORES = ("steps", "likelihood", "mean")
MOST_OPTIONS = {"letter": 26, "pair": 260, "name": 1 << 31}
"""By the kind of answer; more options are asked in rounds."""


@dataclass(frozen=True)
class ModelSettings:
    """How a checkpoint is loaded and fed.

    Attributes:
        device: "auto" takes CUDA, then Apple's MPS, then the CPU; "cuda:1" names one of several.
        dtype: "auto" takes bfloat16 for large models where the device has it, else float32.
        max_slice_nums: At most so many slices an image; 1 keeps every image near 64 visual tokens.
        downsample_mode: "16x" or "4x" (four times the visual tokens), or what the checkpoint says.
        batch_size: Images opened together.
        memory_gib: For what is kept of open images, about 20 MiB each at full size; None takes
            half of what is free.
        self_test: Compare answers in a batch, alone, and by the library before any use.
        order: What comes first, the "image" or the "question"; None is what the checkpoint was
            trained with, as for the next two (`questions.PromptFormat`).
        answer: What a question is answered by, "letter", "pair" or "name".
        name_score: What makes a name probable, "steps", "likelihood" or "mean".
        name_floor: Answering by name in steps, names less probable than this are not told apart,
            but for the most probable one; 0 reads all of them.
        label_mass: Add up the probability that an answer is one of the labels at all.
    """

    device: str = "auto"
    dtype: str = "auto"
    max_slice_nums: int = 1
    downsample_mode: str = "checkpoint"
    batch_size: int = 8
    memory_gib: float | None = None
    self_test: bool = True
    order: str | None = None
    answer: str | None = None
    name_score: str | None = None
    name_floor: float = 1e-3
    label_mass: bool = False

    def __post_init__(self) -> None:
        if self.device.split(":")[0] not in DEVICES:
            raise ConfigError(f"device is {self.device!r}; expected one of {', '.join(DEVICES)}")
        _one_of("dtype", self.dtype, DTYPES)
        _one_of("downsample_mode", self.downsample_mode, DOWNSAMPLE_MODES)
        _at_least_one("max_slice_nums", self.max_slice_nums)
        _at_least_one("batch_size", self.batch_size)
        if self.memory_gib is not None and not self.memory_gib > 0:
            raise ConfigError(f"memory_gib is {self.memory_gib!r}; expected a number above 0")
        for name, allowed in (("order", ORDERS), ("answer", ANSWERS), ("name_score", NAME_SCORES)):
            if (value := getattr(self, name)) is not None:
                _one_of(name, value, allowed)
        if not 0 <= self.name_floor < 1:
            raise ConfigError(f"name_floor is {self.name_floor!r}; expected 0 to less than 1")


@dataclass(frozen=True)
class PlanSettings:
    """Which questions a taxonomy becomes.

    Attributes:
        max_options: The most options of a single question, 2 or more; letters serve for 26, pairs
            for 260, names for any number. A node with more children is asked in rounds
            (`scoring.Rounds`).
        merge: "auto" merges a question into the one above it where that lowers the expected cost,
            unless it reads differently; "all" merges it even then; "none" never does.
        none_of_these: Offer "none of these" at every question; its mass belongs to no class.
    """

    max_options: int = 16
    merge: str = "auto"
    none_of_these: bool = False

    def __post_init__(self) -> None:
        _at_least_one("max_options", self.max_options)
        if self.max_options < 2:
            raise ConfigError(f"max_options is {self.max_options}; expected 2 or more")
        _one_of("merge", self.merge, MERGES)
        if not isinstance(self.none_of_these, bool):
            raise ConfigError(f"none_of_these is {self.none_of_these!r}; expected true or false")


@dataclass(frozen=True)
class SearchSettings:
    """Which questions are asked about an image.

    Best-first is the default since it gives what asking everything gives for little more than
    greedy asks: with simulated answers on 10,000 leaves (`benchmarks/search.py`) 6.7 questions an
    image against 1,373, and 3.8 for greedy, whose answer is another one in every tenth image.

    Attributes:
        rule: "best-first" finds the most probable classes for certain, with as few questions as
            they can be had for; "beam" follows the best few nodes of each level; "greedy" the best
            one; "exhaustive" asks everything.
        beam: How many nodes a beam follows.
        floor: Best-first asks for no class less probable than this, but for the most probable.
        budget: The most that best-first may ask about an image, or None.
        budget_unit: What the budget counts: "questions", or the "tokens" of them.
    """

    rule: str = "best-first"
    beam: int = 4
    floor: float = 0.01
    budget: int | None = None
    budget_unit: str = "questions"

    def __post_init__(self) -> None:
        _one_of("search", self.rule, SEARCH_RULES)
        _at_least_one("beam", self.beam)
        if not 0 <= self.floor <= 1:
            raise ConfigError(f"floor is {self.floor!r}; expected a probability from 0 to 1")
        _one_of("budget_unit", self.budget_unit, BUDGET_UNITS)
        if self.budget is not None:
            _at_least_one("budget", self.budget)
            if self.rule != "best-first":
                raise ConfigError(
                    f"search is {self.rule!r} with a budget; expected 'best-first' with one"
                )


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")


def _at_least_one(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{name} is {value!r}; expected a whole number of at least 1")
