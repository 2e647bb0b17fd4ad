"""Which features of a Hugging Face dataset are labels, in either of their two spellings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hiercls.taxonomy.fault import Fault, describe, quoted
from hiercls.taxonomy.importing.data import word


@dataclass(frozen=True, slots=True)
class Level:
    """A feature; without `labels` its values are the labels themselves."""

    name: str
    labels: tuple[str, ...]

    def has(self, value: object) -> bool:
        if self.labels:
            return isinstance(value, int) and 0 <= value < len(self.labels)
        return isinstance(value, str) and bool(value.strip())

    def number(self, value: object) -> object:
        """Return the number of a label that is written out, or the value as it is."""
        if isinstance(value, str) and self.labels:
            written = value.strip()
            if written in self.labels:
                return self.labels.index(written)
            return int(written) if written.isascii() and written.isdecimal() else value
        return value

    def label(self, value: object) -> str:
        return self.labels[value] if self.labels and isinstance(value, int) else str(value)


def label_levels(features: object, asked: Sequence[str]) -> list[Level]:
    """Return the features that are levels: those asked for, or all of type ClassLabel.

    Raises:
        Fault: If there are none.
    """
    known = _known(features)
    for name in asked:
        if name not in known:
            listed = ", ".join(map(quoted, known)) or "none"
            raise Fault(f"no feature {quoted(name)}; expected one of {listed}")
    if asked:
        return [Level(name, tuple(known[name] or ())) for name in asked]
    levels = [Level(name, tuple(labels)) for name, labels in known.items() if labels]
    if not levels:
        listed = ", ".join(map(quoted, known)) or "none"
        raise Fault(
            f"no feature of type ClassLabel among {listed}; expected at least one",
            hint="name columns of text from the top down: --column level=FAMILY --column level=...",
        )
    return sorted(levels, key=lambda level: len(level.labels))


def _known(features: object) -> dict[str, list[str] | None]:
    """Return the labels of each feature, or None where it is no ClassLabel."""
    if isinstance(features, dict):
        return {str(name): _labels(feature) for name, feature in features.items()}
    if isinstance(features, list):
        named = [feature for feature in features if isinstance(feature, dict)]
        return {str(feature.get("name")): _labels(feature.get("dtype")) for feature in named}
    raise Fault(f"the features are {describe(features)}; expected a mapping")


def _labels(feature: object) -> list[str] | None:
    """Return the names of a ClassLabel: in JSON `names`, on a card `class_label: names:`."""
    if not isinstance(feature, dict):
        return None
    described = feature.get("class_label", feature)
    names = described.get("names") if isinstance(described, dict) else None
    if isinstance(names, dict):
        names = list(names.values())
    if not isinstance(names, list):
        return None
    words = [word(name) for name in names]
    return [name or f"label {number}" for number, name in enumerate(words)]
