"""The arguments of `hiercls taxonomy` and its actions."""

from __future__ import annotations

from hiercls.cli.arguments import (
    taxonomy_build,
    taxonomy_export,
    taxonomy_import,
    taxonomy_plan,
    taxonomy_stats,
)
from hiercls.cli.arguments.common import Parser, add_command, add_taxonomy, count

_CHECK_EXAMPLES = """\
examples:
  hiercls taxonomy check flags
  hiercls taxonomy check my-labels.yaml --format json
"""
_SHOW_EXAMPLES = """\
examples:
  hiercls taxonomy show flags
  hiercls taxonomy show flags --node vertical-stripes --depth 1
"""


def add_actions(parser: Parser) -> None:
    """Give the command `taxonomy` its actions, one line each."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _check(add_command(actions, "check", "find mistakes in a taxonomy file", _CHECK_EXAMPLES))
    _show(add_command(actions, "show", "draw a taxonomy as a tree", _SHOW_EXAMPLES))
    taxonomy_stats.add_actions(actions)
    taxonomy_plan.add_action(actions)
    taxonomy_build.add_action(actions)
    taxonomy_import.add_action(actions)
    taxonomy_export.add_action(actions)


def _check(parser: Parser) -> None:
    add_taxonomy(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to write the report (default: %(default)s)",
    )


def _show(parser: Parser) -> None:
    add_taxonomy(parser)
    parser.add_argument("--node", help="begin at this node instead of the root: an id, or a name")
    parser.add_argument(
        "--depth",
        type=count,
        metavar="N",
        help="draw N levels (default: as many as can be taken in)",
    )
    parser.add_argument(
        "--max-children",
        type=count,
        default=20,
        metavar="N",
        help="draw at most N children of a node (default: %(default)s)",
    )
