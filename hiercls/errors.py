"""Every error that hiercls raises on purpose, each with an optional hint.

    HierclsError
    ├── RequestError        the request itself is wrong (a bad option, nothing to classify)
    ├── ConfigError         a settings file or a setting
    ├── TaxonomyError       a taxonomy file or graph
    ├── PlanError           the questions that a taxonomy becomes
    ├── ImageError          one image; never ends a batch
    ├── PredictionError     a line that is not a prediction
    └── ModelError          a checkpoint, its files, or its answers
        └── SelfTestError   a loaded model that does not compute what it should

A message is one line that says what was found, what was expected and where; the hint is advice.
Anything else that escapes is a fault of hiercls. `HierclsWarning` is for what works, but perhaps
not as meant.
"""

from __future__ import annotations


class HierclsError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        message: One line: what was found, what was expected, where.
        hint: One line of advice, or None.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RequestError(HierclsError):
    """The request itself is wrong: a bad option, or nothing to classify."""


class ConfigError(HierclsError):
    """A settings file or a single setting is wrong."""


class TaxonomyError(HierclsError):
    """A taxonomy file or graph is wrong."""


class PlanError(HierclsError):
    """A taxonomy that cannot be turned into questions as asked."""


class ImageError(HierclsError):
    """One image that cannot be read as a picture."""


class PredictionError(HierclsError):
    """A line that is not a prediction."""


class ModelError(HierclsError):
    """A checkpoint, its files, or its answers are not as expected."""


class SelfTestError(ModelError):
    """A loaded model that does not compute what it should."""


class HierclsWarning(UserWarning):
    """Something works, but perhaps not as meant."""
