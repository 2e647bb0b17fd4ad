"""The arguments of `hiercls taxonomy import`."""

from __future__ import annotations

import argparse
from pathlib import Path

from hiercls.cli.arguments.common import Parser, add_command, count

FORMS = (
    "nested", "leaf-paths", "node-link", "edges", "outline", "paths", "table", "wordnet",
    "folders", "hf",
)  # fmt: skip
MOST_NODES = 1_000_000
LARGEST_FILE = 100_000_000
_EXAMPLES = """\
forms:
  nested      JSON or YAML: {name, children}, or names mapped to what is below them
  leaf-paths  JSON: each leaf mapped to the list of names from the root to it
  node-link   JSON as networkx writes it, with "links" or "edges"
  edges       lines of parent and child
  outline     a name a line, indented by spaces, tabs, dashes or bullets
  paths       lines of A > B > C, with or without an id before
  table       CSV, TSV or semicolons: a column a level, or columns of ids and parents
  wordnet     WordNet synsets, one a line: wnids or dog.n.01
  folders     a folder of folders of images
  hf          a Hugging Face dataset on disk, with labels of one or several levels

examples:
  hiercls taxonomy import products.txt --out products.yaml --name products
  hiercls taxonomy import codes.csv --out codes.yaml --column name=label_en
"""


def add_action(actions: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(actions, "import", "read a taxonomy in another form", _EXAMPLES)
    parser.add_argument("source", metavar="SRC", help="a file, or a folder of images or a dataset")
    parser.add_argument("--out", required=True, metavar="FILE", help="the taxonomy file to write")
    parser.add_argument(
        "--from",
        dest="form",
        choices=FORMS,
        metavar="FORM",
        help="the form of the source, as listed below (default: it is recognised)",
    )
    parser.add_argument("--name", help="of the taxonomy (default: what the source is called)")
    parser.add_argument(
        "--root", metavar="NAME", help="call the root so, also one put above several roots"
    )
    parser.add_argument(
        "--names",
        type=Path,
        metavar="FILE",
        help="ids and names, where the source has ids alone: a pair a line, or JSON",
    )
    parser.add_argument(
        "--wordnet",
        type=Path,
        metavar="DIR",
        help="WordNet 3.0, to name and describe nodes whose ids are wnids (Debian:"
        " /usr/share/wordnet)",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_column,
        metavar="ROLE=HEADER",
        help="a column of a table; the roles are id, parent, name, description, question,"
        " index, class and level; name and level may be given several times (default: recognised"
        " by the headers)",
    )
    parser.add_argument(
        "--separator", metavar="TEXT", help="between names or cells (default: recognised)"
    )
    parser.add_argument(
        "--child-first", action="store_true", help="edges are written from child to parent"
    )
    parser.add_argument(
        "--keep-underscores",
        action="store_true",
        help="leave the _ in names, which become spaces where no name has a space",
    )
    parser.add_argument(
        "--max-nodes",
        type=count,
        default=MOST_NODES,
        metavar="N",
        help="refuse sources of more nodes (default: %(default)s)",
    )
    parser.add_argument(
        "--max-bytes",
        type=count,
        default=LARGEST_FILE,
        metavar="N",
        help="refuse larger files (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to report what was decided: text on standard error, or JSON on standard output"
        " (default: %(default)s)",
    )


def _column(text: str) -> tuple[str, str]:
    role, sign, header = text.partition("=")
    if not (role and sign and header):
        raise argparse.ArgumentTypeError(f"{text!r} is not ROLE=HEADER, such as name=label_en")
    return role, header
