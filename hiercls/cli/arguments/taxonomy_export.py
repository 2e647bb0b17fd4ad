"""The arguments of `hiercls taxonomy export`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.asking import add_part
from hiercls.cli.arguments.common import Parser, add_command, add_taxonomy

FORMS = ("json", "node-link", "csv", "dot", "svg")
_EXAMPLES = """\
examples:
  hiercls taxonomy export flags --to csv > flags.csv
  hiercls taxonomy export imagenet --to svg --under dog --out dogs.svg
"""


def add_action(actions: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(actions, "export", "write a taxonomy in another form", _EXAMPLES)
    add_taxonomy(parser)
    parser.add_argument(
        "--to",
        required=True,
        choices=FORMS,
        help="nested JSON, networkx node-link JSON, CSV with a row a node and parent, Graphviz"
        " DOT, or a picture of a small taxonomy as SVG",
    )
    add_part(parser)
    parser.add_argument("--out", metavar="FILE", help="write there instead of on standard output")
