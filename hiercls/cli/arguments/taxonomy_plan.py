"""The arguments of `hiercls taxonomy plan`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.asking import add_merging, add_part
from hiercls.cli.arguments.common import Parser, add_command, add_taxonomy, count

_EXAMPLES = """\
examples:
  hiercls taxonomy plan imagenet
  hiercls taxonomy plan imagenet --under dog --max-options 16 --show 2
  hiercls taxonomy plan flags --model tiny
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
        help="the most options of one question, one number or several (default: 8 16 26); letters"
        " serve for 26, pairs for 260, names for any number",
    )
    add_merging(parser)
    add_part(parser)
    parser.add_argument(
        "--model",
        metavar="ID|DIR|tiny",
        help="also estimate with this model's tokens what it would read an image with the image"
        " first and with the question first (classify --order)",
    )
    parser.add_argument(
        "--shots",
        type=count,
        metavar="N",
        help="in that estimate, show N example pictures of each option (classify --examples)",
    )
    parser.add_argument("--show", type=count, metavar="N", help="show the first N questions too")
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to write it (default: %(default)s)",
    )
