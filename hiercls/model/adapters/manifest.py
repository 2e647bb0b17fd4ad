"""What a folder of adapters says of itself, and whether it fits what is asked now; no torch.

An adapter has learned to read questions of one level in one form. Editing the taxonomy is normal:
a question that was not changed is answered as before, one that was changed is named. Another form
of question, another model, or another order of levels is an error.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hiercls.config import ACTIVATIONS, PlanSettings
from hiercls.errors import ConfigError, ModelError
from hiercls.model.saving import write_text
from hiercls.plan import Plan, Question

MANIFEST_FILE = "adapters.json"
CALIBRATION_FILE = "calibration.json"
SHARED = "shared"
VERSION = 1
_NAMED = 3
"""So many questions are named; the rest is counted."""


@dataclass(frozen=True)
class LevelRecord:
    """What one level was trained on and what came of it.

    Attributes:
        sha256: Of the file of its weights.
        rank: Of the adapter.
        num_examples: Images that it was trained on.
        num_epochs: How often, until it was best.
        num_validated: Images that it was validated on.
        accuracy_before: Share of questions answered right without the adapter.
        accuracy: The same with it.
    """

    sha256: str
    rank: int
    num_examples: int
    num_epochs: int
    num_validated: int
    accuracy_before: float
    accuracy: float


@dataclass(frozen=True)
class Asked:
    """A question that was trained: its level, and a hash of what it offers."""

    level: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    """What a folder of adapters says of itself.

    Attributes:
        activation: Whether the adapters read the questions alone ("suffix") or all ("full").
        taxonomy: Name of the taxonomy.
        hashes: Hex SHA-256 of the `taxonomy`, the `plan`, the `prompt` and the `model`.
        plan_settings: How the plan was made.
        model: The name that the model was asked for by.
        questions: The questions of the plan, by the node that asks.
        levels: The adapters by the name of their folder.
        shared: Hash of the weights that serve all levels; None where there are none.
    """

    activation: str
    taxonomy: str
    hashes: Mapping[str, str]
    plan_settings: PlanSettings
    model: str
    questions: Mapping[str, Asked]
    levels: Mapping[str, LevelRecord] = field(default_factory=dict)
    shared: str | None = None

    @property
    def hash(self) -> str:
        """Hex SHA-256 over what the adapters do, not over how well."""
        weights = {name: record.sha256 for name, record in sorted(self.levels.items())}
        parts = [self.activation, self.hashes["prompt"], self.hashes["model"], weights, self.shared]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    @property
    def num_levels(self) -> int:
        """Levels of the plan that was trained, with an adapter or without."""
        return 1 + max(asked.level for asked in self.questions.values())

    def check(self, hashes: Mapping[str, str]) -> None:
        """See that the form of question and the model are those of the training.

        Raises:
            ConfigError: One is not; the message names it.
        """
        for name, said in (("prompt", "form of question"), ("model", f"model than {self.model}")):
            if hashes[name] != self.hashes[name]:
                raise ConfigError(
                    f"adapters: trained with another {said}; expected the same as now",
                    hint="hiercls adapters show says with which",
                )

    def changes(self, plan: Plan) -> list[str]:
        """Return what has changed in the questions since the training, one line each.

        Args:
            plan: Of the whole taxonomy, as it is asked now.

        Raises:
            ConfigError: The levels are others; the message names what differs.
        """
        now = {node: asked(plan.question(node)) for node in plan.nodes}
        self._check_levels(now)
        known = [node for node in now if node in self.questions]
        changed = [node for node in known if now[node].hash != self.questions[node].hash]
        new = [node for node in now if node not in self.questions]
        found = []
        if changed:
            found.append(f"the adapters were trained on other options at {_named(changed)}")
        if new:
            found.append(f"the adapters were not trained on the questions at {_named(new)}")
        return found

    def _check_levels(self, now: Mapping[str, Asked]) -> None:
        hint = (
            f"they were trained with --merge {self.plan_settings.merge} --max-options"
            f" {self.plan_settings.max_options}; otherwise train again"
        )
        for node, question in now.items():
            before = self.questions.get(node, question)
            if before.level != question.level:
                raise ConfigError(
                    f"adapters: the question at {node!r} was of level {before.level + 1} in"
                    f" training and is of level {question.level + 1} now; expected the same levels",
                    hint=hint,
                )
        num_levels = 1 + max((asked.level for asked in now.values()), default=-1)
        if num_levels > self.num_levels:
            raise ConfigError(
                f"adapters: trained for {self.num_levels} levels, and the plan has {num_levels};"
                " expected no more",
                hint=hint,
            )

    def write(self, folder: Path) -> None:
        """Write it into the folder of the adapters, at once or not at all."""
        values = {"version": VERSION, **asdict(self)}
        write_text(folder / MANIFEST_FILE, json.dumps(values, indent=1, ensure_ascii=False) + "\n")


def asked(question: Question) -> Asked:
    """Return level and hash of a question; the order of its options means nothing."""
    options = sorted([o.node, o.name, o.description or ""] for o in question.options)
    text = json.dumps([question.text, options], ensure_ascii=False)
    return Asked(question.level, hashlib.sha256(text.encode()).hexdigest())


def folder_name(level: int) -> str:
    """Return the name of a level's adapter and of its folder; people count levels from 1."""
    return f"level-{level + 1}"


def read_manifest(folder: Path) -> Manifest:
    """Read what a folder of adapters says of itself.

    Raises:
        ModelError: It says nothing, or not what is expected.
    """
    path = folder / MANIFEST_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "hiercls train writes one"
        raise ModelError(f"{path}: cannot be read: {error.strerror}", hint=hint) from None
    except ValueError as error:
        raise ModelError(f"{path}: not JSON: {error}") from None
    if not isinstance(values, dict) or values.get("version") != VERSION:
        found = values.get("version") if isinstance(values, dict) else type(values).__name__
        raise ModelError(f"{path}: version {found!r}; expected adapters of version {VERSION}")
    try:
        return _read({key: value for key, value in values.items() if key != "version"})
    except (TypeError, ValueError, KeyError, AttributeError, ConfigError) as error:
        raise ModelError(f"{path}: not what hiercls train writes: {error}") from None


def _read(values: dict[str, Any]) -> Manifest:
    manifest = Manifest(
        **{
            **values,
            "plan_settings": PlanSettings(**values["plan_settings"]),
            "questions": {node: Asked(**own) for node, own in values["questions"].items()},
            "levels": {name: LevelRecord(**own) for name, own in values["levels"].items()},
        }
    )
    if manifest.activation not in ACTIVATIONS:
        raise ValueError(f"activation is {manifest.activation!r}")
    for name in ("taxonomy", "plan", "prompt", "model"):
        if not isinstance(manifest.hashes[name], str):
            raise ValueError(f"hash of the {name} is {manifest.hashes[name]!r}")
    for name in manifest.levels:
        if not name.startswith("level-") or not name.removeprefix("level-").isdecimal():
            raise ValueError(f"a level is called {name!r}")
    if not manifest.questions:
        raise ValueError("there are no questions")
    return manifest


def _named(nodes: Sequence[str]) -> str:
    first = ", ".join(repr(node) for node in nodes[:_NAMED])
    rest = len(nodes) - _NAMED
    return f"{first} and {rest:,} more" if rest > 0 else first
