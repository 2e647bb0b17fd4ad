"""The arguments of `hiercls taxonomy stats`, `search` and `diff`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.common import Parser, add_command, add_taxonomy, count

_STATS_EXAMPLES = """\
examples:
  hiercls taxonomy stats imagenet
  hiercls taxonomy stats my-labels.yaml --format json
"""
_SEARCH_EXAMPLES = """\
examples:
  hiercls taxonomy search imagenet crane
  hiercls taxonomy search imagenet21k wire haired --limit 5
"""
_DIFF_EXAMPLES = """\
examples:
  hiercls taxonomy diff old-labels.yaml new-labels.yaml
  hiercls taxonomy diff imagenet imagenet21k --format json
"""


def add_actions(actions: argparse._SubParsersAction[Parser]) -> None:
    """Add the three."""
    stats = add_command(actions, "stats", "count what is in a taxonomy", _STATS_EXAMPLES)
    add_taxonomy(stats)
    _add_format(stats)
    _search(add_command(actions, "search", "find nodes by words", _SEARCH_EXAMPLES))
    diff = add_command(actions, "diff", "compare two versions of a taxonomy", _DIFF_EXAMPLES)
    add_taxonomy(diff)
    diff.add_argument("new", metavar="NEW", help="the other one, likewise a file or a name")
    _add_format(diff)


def _search(parser: Parser) -> None:
    add_taxonomy(parser)
    parser.add_argument(
        "words", nargs="+", metavar="WORD", help="beginnings of words in a name, id or description"
    )
    parser.add_argument(
        "--limit", type=count, default=20, metavar="N", help="show N nodes (default: %(default)s)"
    )
    _add_format(parser)


def _add_format(parser: Parser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to write it (default: %(default)s)",
    )
