"""Which questions are asked, and where an answer ends."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.common import Parser, count, count_or_all, probability
from hiercls.config import BUDGET_UNITS, MERGES, SEARCH_RULES, PlanSettings, SearchSettings


def add_asking(parser: Parser) -> None:
    """Give a command that asks a model the arguments that say what it is asked."""
    add_search(parser.add_argument_group("which questions are asked about an image"))
    _stop(parser.add_argument_group("where an answer ends"))
    add_plan(parser.add_argument_group("which questions the taxonomy becomes"))


def add_search(group: argparse._ArgumentGroup) -> None:
    """Add which questions are asked about an image."""
    settings = SearchSettings()
    group.add_argument(
        "--search",
        choices=SEARCH_RULES,
        default=settings.rule,
        help="best-first: as few as make the most probable leaves certain; beam: the best few"
        " nodes of each level; greedy: the best one; exhaustive: all (default: %(default)s)",
    )
    group.add_argument(
        "--beam",
        type=count,
        metavar="N",
        help=f"how many nodes a beam follows (default: {settings.beam})",
    )
    group.add_argument(
        "--floor",
        type=probability,
        metavar="P",
        help="best-first looks for no leaf less probable than this, but for the best one"
        f" (default: {settings.floor})",
    )
    group.add_argument(
        "--budget",
        type=count,
        metavar="N",
        help="best-first asks no more than this about an image (default: as it needs)",
    )
    group.add_argument(
        "--budget-unit",
        choices=BUDGET_UNITS,
        help=f"what the budget counts (default: {settings.budget_unit})",
    )
    group.add_argument(
        "--permutations",
        type=count_or_all,
        default=settings.permutations,
        metavar="N|all",
        help="ask each question with its options in N cyclic orders and average, against"
        " preference for letters; every order costs as a question (default: %(default)s)",
    )


def _stop(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--stop",
        metavar="RULE",
        help="leaf, threshold:0.8, deepest:0.8, information, cost, hf; or with a calibration"
        " information:0.9, target:0.95, coverage:0.9, coverage:0.9:3 (at most three nodes),"
        " exact-coverage:0.9 (withholds answers where leaves are right more often than that)"
        " (default: at a leaf)",
    )
    group.add_argument("--calibration", metavar="FILE", help="what hiercls calibrate wrote")


def add_plan(group: argparse._ArgumentGroup) -> None:
    """Add which questions the taxonomy becomes."""
    add_part(group)
    group.add_argument(
        "--max-options",
        type=count,
        default=PlanSettings().max_options,
        metavar="N",
        help="the most options of one question: 2 to 26, or more by pairs or names (--answer); yet"
        " more are asked in rounds (default: %(default)s)",
    )
    add_merging(group)


def add_part(group: argparse._ActionsContainer) -> None:
    """Add which part of the taxonomy is asked about."""
    group.add_argument(
        "--under", metavar="NODE", help="only what is at or below this node: an id, or a name"
    )
    group.add_argument(
        "--exclude",
        nargs="+",
        action="extend",
        default=[],
        metavar="NODE",
        help="leave these nodes out, with what is below them alone",
    )


def add_merging(group: argparse._ActionsContainer) -> None:
    """Add how nodes share questions, and whether one may be answered by none of its options."""
    group.add_argument(
        "--merge",
        choices=MERGES,
        default=PlanSettings().merge,
        help="merge questions into those above them, where fewer are then asked"
        " (default: %(default)s, those that read alike)",
    )
    group.add_argument(
        "--none-of-these",
        action="store_true",
        help="let every question be answered by: none of these",
    )
