"""Hierarchical image classification with MiniCPM-V: a taxonomy asks one question a level.

Example:
    >>> from hiercls import Cascade
    >>> cascade = Cascade.load("flags", model="tiny")  # doctest: +SKIP
    >>> cascade.predict("austria.png").path  # doctest: +SKIP
    ('horizontal-stripes', 'red-white-red', 'at')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiercls.cascade import Cascade
    from hiercls.errors import (
        ConfigError,
        HierclsError,
        HierclsWarning,
        ImageError,
        ModelError,
        PlanError,
        PredictionError,
        RequestError,
        SelfTestError,
        TaxonomyError,
    )
    from hiercls.prediction import Prediction
    from hiercls.taxonomy import Taxonomy

__version__ = "0.1.0"

__all__ = [
    "Cascade",
    "ConfigError",
    "HierclsError",
    "HierclsWarning",
    "ImageError",
    "ModelError",
    "PlanError",
    "Prediction",
    "PredictionError",
    "RequestError",
    "SelfTestError",
    "Taxonomy",
    "TaxonomyError",
    "__version__",
]

# Names are imported on first use, so that `import hiercls` costs nothing.
_HOMES = {
    "Cascade": "hiercls.cascade",
    "Prediction": "hiercls.prediction",
    "Taxonomy": "hiercls.taxonomy",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'hiercls' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "hiercls.errors")), name)


def __dir__() -> list[str]:
    return __all__
