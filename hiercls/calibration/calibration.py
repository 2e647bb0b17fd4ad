"""What was fitted on labelled examples, to and from a file."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from hiercls.bias import LetterPrior
from hiercls.errors import ConfigError
from hiercls.taxonomy.suggestion import did_you_mean

VERSION = 2


@dataclass(frozen=True)
class Calibration:
    """Temperatures, thresholds and a letter prior, and what they hold for.

    Attributes:
        temperatures: Of the questions of each level.
        thresholds: Of stop rules that take a number from data, by the text of the rule.
        letter_prior: What is taken out of the answers to single questions, before all else.
        hashes: Of what it was fitted with: `taxonomy`, `plan`, `prompt` and `model`, as far as
            they are known; and the number of permutations.
        num_examples: Labelled images that it was fitted on.
        figures: What calibrating changed, for people: by "level 1", "level 2", ... and "leaves",
            such as `ece_before` and `ece_after`.

    Example:
        >>> Calibration(temperatures=(1.5,)).temperature(0)
        1.5
    """

    temperatures: tuple[float, ...]
    thresholds: Mapping[str, float] = field(default_factory=dict)
    letter_prior: LetterPrior = field(default_factory=LetterPrior)
    hashes: Mapping[str, str] = field(default_factory=dict)
    num_examples: int = 0
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def temperature(self, level: int) -> float:
        """Return the temperature of a level; beyond the last that of the last."""
        return self.temperatures[min(level, len(self.temperatures) - 1)]

    def check(self, hashes: Mapping[str, str]) -> None:
        """See that it was fitted with what it is now used with.

        Args:
            hashes: As in the attribute; what one side does not know is passed over.

        Raises:
            ConfigError: Something differs; the message names it.
        """
        names = [name for name in self.hashes if hashes.get(name, own := self.hashes[name]) != own]
        if names:
            raise ConfigError(
                f"calibration: fitted with another {' and another '.join(names)};"
                " expected the same as now",
                hint="run hiercls calibrate again with this one",
            )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file that `load` reads.

        Raises:
            ConfigError: The file cannot be written.
        """
        prior = self.letter_prior.logprobs
        values = {"version": VERSION, **asdict(self), "letter_prior": prior}
        try:
            Path(path).write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Calibration:
        """Read what `save` wrote.

        Raises:
            ConfigError: There is no such file, or it is not a calibration.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(
                f"{path}: cannot be read: {reason}", hint="hiercls calibrate writes one"
            ) from None
        try:
            return _read(json.loads(text))
        except json.JSONDecodeError as error:
            raise ConfigError(f"{path}: not JSON: {error}") from None
        except ConfigError as error:
            raise ConfigError(f"{path}: {error.message}", hint=error.hint) from None


def _read(values: object) -> Calibration:
    if not isinstance(values, dict):
        raise ConfigError("not a calibration; expected an object")
    expected = ["version", *(own.name for own in fields(Calibration))]
    for key in values:
        if key not in expected:
            raise ConfigError(f"unknown key {key!r}", hint=did_you_mean(str(key), expected))
    for key in expected:
        if key not in values:
            raise ConfigError(f"no key {key!r}; expected {', '.join(expected)}")
    if values["version"] != VERSION:
        raise ConfigError(
            f"calibration of version {values['version']!r}; expected {VERSION}",
            hint="run hiercls calibrate again",
        )
    return Calibration(
        temperatures=_temperatures(values["temperatures"]),
        thresholds=_numbers(values["thresholds"], "thresholds"),
        letter_prior=_letter_prior(values["letter_prior"]),
        hashes=_texts(values["hashes"]),
        num_examples=_count(values["num_examples"]),
        figures={key: _numbers(own, key) for key, own in _object(values["figures"]).items()},
    )


def _temperatures(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or not value:
        raise ConfigError(f"temperatures is {value!r}; expected a number for each level")
    for number in value:
        if not _is_number(number) or not 0 < number < math.inf:
            raise ConfigError(f"a temperature is {number!r}; expected a number above 0")
    return tuple(float(number) for number in value)


def _letter_prior(value: object) -> LetterPrior:
    """Read the log-probabilities of letters, by the number of options as text."""
    rows = _object(value)
    for key, row in rows.items():
        is_row = isinstance(row, list) and str(len(row)) == key
        if not is_row or not all(_is_number(own) and math.isfinite(own) for own in row):
            raise ConfigError(f"letter_prior: {key} has {row!r}; expected so many logarithms")
    return LetterPrior({int(key): tuple(map(float, row)) for key, row in rows.items()})


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"found {value!r}; expected an object")
    return value


def _numbers(value: object, where: str) -> dict[str, float]:
    for key, number in _object(value).items():
        if not _is_number(number):
            raise ConfigError(f"{where}: {key} is {number!r}; expected a number")
    return {key: float(number) for key, number in _object(value).items()}


def _texts(value: object) -> dict[str, str]:
    for key, text in _object(value).items():
        if not isinstance(text, str):
            raise ConfigError(f"hashes: {key} is {text!r}; expected text")
    return dict(_object(value))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigError(f"num_examples is {value!r}; expected a whole number")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
