"""What is to be trained, on what, and how: told apart from every other training."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hiercls import __version__
from hiercls.config import AdapterSettings, ModelSettings, TrainingSettings
from hiercls.data import ArrangementSettings, Confusions, Example, SamplingSettings
from hiercls.errors import RequestError
from hiercls.plan import Plan

_PACKAGES = ("torch", "transformers", "peft", "safetensors", "numpy")


@dataclass(frozen=True)
class Work:
    """A training.

    Attributes:
        plan: Of the questions.
        examples: To train on.
        validated: To judge by; none of them is among the others.
        model: A local folder, "tiny" for the bundled model, or a hub id.
        levels: Whose adapters are trained, counted from 0.
        running: How the model runs; `batch_size` images are read together.
        adapters: What they are made of.
        training: How they are trained.
        sampling: How often each example comes.
        arrangement: Which options stand in a question.
        confusions: What looks alike.
    """

    plan: Plan
    examples: Sequence[Example]
    validated: Sequence[Example]
    model: str
    levels: tuple[int, ...]
    running: ModelSettings = ModelSettings()
    adapters: AdapterSettings = AdapterSettings()
    training: TrainingSettings = TrainingSettings()
    sampling: SamplingSettings = SamplingSettings()
    arrangement: ArrangementSettings = ArrangementSettings()
    confusions: Confusions | None = None

    def __post_init__(self) -> None:
        if not self.levels:
            raise RequestError("no levels to train; expected one or more")
        if wrong := [own for own in self.levels if not 0 <= own < self.plan.num_levels]:
            raise RequestError(
                f"level {wrong[0] + 1}; the plan of {self.plan.taxonomy.name} has the levels 1 to"
                f" {self.plan.num_levels}"
            )
        if self.adapters.tune != "nothing" and len(self.levels) < self.plan.num_levels:
            raise RequestError(
                f"{self.adapters.tune} tuned for {len(self.levels)} of {self.plan.num_levels}"
                " levels; expected all, as all look through it",
                hint="leave --level out",
            )

    def identity(self, hashes: Mapping[str, str]) -> dict[str, Any]:
        """Return all that the weights depend on, as JSON can hold it.

        Args:
            hashes: Of the `prompt` and the `model`.
        """
        running = asdict(self.running)
        training = asdict(self.training)
        del running["device"], running["self_test"], running["memory_gib"]
        del training["save_seconds"]
        values = {
            "hashes": {
                **hashes,
                "taxonomy": self.plan.taxonomy.hash,
                "plan": self.plan.hash,
                "data": data_hash(self.examples),
                "validation data": data_hash(self.validated),
                "confusion file": _hash(sorted((self.confusions or {}).items())),
            },
            "levels": [level + 1 for level in self.levels],
            "running": running,
            "adapters": asdict(self.adapters),
            "training": training,
            "sampling": asdict(self.sampling),
            "arrangement": asdict(self.arrangement),
        }
        plain: dict[str, Any] = json.loads(json.dumps(values))
        return plain


def data_hash(examples: Iterable[Example]) -> str:
    """Return a hex SHA-256 over the names, sizes and labels of the images, in their order."""
    digest = hashlib.sha256(b"hiercls data 1\n")
    for example in examples:
        path = Path(example.image)
        size = path.stat().st_size if path.is_file() else -1
        digest.update(json.dumps([example.name, size, example.node]).encode() + b"\n")
    return digest.hexdigest()


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between two identities, one line each.

    Example:
        >>> differences({"hashes": {"data": "a"}, "levels": [1]}, {"hashes": {"data": "b"}})
        ['another data', 'levels was [1] and is None']
    """
    found = []
    for key, old in before.items():
        new = now.get(key)
        if key == "hashes":
            found += [f"another {name}" for name in old if old[name] != (new or {}).get(name)]
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            found += [
                f"{name} was {old[name]} and is {new.get(name)}"
                for name in old
                if old[name] != new.get(name)
            ]
        elif old != new:
            found.append(f"{key} was {old} and is {new}")
    return found


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    own = {"hiercls": __version__, "python": platform.python_version()}
    return {**own, **{name: version(name) for name in _PACKAGES}}


def _hash(values: object) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
