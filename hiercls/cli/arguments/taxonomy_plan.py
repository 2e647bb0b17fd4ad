"""The arguments of `hiercls taxonomy plan`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.common import Parser, add_command, add_taxonomy, count
from hiercls.config import MERGES, PlanSettings

_EXAMPLES = """\
examples:
  hiercls taxonomy plan imagenet
  hiercls taxonomy plan imagenet --under dog --max-options 16 --show 2
"""


def add_action(actions: argparse._SubParsersAction[Parser]) -> None:
    """Add it."""
    purpose = "count the questions that a taxonomy becomes, and show them"
    parser = add_command(actions, "plan", purpose, _EXAMPLES)
    add_taxonomy(parser)
    parser.add_argument(
        "--max-options",
        type=count,
        nargs="+",
        default=[8, 16, 26],
        metavar="N",
        help="the most options of one question, 2 to 26, one or several (default: 8 16 26)",
    )
    parser.add_argument(
        "--merge",
        choices=MERGES,
        default=PlanSettings().merge,
        help="merge questions into those above them, where fewer are then asked"
        " (default: %(default)s, those that read alike)",
    )
    parser.add_argument("--under", metavar="NODE", help="only what is at or below this node")
    parser.add_argument(
        "--exclude",
        nargs="+",
        action="extend",
        default=[],
        metavar="NODE",
        help="leave these nodes out, with what is below them alone",
    )
    parser.add_argument(
        "--none-of-these",
        action="store_true",
        help="let every question be answered by: none of these",
    )
    parser.add_argument("--show", type=count, metavar="N", help="show the first N questions too")
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to write it (default: %(default)s)",
    )
