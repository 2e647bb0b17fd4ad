"""`hiercls taxonomy plan`: the questions that a taxonomy becomes, and what they cost."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from hiercls.cli.output import open_results
from hiercls.cli.plan_table import Setting, orders_table, questions_text, table
from hiercls.cli.terminal import fitted, loading
from hiercls.config import PlanSettings
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.plan.summary import summary_of
from hiercls.taxonomy import Taxonomy

if TYPE_CHECKING:
    from hiercls.model.costs import OrderCosts


def run(options: argparse.Namespace) -> int:
    """Make the plans and print what they cost."""
    if options.shots and not options.model:
        raise RequestError("--shots without a model; expected --model with it")
    wanted = [
        PlanSettings(most, options.merge, options.none_of_these) for most in options.max_options
    ]
    taxonomy = Taxonomy.load(options.taxonomy)
    taxonomy = taxonomy.restrict(under=options.under, exclude=options.exclude)
    settings = [_setting(taxonomy, one) for one in wanted]
    orders = _orders(options.model, settings, options.shots or 0) if options.model else []
    with open_results(None) as results:
        if options.format == "json":
            found = _json(settings, orders, options.show or 0)
            results.write(json.dumps(found, ensure_ascii=False))
            return 0
        results.write(table(settings))
        if orders:
            results.write("\n" + orders_table(settings, orders))
        for setting in settings if options.show else ():
            shown = questions_text(setting.plan, options.show)
            results.write(fitted("\n" + shown, sys.stdout))
    return 0


def _setting(taxonomy: Taxonomy, settings: PlanSettings) -> Setting:
    plan = Plan(taxonomy, settings)
    unmerged = Plan(taxonomy, replace(settings, merge="none"))
    return Setting(plan, summary_of(plan), summary_of(unmerged))


def _orders(model: str, settings: list[Setting], shots: int) -> list[OrderCosts]:
    from hiercls.model.costs import OrderPlanner  # torch only where a model is wanted

    with loading(model):
        planner = OrderPlanner(model)
    return [planner.costs(setting.plan, shots=shots) for setting in settings]


def _json(settings: list[Setting], orders: list[OrderCosts], num_shown: int) -> dict[str, Any]:
    plan = settings[0].plan
    described = [_setting_json(setting, num_shown) for setting in settings]
    for one, costs in zip(described, orders, strict=False):
        one["orders"] = {**asdict(costs), "cheaper": costs.cheaper}
    return {
        "taxonomy": plan.taxonomy.name,
        "classes": len(plan.taxonomy.classes),
        "merge": plan.settings.merge,
        "none_of_these": plan.settings.none_of_these,
        "settings": described,
    }


def _setting_json(setting: Setting, num_shown: int) -> dict[str, Any]:
    plan = setting.plan
    shown = [asdict(plan.question(node)) for node in plan.nodes[:num_shown]]
    return {
        "max_options": plan.settings.max_options,
        **asdict(setting.summary),
        "hash": plan.hash,
        "unmerged": asdict(setting.unmerged),
        **({"shown": shown} if num_shown else {}),
    }
