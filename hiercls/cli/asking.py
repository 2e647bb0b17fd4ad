"""From the command line to a cascade."""

from __future__ import annotations

import argparse
import sys
import warnings

from hiercls.calibration import Calibration
from hiercls.cascade import Cascade
from hiercls.cli.terminal import loading
from hiercls.config import MOST_OPTIONS, ModelSettings, PlanSettings, SearchSettings
from hiercls.data import read_examples
from hiercls.errors import HierclsWarning, RequestError
from hiercls.taxonomy import Taxonomy


def search_settings(options: argparse.Namespace) -> SearchSettings:
    """Return the search that was asked for.

    Raises:
        RequestError: An option was given that this search does not have.
        ConfigError: It has a wrong value.
    """
    for name, rule in (("beam", "beam"), ("floor", "best-first"), ("budget", "best-first")):
        if getattr(options, name) is not None and options.search != rule:
            raise RequestError(
                f"--{name} with --search {options.search}; expected --search {rule} with it"
            )
    if options.budget_unit is not None and options.budget is None:
        raise RequestError("--budget-unit without a budget; expected --budget with it")
    default = SearchSettings()
    return SearchSettings(
        rule=options.search,
        beam=default.beam if options.beam is None else options.beam,
        floor=default.floor if options.floor is None else options.floor,
        budget=options.budget,
        budget_unit=options.budget_unit or default.budget_unit,
        permutations=options.permutations,
    )


def plan_settings(options: argparse.Namespace) -> PlanSettings:
    """Return the questions that were asked for.

    Raises:
        RequestError: One of them may have more options than there are labels.
    """
    answer = options.answer or "letter"
    if options.max_options > MOST_OPTIONS[answer]:
        raise RequestError(
            f"--max-options {options.max_options} with --answer {answer};"
            f" expected at most {MOST_OPTIONS[answer]}",
            hint=f"--answer pair takes {MOST_OPTIONS['pair']}, --answer name any number",
        )
    return PlanSettings(
        max_options=options.max_options,
        merge=options.merge,
        none_of_these=options.none_of_these,
    )


def model_settings(options: argparse.Namespace, *, label_mass: bool = False) -> ModelSettings:
    """Return how the model is to be loaded and fed.

    Raises:
        RequestError: An option was given that this way to answer does not have.
    """
    if options.name_score is not None and options.answer != "name":
        raise RequestError(
            f"--name-score {options.name_score} without names; expected --answer name with it"
        )
    return ModelSettings(
        device=options.device,
        dtype=options.dtype,
        max_slice_nums=options.max_slice_nums,
        downsample_mode=options.downsample_mode,
        memory_gib=options.memory,
        batch_size=options.batch_size,
        order=options.order,
        answer=options.answer,
        name_score=options.name_score,
        label_mass=label_mass,
    )


class Asking:
    """What a command line asks for, checked as far as is possible without the model.

    Args:
        options: As they were parsed.
        label_mass: Whether `Cascade.label_mass` is wanted.
    """

    def __init__(self, options: argparse.Namespace, *, label_mass: bool = False) -> None:
        if options.shots is not None and options.examples is None:
            raise RequestError("--shots without examples; expected --examples with it")
        if options.examples is not None and options.order == "image":
            raise RequestError("--examples with --order image; expected --order question with it")
        self.model = options.model
        self._adapters = options.adapters
        self._examples = options.examples
        self._shots = options.shots or 1
        self._settings = model_settings(options, label_mass=label_mass)
        self._search = search_settings(options)
        self._plan = plan_settings(options)
        self._stop = options.stop
        self._under = options.under
        self._exclude = tuple(options.exclude)
        self._calibration = Calibration.load(options.calibration) if options.calibration else None

    def load(self, taxonomy: Taxonomy, *, labels: Taxonomy | None = None) -> Cascade:
        """Load the model, and say on standard error what it warns of.

        Args:
            taxonomy: All of it.
            labels: What the labels of examples are resolved by, if another.
        """
        examples = read_examples(self._examples, labels or taxonomy) if self._examples else ()
        with loading(self.model), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", HierclsWarning)
            cascade = Cascade.load(
                taxonomy,
                model=self.model,
                settings=self._settings,
                plan=self._plan,
                search=self._search,
                stop=self._stop,
                adapters=self._adapters,
                calibration=self._calibration,
                under=self._under,
                exclude=self._exclude,
                examples=examples,
                shots=self._shots,
            )
        for warning in caught:
            if issubclass(warning.category, HierclsWarning):
                print(f"hiercls: warning: {warning.message}", file=sys.stderr)
        return cascade
