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
CONVERSATION_FORMS = ("openbmb", "ms-swift", "llama-factory")
CONVERSATION_KINDS = ("choice", "open")
MANY_SHOT, FEW_SHOT = 100, 20  # training images: more, and fewer (Liu et al. 2019)
VARIANTS = ("lora", "rslora", "dora")
ACTIVATIONS = ("suffix", "full")
TARGETS = ("attention", "linear-attention", "mlp")
TUNED = ("nothing", "merger", "vision")
SAMPLERS = ("natural", "sqrt", "balanced", "effective")


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
        permutations: In how many orders the options of a question are offered, against preference
            for letters; each counts as a question. None for all orders.
    """

    rule: str = "best-first"
    beam: int = 4
    floor: float = 0.01
    budget: int | None = None
    budget_unit: str = "questions"
    permutations: int | None = 1

    def __post_init__(self) -> None:
        _one_of("search", self.rule, SEARCH_RULES)
        _at_least_one("beam", self.beam)
        if not 0 <= self.floor <= 1:
            raise ConfigError(f"floor is {self.floor!r}; expected a probability from 0 to 1")
        _one_of("budget_unit", self.budget_unit, BUDGET_UNITS)
        if self.permutations is not None:
            _at_least_one("permutations", self.permutations)
        if self.budget is not None:
            _at_least_one("budget", self.budget)
            if self.rule != "best-first":
                raise ConfigError(
                    f"search is {self.rule!r} with a budget; expected 'best-first' with one"
                )


@dataclass(frozen=True)
class AdapterSettings:
    """What an adapter is made of.

    Attributes:
        rank: Of the two thin matrices beside each adapted one.
        alpha: Their product counts alpha / rank times; None takes twice the rank.
        dropout: Share of an adapter's inputs left out in training.
        variant: "lora"; "rslora" counts alpha / sqrt(rank) times; "dora" learns the length of each
            row of a matrix apart from its direction.
        targets: Which matrices of the language model are adapted.
        activation: "suffix" reads the image with the adapter off, so that all levels share what
            was read; "full" reads the whole prompt with the adapter on, once a level.
        tune: "merger" also adapts what makes visual tokens of the vision tower's output, "vision"
            that and the tower; one such adapter serves all levels.
    """

    rank: int = 32
    alpha: int | None = None
    dropout: float = 0.0
    variant: str = VARIANTS[0]
    targets: tuple[str, ...] = TARGETS
    activation: str = ACTIVATIONS[0]
    tune: str = TUNED[0]

    def __post_init__(self) -> None:
        _at_least_one("rank", self.rank)
        if self.alpha is not None:
            _at_least_one("alpha", self.alpha)
        if not 0 <= self.dropout < 1:
            raise ConfigError(f"dropout is {self.dropout!r}; expected a share from 0 to below 1")
        _one_of("variant", self.variant, VARIANTS)
        _one_of("activation", self.activation, ACTIVATIONS)
        _one_of("tune", self.tune, TUNED)
        if not self.targets:
            raise ConfigError(f"targets is empty; expected some of {', '.join(TARGETS)}")
        for target in self.targets:
            _one_of("target", target, TARGETS)


@dataclass(frozen=True)
class TrainingSettings:
    """How adapters are trained.

    Attributes:
        epochs: How often the examples are gone through, at most.
        images_per_step: Images between two steps of the optimizer, over all processes.
        learning_rate: Its highest value; it rises over the first steps and falls as a cosine.
        warmup: Share of the steps over which it rises.
        weight_decay: Of AdamW.
        clip_norm: Longest gradient of a level; longer ones are shortened.
        label_smoothing: Share of the answer that is spread over the right option's siblings.
        open_weight: What the loss of the open answer, the option's own words, counts beside that
            of the letter; 0 leaves it out.
        patience: A level ends after so many epochs without a better validation; 0 never ends one.
        hold_out: Share of the examples to validate on, where the data names no such split.
        max_validated: Images to validate on, at most.
        save_seconds: Time between two savings of what is needed to go on after an interruption.
        seed: Of everything drawn.
    """

    epochs: int = 3
    images_per_step: int = 32
    learning_rate: float = 5e-4
    warmup: float = 0.05
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    label_smoothing: float = 0.0
    open_weight: float = 0.0
    patience: int = 2
    hold_out: float = 0.1
    max_validated: int = 1000
    save_seconds: float = 120.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "images_per_step", "max_validated"):
            _at_least_one(name, getattr(self, name))
        for name in ("learning_rate", "clip_norm"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; expected a number above 0")
        for name in ("weight_decay", "open_weight", "patience", "save_seconds"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"{name} is {getattr(self, name)!r}; expected 0 or more")
        for name in ("warmup", "label_smoothing", "hold_out"):
            if not 0 <= getattr(self, name) < 1:
                found = f"{name} is {getattr(self, name)!r}"
                raise ConfigError(f"{found}; expected a share from 0 to below 1")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"{name} is {value!r}; expected one of {', '.join(allowed)}")


def _at_least_one(name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{name} is {value!r}; expected a whole number of at least 1")
